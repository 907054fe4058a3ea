import { type ArgumentMetadata, type Type, ValidationPipe } from '@nestjs/common';
import type { FieldError } from '@turnpike/contracts';
import { plainToInstance } from 'class-transformer';
import type { ValidationError } from 'class-validator';
import { Problem } from './problem.js';
import { isSound } from './sound.js';

/** How deep JSON may be nested: PostgreSQL refuses much deeper, and no request of ours needs it. */
const MAX_DEPTH = 20;

/** PostgreSQL stores neither U+0000 nor half a surrogate pair, in text and in jsonb. */
// eslint-disable-next-line no-control-regex -- U+0000 is what it looks for
const UNSTORABLE = /\u0000|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/**
 * One pipe for every process: unknown fields are refused, answers list every field that is wrong. What is in order
 * is let through after a look at the rules alone; all else is the framework's own pipe's to refuse or to accept.
 */
class InputPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      // A rejected value may be a password.
      validationError: { target: false, value: false },
      exceptionFactory: (errors) => invalidRequest(errors.flatMap((error) => fieldErrors(error))),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const input = this.toValidate(metadata) ? inputOf(metadata.metatype!, value ?? {}) : null;
    return input && isSound(input) ? input : super.transform(value, metadata);
  }
}

export function validationPipe(): ValidationPipe {
  return new InputPipe();
}

/** @returns the body or query as an instance of its class, or null for what is no object */
function inputOf(type: Type, value: unknown): object | null {
  if (typeof value !== 'object' || Array.isArray(value)) return null;
  const input: unknown = plainToInstance(type, value);
  return input instanceof type ? (input as object) : null;
}

export function invalidRequest(errors: FieldError[]): Problem {
  return new Problem('invalid-request', errors[0]?.message, { errors });
}

function fieldErrors(error: ValidationError, parent = ''): FieldError[] {
  const path = parent ? `${parent}.${error.property}` : error.property;
  const own = Object.values(error.constraints ?? {}).map((message) => ({ path, message }));
  return [...own, ...(error.children ?? []).flatMap((child) => fieldErrors(child, path))];
}

/** Names that objects have by themselves: the pipe would drop such members in silence. */
function isReserved(name: string): boolean {
  return name === 'prototype' || name in Object.prototype;
}

/**
 * @throws Problem 400 for what JSON allows and PostgreSQL cannot store, for what is nested too deeply, and for
 *   members with a reserved name
 */
export function assertStorable(value: unknown, path = '', depth = 0): void {
  if (depth > MAX_DEPTH) throw invalidRequest([{ path, message: `nested deeper than ${MAX_DEPTH}` }]);
  if (typeof value === 'string' && UNSTORABLE.test(value)) {
    throw invalidRequest([{ path, message: 'has a character that cannot be stored' }]);
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    const itemPath = path ? `${path}.${key}` : key;
    if (UNSTORABLE.test(key)) throw invalidRequest([{ path, message: 'has a key that cannot be stored' }]);
    if (isReserved(key)) throw invalidRequest([{ path: itemPath, message: 'has a reserved name' }]);
    assertStorable(item, itemPath, depth + 1);
  }
}
