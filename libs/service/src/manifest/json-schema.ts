import { type JsonSchema, type Shape, unlessNull } from '@turnpike/protocol';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { getMetadataStorage, ValidationTypes } from 'class-validator';
import { targetConstructorToSchema } from 'class-validator-jsonschema';

/*
 * What the rules of a class say as a JSON Schema (draft 2020-12). A schema is at most as strict as its class, which the
 * service asks again: a rule that no schema can express is left out.
 */

type Class = Extract<Shape, new () => object>;
type Converters = NonNullable<
  NonNullable<Parameters<typeof targetConstructorToSchema>[1]>['additionalConverters']
>;
type ObjectSchema = Pick<ReturnType<typeof targetConstructorToSchema>, 'properties' | 'required'>;
type Rule = Parameters<Extract<Converters[string], (...all: never[]) => unknown>>[0];

/** @returns the JSON Schema of a shape @throws Error that names a class of which there is none */
export function jsonSchemaOf(shape: Shape): JsonSchema {
  return isClass(shape) ? schemaOfClass(shape, []) : shape;
}

export function isClass(shape: Shape): shape is Class {
  return typeof shape === 'function';
}

/** @param around the classes in which this one stands */
function schemaOfClass(type: Class, around: readonly Class[]): JsonSchema {
  if (around.includes(type)) throw new Error(`${type.name} has itself in it: no body is that deep`);
  if (!hasRules(type)) throw new Error(`${type.name} has no rule of class-validator: it would take nothing`);
  const additionalConverters = convertersWithin([...around, type]);
  const schema = targetConstructorToSchema(type, { additionalConverters });
  return { ...schema, ...withNulls(schema, nullableOf(type)), additionalProperties: false };
}

function hasRules(type: Class): boolean {
  return rulesOf(type).length > 0;
}

/** @returns the members that may be null */
function nullableOf(type: Class): string[] {
  const conditions = rulesOf(type).filter(({ constraints }) => constraints?.includes(unlessNull));
  return conditions.map(({ propertyName }) => propertyName);
}

function rulesOf(type: Class): Rule[] {
  return getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
}

/** The library takes what has a condition for something that may be left out. */
function withNulls({ properties, required = [] }: ObjectSchema, nullable: readonly string[]): JsonSchema {
  if (nullable.length === 0) return {};
  const schemas = nullable.map((name) => [name, { anyOf: [properties?.[name], { type: 'null' }] }]);
  return {
    properties: { ...properties, ...(Object.fromEntries(schemas) as JsonSchema) },
    required: [...required, ...nullable],
  };
}

/** What the library makes something else of, or nothing. */
function convertersWithin(classes: readonly Class[]): Converters {
  return {
    // In place: no names, of which two classes could have the same.
    [ValidationTypes.NESTED_VALIDATION]: (rule) => schemaOfClass(nestedClassOf(rule), classes),
    // A rule of our own, in words; the library makes a reference to the type of the property of it.
    [ValidationTypes.CUSTOM_VALIDATION]: {},
    isRFC3339: { type: 'string', format: 'date-time' },
    matches: ({ constraints }) => patternOf(constraints[0] as RegExp),
  };
}

function nestedClassOf({ target, propertyName }: Rule): Class {
  const noted = defaultMetadataStorage.findTypeMetadata(target, propertyName);
  if (!noted) throw new Error(`${propertyName} is nested and does not say of which class: @Nested does`);
  return noted.typeFunction();
}

/** A schema has no flags, and an expression with one takes more than it would without. */
function patternOf({ source, flags }: RegExp): JsonSchema {
  return flags.replace('u', '') === '' ? { type: 'string', pattern: source } : { type: 'string' };
}
