/*
 * JSON pointers (RFC 6901), by which declarations name places in what was sent or answered.
 */

/** @returns the members on the way that a JSON pointer names */
export function trailOf(pointer: string): string[] {
  const steps = pointer.split('/').slice(1);
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** @returns what a JSON pointer points to in a document, or undefined */
export function valueAt(document: unknown, pointer: string): unknown {
  return trailOf(pointer).reduce(memberOf, document);
}

/** @returns what a document has under a name of its own, or undefined */
export function memberOf(value: unknown, name: string): unknown {
  return isMember(value, name) ? value[name] : undefined;
}

/** @returns the document with null where a JSON pointer points to; a place in a list stands for each of its items */
export function withNullAt(document: unknown, pointer: string): unknown {
  return withNull(document, trailOf(pointer));
}

function withNull(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return null;
  if (Array.isArray(value)) return value.map((item) => withNull(item, rest));
  return isMember(value, name) ? { ...value, [name]: withNull(value[name], rest) } : value;
}

function isMember(value: unknown, name: string): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name);
}
