import { PlaceOrder, SetRoles } from '@turnpike/contracts';
import { SetMark, Email, Nested, Nullable, Optional, Rule, Text, Time } from '@turnpike/protocol';
import { IsBoolean, IsIn, IsInt, IsUUID, Matches, Max, Min } from 'class-validator';
import { jsonSchemaOf } from './json-schema.js';

class Part {
  @IsInt()
  @Min(1)
  @Max(9)
  count: number;
}

class Whole {
  @Text(20)
  name: string;

  @Optional()
  @Email()
  email?: string;

  @Optional()
  @Time()
  at?: string;

  @IsUUID()
  id: string;

  @IsIn(['a', 'b'])
  choice: 'a' | 'b';

  @Optional()
  @IsBoolean()
  flag?: boolean;

  @Nested(() => Part)
  one: Part;

  @Nested(() => Part, { each: true })
  many: Part[];

  @Rule('even', 'must be even', (value) => Number(value) % 2 === 0)
  @IsInt()
  even: number;

  @Rule('any', 'must be something', (value) => value !== null)
  whatever: object;

  @Matches(/^[a-z]+$/i)
  letters: string;
}

const PART = {
  type: 'object',
  properties: { count: { type: 'integer', minimum: 1, maximum: 9 } },
  required: ['count'],
  additionalProperties: false,
};

describe('the schema of a class', () => {
  it('says of each member what its rules say, and nothing that they do not', () => {
    expect(jsonSchemaOf(Whole)).toEqual({
      type: 'object',
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 20, pattern: '\\S' },
        email: { type: 'string', format: 'email', maxLength: 200 },
        at: { type: 'string', format: 'date-time', maxLength: 40 },
        id: { type: 'string', format: 'uuid' },
        choice: { type: 'string', enum: ['a', 'b'] },
        flag: { type: 'boolean' },
        one: PART,
        many: { type: 'array', items: PART },
        even: { type: 'integer' },
        whatever: {},
        letters: { type: 'string' },
      },
      required: ['name', 'id', 'choice', 'one', 'many', 'even', 'whatever', 'letters'],
      additionalProperties: false,
    });
  });

  it('lets a member be null that may be, and asks for it', () => {
    class Found {
      @Nullable()
      @Nested(() => Part)
      part: Part | null;

      @Nullable()
      @Text(20)
      reason: string | null;
    }
    expect(jsonSchemaOf(Found)).toEqual({
      type: 'object',
      properties: {
        part: { anyOf: [PART, { type: 'null' }] },
        reason: {
          anyOf: [{ type: 'string', minLength: 1, maxLength: 20, pattern: '\\S' }, { type: 'null' }],
        },
      },
      required: ['part', 'reason'],
      additionalProperties: false,
    });
  });

  it('is made of the classes of the contracts, with what is nested and inherited', () => {
    class More extends PlaceOrder {
      @IsUUID()
      orderId: string;
    }
    const { properties, required } = jsonSchemaOf(More) as {
      properties: Record<string, any>;
      required: string[];
    };
    expect(required.sort()).toEqual(['lines', 'orderId']);
    expect(properties['lines']).toMatchObject({ type: 'array', minItems: 1, maxItems: 100 });
    expect(properties['lines'].items).toMatchObject({ type: 'object', additionalProperties: false });
    expect(properties['lines'].items.properties.unitPrice).toMatchObject({
      required: ['amount', 'currency'],
    });
    expect(JSON.stringify([jsonSchemaOf(SetMark), jsonSchemaOf(SetRoles), properties])).not.toContain('$ref');
  });

  it('is the shape itself where that is a schema', () => {
    const schema = { type: 'object', properties: {} };
    expect(jsonSchemaOf(schema)).toBe(schema);
  });

  it('is refused to a class that has itself in it', () => {
    class Tree {
      @Nested(() => Tree, { each: true })
      children: Tree[];
    }
    expect(() => jsonSchemaOf(Tree)).toThrow('Tree has itself in it');
  });
});
