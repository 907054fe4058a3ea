import secureJson from 'secure-json-parse';
import { Problem } from '../problems/problem.js';
import { assertStorable, type BodyLimits, invalidRequest } from './validation.js';

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
