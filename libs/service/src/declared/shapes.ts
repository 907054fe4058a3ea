import type { JsonSchema, Shape } from '@turnpike/protocol';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { invalidRequest, validationPipe } from '../http/validation.js';
import { isClass } from '../manifest/json-schema.js';

/** Holds an input to its shape. @throws Problem `invalid-request` that names each member which is wrong */
export type Check = (input: unknown) => Promise<unknown>;

/** @returns what holds an input to that shape, and makes an instance of its class, if it is one */
export function checkOf(shape: Shape): Check {
  if (!isClass(shape)) return checkOfSchema(shape);
  const pipe = validationPipe();
  return (input) => pipe.transform(input, { type: 'body', metatype: shape });
}

function checkOfSchema(schema: JsonSchema): Check {
  const ajv = new Ajv2020({ allErrors: true });
  formats(ajv);
  const holds = ajv.compile(schema);
  return async (input) => {
    if (holds(input)) return input;
    throw invalidRequest((holds.errors ?? []).map(errorOf));
  };
}

function errorOf({ instancePath, message = 'is not valid' }: ErrorObject): { path: string; message: string } {
  const path = instancePath.slice(1).replaceAll('/', '.');
  return { path, message: `${path || 'the body'} ${message}` };
}
