import secureJson from 'secure-json-parse';
import { invalidRequest, Problem } from '../problems/problem.js';

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

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * @returns the JSON object in a body, or undefined for an empty one
 * @throws Problem 400 for what is no UTF-8, no JSON, no object, has a member twice, or is not storable
 */
export function parseBody(raw: Buffer, limits?: BodyLimits): object | undefined {
  if (raw.length === 0) return undefined;
  const { text, value } = parseOrRefuse(raw);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidRequest([{ path: '', message: 'the body must be a JSON object' }]);
  }
  // The parser keeps the last of two members with one name; somebody before us may have looked at the first.
  const members = assertStorable(value, limits);
  if (membersIn(text) !== members) throw new Problem('invalid-json', 'A member is there twice.');
  return value;
}

/** The parser's own message quotes the body, in which a password may stand. */
function parseOrRefuse(raw: Buffer): { text: string; value: unknown } {
  try {
    const text = utf8.decode(raw);
    return { text, value: secureJson.parse(text, { protoAction: 'error', constructorAction: 'error' }) };
  } catch {
    throw new Problem('invalid-json');
  }
}

/** @returns how many members the objects of a JSON text have: so many colons stand outside its strings */
function membersIn(text: string): number {
  let members = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) inString = !inString;
    else if (inString && character === BACKSLASH) at += 1;
    else if (!inString && character === COLON) members += 1;
  }
  return members;
}

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

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
