/**
 * The columns of a table in which something personal may stand, and what people type counts as such, and the SQL of
 * what an erasure leaves in each. Every column of a service that holds text stands in such a list, or in that of the
 * facts which a test keeps: a new one is thought about.
 */
export type PersonalColumns = Readonly<Record<string, string>>;

/** @returns what follows `set` in the statement that erases them */
export function erasing(columns: PersonalColumns): string {
  return Object.entries(columns)
    .map(([column, left]) => `${column} = ${left}`)
    .join(', ');
}
