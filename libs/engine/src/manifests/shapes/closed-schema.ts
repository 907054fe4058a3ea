import { MAX_STRING, type JsonSchema } from '@turnpike/protocol';
import { MAX_TEXT } from '@turnpike/service';

/*
 * Puts into a JSON Schema what holds for every request: unknown members are refused, and texts have a length. A schema
 * that says otherwise is left as it is, but for texts that are longer than any request may have.
 *
 * A schema has others at two kinds of places. At some stands what another value has to be, such as a member's. At the
 * others stands more about the same value: to forbid members in one branch of `allOf` would forbid those of its neighbours,
 * so the value is closed once, at its own place, for all that the branches know.
 */

type Place = 'value' | 'more';

/** Keywords of one schema, of a list, and of a map of schemas, with the place that each is. */
const ONE: Readonly<Record<string, Place>> = {
  ...{ items: 'value', contains: 'value', additionalProperties: 'value' },
  ...{ unevaluatedItems: 'value', unevaluatedProperties: 'value' },
  ...{ then: 'more', else: 'more' },
};
const LIST: Readonly<Record<string, Place>> = {
  ...{ prefixItems: 'value', allOf: 'more', anyOf: 'more', oneOf: 'more' },
};
/** Definitions are what whoever refers to them makes of them. */
const MAP: Readonly<Record<string, Place>> = {
  ...{ properties: 'value', patternProperties: 'value', dependentSchemas: 'more', $defs: 'more' },
  definitions: 'more',
};

/** Keywords by which a schema without a type speaks of objects, by itself or by others. */
const OF_OBJECTS = [
  ...['properties', 'patternProperties', 'required', 'minProperties', 'maxProperties', 'dependentSchemas'],
  ...['allOf', 'anyOf', 'oneOf', 'if', '$ref', '$dynamicRef'],
];

/** Keywords by which a value's members may be known elsewhere than in its own `properties`. */
const ELSEWHERE = ['allOf', 'anyOf', 'oneOf', 'if', 'dependentSchemas', '$ref', '$dynamicRef'];

/** @returns the schema with what holds for every request */
export function closed(schema: JsonSchema): JsonSchema {
  return closedAt('value', schema, false);
}

/** @param isMeasured whether a schema of the same value says already how long a text may be */
function closedAt(place: Place, schema: JsonSchema, isMeasured: boolean): JsonSchema {
  const measured = isMeasured || 'maxLength' in schema;
  const own = { ...schema, ...lengthOf(schema, isMeasured), ...within(schema, measured) };
  return place === 'value' ? { ...own, ...endOf(schema) } : own;
}

function lengthOf(schema: JsonSchema, isMeasured: boolean): JsonSchema {
  const { maxLength } = schema;
  if (typeof maxLength === 'number') return { maxLength: Math.min(maxLength, MAX_TEXT) };
  return !isMeasured && typesOf(schema).includes('string') ? { maxLength: MAX_STRING } : {};
}

/** `not` and `if` are questions and forbid nothing: they stay as they are. */
function within(schema: JsonSchema, measured: boolean): JsonSchema {
  const inside = (place: Place, inner: unknown): unknown =>
    isSchema(inner) ? closedAt(place, inner, place === 'more' && measured) : inner;
  const entries = Object.entries(schema).flatMap(([keyword, value]) => {
    if (Object.hasOwn(ONE, keyword)) return [[keyword, inside(ONE[keyword]!, value)]];
    if (Object.hasOwn(LIST, keyword) && Array.isArray(value))
      return [[keyword, value.map((inner) => inside(LIST[keyword]!, inner))]];
    if (Object.hasOwn(MAP, keyword) && isSchema(value))
      return [[keyword, mapped(value, (inner) => inside(MAP[keyword]!, inner))]];
    return [];
  });
  return Object.fromEntries(entries) as JsonSchema;
}

/** @returns what refuses members that are not known; nothing where the schema says itself, or speaks of no objects */
function endOf(schema: JsonSchema): JsonSchema {
  if ('additionalProperties' in schema || 'unevaluatedProperties' in schema) return {};
  const isOfObjects =
    'type' in schema ? typesOf(schema).includes('object') : OF_OBJECTS.some((keyword) => keyword in schema);
  if (!isOfObjects) return {};
  return ELSEWHERE.some((keyword) => keyword in schema)
    ? { unevaluatedProperties: false }
    : { additionalProperties: false };
}

function typesOf({ type }: JsonSchema): unknown[] {
  return Array.isArray(type) ? type : [type];
}

function mapped(map: JsonSchema, change: (value: unknown) => unknown): JsonSchema {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(value)]));
}

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
