import { getSchemaPath } from '@nestjs/swagger';
import type { JsonSchema, Shape } from '@turnpike/protocol';
import { invalidRequest, validationPipe } from '@turnpike/service';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { closed } from './closed-schema.js';
import { type CompileSchema, schemaCompiler } from './compile-schema.js';
import { fieldErrorsOf } from './schema-errors.js';

/** What a body has to be, whichever way its operation was declared. */
export interface BodyValidator {
  /**
   * @param body as it was parsed; undefined where the request had none
   * @returns the body as its operation gets it
   * @throws Problem 400 `invalid-request` that lists every member that is wrong
   */
  validate(body: unknown): Promise<object>;
  /** As documents show it. */
  schema(): JsonSchema;
}

/**
 * @param compile shared by the shapes of one manifest, which saves time
 * @returns the validator of that shape; make one for each operation and keep it, since a schema is compiled for it
 * @throws Error of a JSON Schema that cannot be compiled
 */
export function bodyValidator(shape: Shape, compile?: CompileSchema): BodyValidator {
  return typeof shape === 'function'
    ? new ClassBody(shape)
    : new SchemaBody(shape, compile ?? schemaCompiler());
}

const pipe = validationPipe();

/** A class with the decorators of class-validator. */
class ClassBody implements BodyValidator {
  constructor(private readonly type: new () => object) {}

  async validate(body: unknown): Promise<object> {
    return (await pipe.transform(body, { type: 'body', metatype: this.type })) as object;
  }

  /** The document of the process has the class as a component. */
  schema(): JsonSchema {
    return { $ref: getSchemaPath(this.type) };
  }
}

/** A JSON Schema. Limits that it does not have are put into it. */
class SchemaBody implements BodyValidator {
  private readonly closed: JsonSchema;
  private readonly holds: ValidateFunction;

  constructor(schema: JsonSchema, compile: CompileSchema) {
    this.closed = closed(schema);
    this.holds = compile(this.closed);
  }

  async validate(body: unknown = {}): Promise<object> {
    if (this.holds(body)) return body as object;
    throw invalidRequest(fieldErrorsOf(this.holds.errors ?? []));
  }

  schema(): JsonSchema {
    return this.closed;
  }
}
