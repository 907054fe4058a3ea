import type { JsonSchema } from '@turnpike/protocol';
import { Problem, schemaCompiler } from '@turnpike/service';
import { IsInt, Min } from 'class-validator';
import { bodyValidator } from './body-validator.js';

const LINE = {
  type: 'object',
  required: ['sku', 'quantity'],
  properties: { sku: { type: 'string', pattern: '^[A-Z]+$' }, quantity: { type: 'integer', minimum: 1 } },
};
const ORDER: JsonSchema = {
  type: 'object',
  required: ['lines'],
  properties: { lines: { type: 'array', items: LINE, maxItems: 2 }, note: { type: ['string', 'null'] } },
};

/** @returns the errors of the answer, each as `path: message`; none of a body that is accepted */
async function complaintsAbout(schema: JsonSchema, body: unknown): Promise<string[]> {
  const answer = await bodyValidator(schema)
    .validate(body)
    .catch((error: unknown) => error);
  if (!(answer instanceof Problem)) return [];
  expect(answer.body.detail).toBe(answer.body.errors![0]!.message);
  return answer.body.errors!.map(({ path, message }) => `${path}: ${message}`);
}

const of = (properties: JsonSchema, more: JsonSchema = {}): JsonSchema => ({
  type: 'object',
  properties,
  ...more,
});

describe('a body of a JSON Schema', () => {
  it('that is what the schema says is accepted as it is', async () => {
    const body = { lines: [{ sku: 'TEA', quantity: 1 }], note: null };
    await expect(bodyValidator(ORDER).validate(body)).resolves.toBe(body);
  });

  it('that is not there counts as an empty one', async () => {
    await expect(bodyValidator(of({})).validate(undefined)).resolves.toEqual({});
    await expect(complaintsAbout(ORDER, undefined)).resolves.toEqual(['lines: lines must be given']);
  });

  it.each<[string, unknown, string[]]>([
    ['no object', 'text', [': the body must be an object']],
    [
      'wrong members, all of which are named',
      { lines: [{ sku: 'TEA', quantity: 0 }, { sku: 'tea' }] },
      [
        'lines.0.quantity: quantity must not be less than 1',
        'lines.1.quantity: quantity must be given',
        'lines.1.sku: sku must match ^[A-Z]+$ regular expression',
      ],
    ],
    ['another type', { lines: 7 }, ['lines: lines must be an array']],
    ['one of several types', { lines: [], note: 7 }, ['note: note must be a string or null']],
    ['an unknown member', { lines: [], extra: 1 }, ['extra: property extra should not exist']],
    [
      'an unknown member further in',
      { lines: [{ sku: 'TEA', quantity: 1, price: 1 }] },
      ['lines.0.price: property price should not exist'],
    ],
    [
      'a text that is longer than any text without a limit',
      { lines: [], note: 'x'.repeat(201) },
      ['note: note must be shorter than or equal to 200 characters'],
    ],
  ])('with %s is refused in the words of class-validator', async (_what, body, complaints) => {
    expect((await complaintsAbout(ORDER, body)).sort()).toEqual(complaints.sort());
  });

  it.each<[string, JsonSchema, unknown, string]>([
    ['minLength', { type: 'string', minLength: 2 }, 'x', 'must be longer than or equal to 2 characters'],
    ['format', { type: 'string', format: 'uuid' }, 'x', 'must be of the format uuid'],
    ['maximum', { type: 'number', maximum: 1 }, 2, 'must not be greater than 1'],
    ['exclusiveMinimum', { type: 'number', exclusiveMinimum: 1 }, 1, 'must be greater than 1'],
    ['exclusiveMaximum', { type: 'number', exclusiveMaximum: 1 }, 1, 'must be less than 1'],
    ['multipleOf', { type: 'number', multipleOf: 5 }, 1, 'must be divisible by 5'],
    ['minItems', { type: 'array', minItems: 1 }, [], 'must contain at least 1 elements'],
    ['maxItems', { type: 'array', maxItems: 0 }, [1], 'must contain no more than 0 elements'],
    ['uniqueItems', { type: 'array', uniqueItems: true }, [1, 1], 'must have no element twice'],
    ['enum', { enum: ['a', 1] }, 'b', 'must be one of the following values: a, 1'],
    ['const', { const: 'a' }, 'b', 'must be equal to a'],
    ['boolean', { type: 'boolean' }, 1, 'must be a boolean value'],
  ])('says what is wrong by %s', async (_keyword, schema, value, complaint) => {
    await expect(complaintsAbout(of({ it: schema }), { it: value })).resolves.toEqual([
      `it: it ${complaint}`,
    ]);
  });

  it('names the members in a path as they are, whatever characters they have', async () => {
    const schema = of({ 'a/b~c': of({ d: { type: 'integer' } }) });
    await expect(complaintsAbout(schema, { 'a/b~c': { d: 'x' } })).resolves.toEqual([
      'a/b~c.d: d must be an integer number',
    ]);
  });

  it('says what is wrong with the name of a member', async () => {
    const schema = { type: 'object', additionalProperties: true, propertyNames: { pattern: '^[a-z]+$' } };
    await expect(complaintsAbout(schema, { A: 1 })).resolves.toEqual([
      'A: A must match ^[a-z]+$ regular expression',
    ]);
  });
});

describe('what a JSON Schema does not say', () => {
  it.each<[string, JsonSchema, object]>([
    ['additionalProperties', of({}, { additionalProperties: true }), { a: 1 }],
    ['a schema of them', of({}, { additionalProperties: { type: 'integer' } }), { a: 1 }],
    ['unevaluatedProperties', of({}, { unevaluatedProperties: true }), { a: 1 }],
    ['maxLength', of({ a: { type: 'string', maxLength: 300 } }), { a: 'x'.repeat(300) }],
    ['nothing of what a member is', of({ a: {} }), { a: { b: 'x'.repeat(300) } }],
    [
      'a text in `allOf` that is measured outside',
      of({ a: { maxLength: 300, allOf: [{ type: 'string' }] } }),
      { a: 'x'.repeat(300) },
    ],
  ])('is left as it is where it says %s', async (_what, schema, body) => {
    await expect(complaintsAbout(schema, body)).resolves.toEqual([]);
  });

  const BASE = of({ a: { type: 'integer' } });
  const MORE = { properties: { b: { type: 'integer' } } };

  it.each<[string, JsonSchema]>([
    ['allOf', { type: 'object', allOf: [BASE, MORE] }],
    ['$ref', { $ref: '#/$defs/base', properties: { b: {} }, $defs: { base: BASE } }],
    [
      '$ref to definitions',
      { $ref: '#/definitions/base', properties: { b: {} }, definitions: { base: BASE } },
    ],
    ['anyOf', { anyOf: [BASE, MORE] }],
    ['then', { ...BASE, if: { required: ['a'] }, then: MORE }],
    ['dependentSchemas', { ...BASE, dependentSchemas: { a: MORE } }],
  ])('is asked of the whole value where its parts stand in %s', async (_keyword, schema) => {
    await expect(complaintsAbout(schema, { a: 1, b: 2 })).resolves.toEqual([]);
    await expect(complaintsAbout(schema, { a: 1, b: 2, c: 3 })).resolves.toEqual([
      'c: property c should not exist',
    ]);
  });

  it('holds in definitions, in branches and in lists as well', async () => {
    const schema = of(
      {
        line: { $ref: '#/$defs/line' },
        name: { anyOf: [{ type: 'string' }, { type: 'null' }] },
        all: { type: 'array', items: BASE },
      },
      { $defs: { line: BASE } },
    );
    await expect(complaintsAbout(schema, { line: { x: 1 } })).resolves.toEqual([
      'line.x: property x should not exist',
    ]);
    await expect(complaintsAbout(schema, { name: 'x'.repeat(201) })).resolves.toContain(
      'name: name must be shorter than or equal to 200 characters',
    );
    await expect(complaintsAbout(schema, { all: [{ a: 1, x: 1 }] })).resolves.toEqual([
      'all.0.x: property x should not exist',
    ]);
  });

  it('is in the schema that documents show', () => {
    expect(
      bodyValidator(of({ a: { type: 'string' }, b: { type: 'string', maxLength: 10_000 } })).schema(),
    ).toEqual({
      type: 'object',
      properties: { a: { type: 'string', maxLength: 200 }, b: { type: 'string', maxLength: 4096 } },
      additionalProperties: false,
    });
  });

  it('changes nothing of what `not` and `if` ask', () => {
    const question = { type: 'object', properties: { a: { type: 'string' } } };
    expect(bodyValidator({ type: 'object', not: question }).schema()['not']).toEqual(question);
    expect(bodyValidator({ type: 'object', if: question, then: {} }).schema()['if']).toEqual(question);
  });
});

describe('a JSON Schema', () => {
  it.each<[string, JsonSchema, string]>([
    ['an unknown type', { type: 'strng' }, 'type'],
    ['an unknown keyword', { type: 'object', requierd: [] }, 'requierd'],
    ['an unknown format', { type: 'string', format: 'sku' }, 'sku'],
    ['another draft', { $schema: 'http://json-schema.org/draft-07/schema#' }, 'draft-07'],
    ['a reference to what is elsewhere', { $ref: 'https://example.com/a' }, 'example.com'],
    ['a regular expression that is none', { type: 'string', pattern: '(' }, 'regular expression'],
    ['answers that come later', { $async: true, type: 'object' }, '$async'],
  ])('with %s is none', (_what, schema, complaint) => {
    expect(() => bodyValidator(schema)).toThrow(complaint);
  });

  it('may have the $id of another one', () => {
    const schema = { $id: 'https://example.com/a', type: 'object' };
    const compile = schemaCompiler();
    expect(() => [bodyValidator(schema, compile), bodyValidator({ ...schema }, compile)]).not.toThrow();
  });
});

describe('a body of a class', () => {
  class Points {
    @IsInt()
    @Min(1)
    points: number;
  }

  it('is validated as those of compiled-in routes are', async () => {
    const valid = await bodyValidator(Points).validate({ points: 1 });
    expect(valid).toBeInstanceOf(Points);
    await expect(bodyValidator(Points).validate({ points: 0, more: 1 })).rejects.toMatchObject({
      code: 'invalid-request',
      body: {
        errors: [
          { path: 'more', message: 'property more should not exist' },
          { path: 'points', message: 'points must not be less than 1' },
        ],
      },
    });
  });

  it('is shown by its name', () => {
    expect(bodyValidator(Points).schema()).toEqual({ $ref: '#/components/schemas/Points' });
  });
});
