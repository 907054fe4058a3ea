import { getSchemaPath } from '@nestjs/swagger';
import type { JsonSchema, Shape } from '@turnpike/protocol';
import { checkOf, type CompileSchema } from '@turnpike/service';
import { closed } from './closed-schema.js';

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
  if (typeof shape === 'function') return { validate: checkOf(shape), schema: () => componentOf(shape) };
  // Limits that it does not have are put into it.
  const schema = closed(shape);
  return { validate: checkOf(schema, compile), schema: () => schema };
}

/** The document of the process has the class as a component. */
function componentOf(type: new () => object): JsonSchema {
  return { $ref: getSchemaPath(type) };
}
