import { type ArgumentMetadata, type Type, ValidationPipe } from '@nestjs/common';
import type { FieldError } from '@turnpike/protocol';
import { plainToInstance } from 'class-transformer';
import type { ValidationError } from 'class-validator';
import { Problem } from '../problems/problem.js';
import { isSound } from './fast-validation.js';

/** How much of anything there may be in a body. */
export interface BodyLimits {
  bytes: number;
  /** PostgreSQL refuses much deeper JSON than any request of ours needs. */
  depth: number;
  values: number;
  items: number;
}

/**
 * No field of any request needs more; each has its own limit, which is lower. These hold before anything else looks
 * at a body, so that the most that 256 KiB can make of themselves costs no more than a large order: conversion,
 * rules and complaints take microseconds for each value, and regular expressions time for each character.
 */
export const OF_CLIENTS: BodyLimits = { bytes: 256 * 1024, depth: 20, values: 2000, items: 200 };

/**
 * A step of a manifest has what a client sent in it, and the answers of the steps before it: a body that was accepted from
 * a client must not be too much for the service.
 */
export const OF_THE_GATEWAY: BodyLimits = { bytes: 1024 * 1024, depth: 25, values: 10_000, items: 1000 };

export const MAX_TEXT = 4096;

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
 * @returns how many members its objects have, at all depths
 * @throws Problem 400 for what JSON allows and PostgreSQL cannot store, for numbers that are not exact, for members
 *   with a reserved name, and for more of anything than those limits
 */
export function assertStorable(value: unknown, limits: BodyLimits = OF_CLIENTS): number {
  const walk = { limits, values: 0, members: 0, trail: [] };
  visit(value, walk);
  return walk.members;
}

interface Walk {
  limits: BodyLimits;
  values: number;
  members: number;
  /** Where the walk is: joined to a path only when there is something to complain about. */
  trail: string[];
}

function visit(value: unknown, walk: Walk): void {
  refuseFor(complaintAbout(value, walk), walk);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    if (!Array.isArray(value)) {
      walk.members += 1;
      refuseFor(complaintAboutName(key), walk);
    }
    walk.trail.push(key);
    if (isReserved(key)) refuseFor('has a reserved name', walk);
    visit(item, walk);
    walk.trail.pop();
  }
}

function refuseFor(complaint: string | null, { trail }: Walk): void {
  if (complaint) throw invalidRequest([{ path: trail.join('.'), message: complaint }]);
}

function complaintAbout(value: unknown, walk: Walk): string | null {
  const { depth, values, items } = walk.limits;
  walk.values += 1;
  if (walk.values > values) return `more than ${values} values`;
  if (walk.trail.length > depth) return `nested deeper than ${depth}`;
  if (typeof value === 'string') return complaintAboutText(value);
  if (typeof value === 'number') return complaintAboutNumber(value);
  return Array.isArray(value) && value.length > items ? `more than ${items} items` : null;
}

function complaintAboutText(text: string): string | null {
  if (text.length > MAX_TEXT) return `longer than ${MAX_TEXT} characters`;
  return isStorable(text) ? null : 'has a character that cannot be stored';
}

/** @returns whether PostgreSQL stores that text */
export function isStorable(text: string): boolean {
  return !UNSTORABLE.test(text);
}

function complaintAboutName(name: string): string | null {
  if (name.length > MAX_TEXT) return `has a key longer than ${MAX_TEXT} characters`;
  return isStorable(name) ? null : 'has a key that cannot be stored';
}

/** 1e400 has become Infinity by now, and 2^53 + 1 an even number: neither is what was sent. */
function complaintAboutNumber(number: number): string | null {
  if (Math.abs(number) <= Number.MAX_SAFE_INTEGER) return null;
  return `must be a number from -${Number.MAX_SAFE_INTEGER} to ${Number.MAX_SAFE_INTEGER}`;
}
