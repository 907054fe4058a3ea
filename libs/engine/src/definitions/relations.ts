import type { RelationDeclaration, RelationRule } from '@turnpike/protocol';

/** What happens to a user that the rows which refer to one have to follow. */
export const SUBJECT_EVENTS = ['register', 'update', 'delete', 'restore', 'purge'] as const;
export type SubjectEvent = (typeof SUBJECT_EVENTS)[number];

/** A relation as it was declared, with what was left out of it. */
export interface Relation
  extends Omit<RelationDeclaration, SubjectEvent>, Readonly<Record<SubjectEvent, RelationRule>> {
  /** The service whose rows refer. */
  service: string;
}

const RETAIN: RelationRule = { kind: 'retain' };

/** @returns the relation with a rule for each event: rows of which nothing is said stay as they are */
export function relationOf(declared: RelationDeclaration): Relation {
  const rules = Object.fromEntries(SUBJECT_EVENTS.map((event) => [event, declared[event] ?? RETAIN]));
  return {
    ...declared,
    ...(rules as Record<SubjectEvent, RelationRule>),
    service: serviceOf(declared.from),
  };
}

/** @returns the table of a column: `shelf.things` of `shelf.things.user_id` */
export function tableOf(column: string): string {
  return column.slice(0, column.lastIndexOf('.'));
}

/** @returns the service that a table, a column or a step is of: what stands before the first dot */
export function serviceOf(name: string): string {
  return name.split('.', 1)[0]!;
}

/** @returns the step that carries the rule out, or null where nothing has to be done */
export function stepOfRule(rule: RelationRule | undefined): string | null {
  return !rule || rule.kind === 'retain' ? null : rule.step;
}
