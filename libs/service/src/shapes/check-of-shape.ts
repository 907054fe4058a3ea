import type { Shape } from '@turnpike/protocol';
import { validationPipe } from '../http/validation.js';
import { isClass } from '../manifest/json-schema.js';
import { invalidRequest } from '../problems/problem.js';
import { type CompileSchema, schemaCompiler } from './compile-schema.js';
import { fieldErrorsOf } from './schema-errors.js';

/**
 * Holds an input to its shape.
 * @param input as it was parsed; undefined, where there was none, counts as an empty one
 * @returns the input, as an instance of its class if the shape is one
 * @throws Problem 400 `invalid-request` that names each member which is wrong, in the same words whatever the shape is
 */
export type Check = (input: unknown) => Promise<object>;

/**
 * @param compile shared by shapes that are checked together, which saves time
 * @returns the check of that shape; make it once and keep it, since a schema is compiled for it
 * @throws Error of a JSON Schema that cannot be compiled
 */
export function checkOf(shape: Shape, compile?: CompileSchema): Check {
  if (isClass(shape)) return (input) => pipe.transform(input, { type: 'body', metatype: shape });
  const holds = (compile ?? schemaCompiler())(shape);
  return async (input = {}) => {
    if (holds(input)) return input as object;
    throw invalidRequest(fieldErrorsOf(holds.errors ?? []));
  };
}

const pipe = validationPipe();
