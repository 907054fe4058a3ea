import type { JsonSchema, Shape } from '@turnpike/protocol';
import { trailOf } from '@turnpike/service';
import { isSchema } from '../shapes/closed-schema.js';

/** References that lead to each other end somewhere. */
const MAX_STEPS = 50;

/** Keywords whose schemas say more about the same value. */
const BRANCHES = ['allOf', 'anyOf', 'oneOf'] as const;

/**
 * @param trail the members and places on the way
 * @returns whether a value of that schema may have something there; true where the schema leaves it open
 */
export function mayHave(schema: unknown, trail: readonly string[], root = schema, left = MAX_STEPS): boolean {
  if (schema === true || trail.length === 0 || left === 0) return true;
  if (!isSchema(schema)) return false;
  const further = (inner: unknown, rest: readonly string[]): boolean => mayHave(inner, rest, root, left - 1);
  const [first, ...rest] = trail as [string, ...string[]];
  return (
    branchesOf(schema, root).some((branch) => further(branch, trail)) ||
    partsOf(schema, first).some((part) => further(part, rest))
  );
}

/** What an answer looks like that says of its members something. */
const SAYING = ['properties', '$ref', ...BRANCHES];

/**
 * @param member a member of the answer, or a pointer into it
 * @returns whether an answer of that shape may have it
 */
export function mayAnswer(shape: Shape, member: string): boolean {
  const trail = member.startsWith('/') ? trailOf(member) : [member];
  if (typeof shape !== 'function')
    return !SAYING.some((keyword) => keyword in shape) || mayHave(shape, trail);
  const members = membersOf(shape);
  return members.size === 0 || members.has(trail[0]!);
}

/** What the plugin of the build leaves in a class for the description. */
type Described = Exclude<Shape, JsonSchema> & { _OPENAPI_METADATA_FACTORY?: () => object };

/** @returns the members of a class and of those that it extends; none of one that was compiled without the plugin */
function membersOf(type: Described): Set<string> {
  const members = new Set<string>();
  for (let one: Described | null = type; one; one = Object.getPrototypeOf(one) as Described | null)
    Object.keys(one._OPENAPI_METADATA_FACTORY?.() ?? {}).forEach((name) => members.add(name));
  return members;
}

/** @returns the schemas that may say of a member or a place what it is */
function partsOf(schema: JsonSchema, name: string): unknown[] {
  const { properties, patternProperties, additionalProperties, unevaluatedProperties, items, prefixItems } =
    schema;
  const member = isSchema(properties) && Object.hasOwn(properties, name) ? [properties[name]] : [];
  const matching = isSchema(patternProperties) ? Object.values(patternProperties) : [];
  const others = [additionalProperties, unevaluatedProperties].filter(
    (rest) => rest === true || isSchema(rest),
  );
  const inList = /^(\d+|-)$/.test(name) ? [items, prefixItems].flat().filter(isSchema) : [];
  return [...member, ...matching, ...others, ...inList];
}

function branchesOf(schema: JsonSchema, root: unknown): unknown[] {
  const branches = BRANCHES.flatMap((keyword) => (schema[keyword] as unknown[] | undefined) ?? []);
  const more = [schema['then'], schema['else']].filter(isSchema);
  const { $ref } = schema;
  const referred = typeof $ref === 'string' ? [resolved($ref, root)] : [];
  return [...branches, ...more, ...referred];
}

/** What stands elsewhere than by a path in the same schema is left open. */
function resolved(reference: string, root: unknown): unknown {
  if (!reference.startsWith('#/') && reference !== '#') return true;
  let found = root;
  for (const name of trailOf(reference.slice(1))) found = (found as JsonSchema | undefined)?.[name];
  return found ?? true;
}
