import type { ErrorObject } from 'ajv/dist/2020.js';
import type { FieldError } from '@turnpike/protocol';
import { trailOf } from './json-pointers.js';

/*
 * What ajv complains about, in the words in which class-validator does: whoever reads an answer cannot tell which of the two
 * has looked. A value is never repeated: it may be a password.
 */

type Parameters = Readonly<Record<string, unknown>>;

/** Branches of these have said what is wrong. */
const SAID_ELSEWHERE = ['anyOf', 'if', 'propertyNames'];

const TYPES: Readonly<Record<string, string>> = {
  ...{ string: 'a string', number: 'a number', integer: 'an integer number', boolean: 'a boolean value' },
  ...{ object: 'an object', array: 'an array', null: 'null' },
};

/** What stands behind the name of the member, by the keyword that does not hold. */
const COMPLAINTS: Readonly<Record<string, (parameters: Parameters) => string>> = {
  required: () => 'must be given',
  dependentRequired: () => 'must be given',
  additionalProperties: () => 'should not exist',
  unevaluatedProperties: () => 'should not exist',
  'false schema': () => 'should not exist',
  type: ({ type }) => `must be ${[type].flat().map(typeName).join(' or ')}`,
  minLength: ({ limit }) => `must be longer than or equal to ${limit as number} characters`,
  maxLength: ({ limit }) => `must be shorter than or equal to ${limit as number} characters`,
  pattern: ({ pattern }) => `must match ${pattern as string} regular expression`,
  format: ({ format }) => `must be of the format ${format as string}`,
  minimum: ({ limit }) => `must not be less than ${limit as number}`,
  maximum: ({ limit }) => `must not be greater than ${limit as number}`,
  exclusiveMinimum: ({ limit }) => `must be greater than ${limit as number}`,
  exclusiveMaximum: ({ limit }) => `must be less than ${limit as number}`,
  multipleOf: ({ multipleOf }) => `must be divisible by ${multipleOf as number}`,
  minItems: ({ limit }) => `must contain at least ${limit as number} elements`,
  maxItems: ({ limit }) => `must contain no more than ${limit as number} elements`,
  uniqueItems: () => `must have no element twice`,
  enum: ({ allowedValues }) =>
    `must be one of the following values: ${(allowedValues as unknown[]).map(asText).join(', ')}`,
  const: ({ allowedValue }) => `must be equal to ${asText(allowedValue)}`,
};

/** @returns what is wrong, each once, with where in the body it is: `lines.0.quantity` */
export function fieldErrorsOf(errors: readonly ErrorObject[]): FieldError[] {
  const found = errors.filter(({ keyword }) => !SAID_ELSEWHERE.includes(keyword)).map(fieldErrorOf);
  return [...new Map(found.map((error) => [`${error.path} ${error.message}`, error])).values()];
}

function fieldErrorOf(error: ErrorObject): FieldError {
  const trail = [...trailOf(error.instancePath), ...memberOf(error)];
  const name = trail.at(-1) ?? 'the body';
  const complaint =
    COMPLAINTS[error.keyword]?.(error.params as Parameters) ?? (error.message || 'is not valid');
  const subject = complaint === 'should not exist' ? `property ${name}` : name;
  return { path: trail.join('.'), message: `${subject} ${complaint}` };
}

/** Of a complaint about an object, the member that it is about. */
function memberOf({ params, propertyName }: ErrorObject): string[] {
  const { missingProperty, additionalProperty, unevaluatedProperty } = params as Parameters;
  const member = propertyName ?? missingProperty ?? additionalProperty ?? unevaluatedProperty;
  return member === undefined ? [] : [member as string];
}

function typeName(type: unknown): string {
  return TYPES[type as string] ?? String(type);
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
