// Bodies that nobody would send by mistake: valid ones, changed in one or two places by what is known to hurt
// parsers, validators, regular expressions and databases; and texts that are hostile as a whole.
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';

export interface HostileRequest {
  what: string;
  body: Buffer;
  headers: Record<string, string>;
}

const MAX_BODY = 256 * 1024;
const JSON_TYPE = { 'content-type': 'application/json' };

const filled = (unit: string, length = MAX_BODY): string => unit.repeat(Math.floor(length / unit.length));

/** What regular expressions for addresses, numbers and blanks may take very long for. */
const SLOW_TEXTS = [
  filled('a', 50_000) + '@',
  'a@' + filled('a.', 50_000),
  'a@' + filled('-', 50_000) + '.com',
  '"' + filled('\\"', 20_000) + '@a.com',
  filled('@', 50_000),
  filled(' ', 200_000) + 'x',
  filled('a+', 4000) + '@example.com!',
  filled('\t\n ', 4000) + '.',
  filled('(', 4000),
  '[' + filled('1.', 2000) + ']@a',
  filled('\u0130', 4000),
  filled('\ufdfa', 4000),
  'e' + filled('\u0301', 4000),
];

const NASTY_TEXTS = [
  ...[
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    '\ud800',
    'x\udc00',
    '\u202egnp',
    '\ufeff',
    '\u2028',
    '😀',
    filled('😀', 4000),
  ],
  ...[
    "' or 1=1; --",
    '"; drop table users; --',
    '$' + '{jndi:ldap://127.0.0.1/a}',
    '{{7*7}}',
    '../../etc/passwd',
    '%00',
  ],
  ...[
    '<script>alert(1)</script>',
    '\r\nSet-Cookie: a=b',
    'null',
    'NaN',
    '__proto__',
    'toString',
    '0',
    '-1',
    '1e400',
  ],
];

/** As they stand in the text: JSON.stringify would not write them. */
const NUMBERS = [
  ...[
    '-0',
    '0.0',
    '1e3',
    '1999.0',
    '19.99',
    '1e400',
    '-1e400',
    '1e-400',
    '9007199254740993',
    '-1',
    '2147483648',
  ],
  ...[
    '123456789012345678901234567890',
    '0.1e1',
    '1E+2',
    '9223372036854775808',
    filled('9', 4000),
    `0.${filled('1', 4000)}`,
  ],
  ...['01', '+1', '.5', '0x10', 'NaN', 'Infinity', '1_000', '-', '1e'],
];

const nested = (open: string, close: string, depth: number): string =>
  open.repeat(depth) + '1' + close.repeat(depth);

const rawValue = fc.oneof(
  fc.constantFrom(
    ...NUMBERS,
    'null',
    'true',
    'false',
    '[]',
    '{}',
    '[[]]',
    '[{}]',
    '[null]',
    '{"":""}',
    'undefined',
  ),
  fc.constantFrom(...SLOW_TEXTS, ...NASTY_TEXTS).map((text) => JSON.stringify(text)),
  fc.string({ unit: 'binary', maxLength: 300 }).map((text) => JSON.stringify(text)),
  fc.constantFrom(201, 4096, 4097, 60_000).map((length) => JSON.stringify(filled('x', length))),
  fc.constantFrom(19, 20, 21, 500, 20_000).map((depth) => nested('[', ']', depth)),
  fc.constantFrom(19, 21, 20_000).map((depth) => nested('{"a":', '}', depth)),
  fc
    .constantFrom('{}', '1', 'null', '[]', '""', '{"sku":1}')
    .chain((item) =>
      fc.constantFrom(101, 200, 201, 2000, 25_000).map((count) => `[${Array(count).fill(item).join()}]`),
    ),
  fc.anything({ withNullPrototype: false }).map((value) => JSON.stringify(value) ?? 'null'),
);

const RESERVED = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '__defineGetter__',
  'valueOf',
];
const name = fc.oneof(
  fc.constantFrom(
    ...RESERVED,
    '',
    ' ',
    'id',
    'userId',
    'roles',
    'then',
    'length',
    '$where',
    'a.b',
    '\u0000',
    '\ud800',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constant(filled('k', 100_000)),
);

interface Place {
  holder: Record<string, unknown>;
  key: string;
}

/** Every member and item of a value, at all depths. */
function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])]);
}

/** @returns the text of the body with the raw text in one place of it */
function replaced(valid: object, at: number, raw: string): string {
  const copy = structuredClone(valid);
  const places = placesIn(copy);
  if (places.length === 0) return raw;
  const { holder, key } = places[at % places.length]!;
  holder[key] = '@here@';
  return JSON.stringify(copy).replace('"@here@"', () => raw);
}

/** @returns the text of the body with one more member in one of its objects, at the beginning */
function withMember(valid: object, at: number, member: string): string {
  const text = JSON.stringify(valid);
  const braces = [...text.matchAll(/\{/g)].map(({ index }) => index + 1);
  const place = braces[at % braces.length]!;
  const comma = text[place] === '}' ? '' : ',';
  return text.slice(0, place) + member + comma + text.slice(place);
}

/** @returns the text of the body with one of its members twice */
function withMemberTwice(valid: object, at: number, value: string): string {
  const keys = [...JSON.stringify(valid).matchAll(/"(\w+)":/g)].map(([, key]) => key!);
  const key = keys[at % keys.length] ?? 'a';
  return withMember(valid, 0, `"${key}":${value}`);
}

const manyMembers = (count: number, of: (index: number) => string): string =>
  `{${Array.from({ length: count }, (_, index) => `${JSON.stringify(of(index))}:1`).join()}}`;

const WHOLE_TEXTS: [what: string, text: string][] = [
  ['as many brackets as fit', filled('[')],
  ['as many braces as fit', filled('{"a":')],
  ['nested as deep as fits', nested('{"a":', '}', 40_000)],
  ['lists nested as deep as fits', `{"lines":${nested('[', ']', 120_000)}}`],
  ['as many members as fit', manyMembers(25_000, String)],
  ['as many reserved members as fit', `{${filled('"__proto__":1,', 250_000)}"a":1}`],
  ['as many duplicates as fit', `{${filled('"a":1,', 250_000)}"a":1}`],
  ['as many lines as fit', `{"lines":[${filled('{},', 250_000)}{}]}`],
  ['as many empty lists as fit', `{"lines":[${filled('[],', 250_000)}[]]}`],
  ['as many numbers as fit', `{"lines":[${filled('1,', 250_000)}1]}`],
  ['as many exponents as fit', `{"lines":[${filled('1e308,', 250_000)}1]}`],
  ['as long a number as fits', `{"lines":${filled('9')}}`],
  ['as long a string as fits', `{"email":"${filled('a', 250_000)}"}`],
  ['as many escapes as fit', `{"email":"${filled('\\u0061', 250_000)}"}`],
  ['as many backslashes as fit', `{"email":"${filled('\\\\', 250_000)}"}`],
  ['as many blanks as fit', `{${filled(' ', 250_000)}}`],
  ['a quote that does not end', `{"email":"${filled('a', 250_000)}`],
  ['colons in strings', `{"email":"${filled(':', 200_000)}"}`],
  ['members that collide', manyMembers(15_000, (index) => String(index * 65_536))],
  ['more than fits', filled(' ', MAX_BODY + 10)],
];

function request(
  what: string,
  body: string | Buffer,
  headers: Record<string, string> = JSON_TYPE,
): HostileRequest {
  return { what, body: Buffer.from(body), headers };
}

const TYPES = [
  'text/plain',
  'application/xml',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
];
const CHARSETS = ['utf-16', 'iso-2022-jp', 'utf-7', 'x'.repeat(4000), '"', 'utf-8; charset=latin1', ''];
const CODINGS = ['gzip', 'deflate', 'br', 'zstd', 'identity', 'gzip, gzip', 'x'.repeat(4000), ''];

/** @returns requests that are hostile to a route which accepts that body */
export function hostileTo(valid: object): fc.Arbitrary<HostileRequest> {
  const text = JSON.stringify(valid);
  const place = fc.nat(50);
  return fc.oneof(
    {
      weight: 8,
      arbitrary: fc.tuple(place, rawValue).map(([at, raw]) => request('a value', replaced(valid, at, raw))),
    },
    {
      weight: 3,
      arbitrary: fc.tuple(place, name, rawValue).map(([at, key, raw]) => {
        return request('a member more', withMember(valid, at, `${JSON.stringify(key)}:${raw}`));
      }),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(place, rawValue)
        .map(([at, raw]) => request('a member twice', withMemberTwice(valid, at, raw))),
    },
    { weight: 2, arbitrary: fc.nat(text.length).map((end) => request('half a text', text.slice(0, end))) },
    { weight: 2, arbitrary: fc.constantFrom(...WHOLE_TEXTS).map(([what, whole]) => request(what, whole)) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.nat(text.length), fc.uint8Array({ minLength: 1, maxLength: 8 }))
        .map(([at, bytes]) => {
          const [before, after] = [text.slice(0, at), text.slice(at)].map((part) => Buffer.from(part));
          return request('bytes within', Buffer.concat([before!, bytes, after!]));
        }),
    },
    {
      weight: 1,
      arbitrary: fc.uint8Array({ maxLength: 2000 }).map((bytes) => request('bytes', Buffer.from(bytes))),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(...TYPES)
        .map((type) => request(`the type ${type}`, text, { 'content-type': type })),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(...CHARSETS).map((charset) => {
        return request('a charset', text, { 'content-type': `application/json; charset=${charset}` });
      }),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(...CODINGS).map((coding) => {
        return request('a coding', gzipSync(text), { ...JSON_TYPE, 'content-encoding': coding });
      }),
    },
  );
}
