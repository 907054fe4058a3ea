/** What happens to a user that the rows which refer to one have to follow. */
export const RELATION_EVENTS = ['register', 'update', 'delete', 'restore', 'purge'] as const;
export type RelationEvent = (typeof RELATION_EVENTS)[number];

/** What a purge did to the rows of one relation. */
export interface Erasure {
  relation: string;
  /** Rows that hold nothing personal any more, or are gone. */
  erased: number;
  /** What was kept of them, for people to read; empty if nothing was. */
  retained: string;
}

/** What one step did to the rows of a relation that declares what it counts. */
export class RelationCount {
  relation: string;
  /** What was done to them: `cascade`, `copy`, and so on. */
  rule: string;
  rows: number;
}
