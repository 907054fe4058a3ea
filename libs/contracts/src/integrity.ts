import { IsInt, IsUUID, Max, Min } from 'class-validator';
import type { OperationView } from './operations.js';
import { FromDigits, Optional } from './validation.js';

/**
 * What is wrong with a row: its user is not there, it is not there itself (or not in force), it holds an old copy, it
 * outlived its user, or it is (or belongs to) a user who is deleted or purged by the ledger.
 */
export const FINDING_KINDS = [
  'dangling',
  'missing',
  'stale-copy',
  'live-after-delete',
  'resurrected',
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

/** Where a service lists its rows for a comparison: `GET /internal/integrity/{users|customers|orders}`. */
export const INTEGRITY_PATH = '/internal/integrity';

/** The most rows of one page. */
export const INTEGRITY_ROWS_PER_PAGE = 1000;

/** Pages in the order of the keys. */
export class IntegrityQuery {
  /** The last key of the page before. */
  @Optional()
  @IsUUID()
  after?: string;

  @Optional()
  @FromDigits()
  @IsInt()
  @Min(1)
  @Max(INTEGRITY_ROWS_PER_PAGE)
  limit: number = 500;

  /** The rows of this one user alone. */
  @Optional()
  @IsUUID()
  userId?: string;
}

/** A user, as far as others refer to one. Purged users are not listed. */
export class IntegrityUser {
  id: string;
  state: 'active' | 'deleted';
  name: string;
}

/** A row that refers to a user. What a purge has anonymised is not listed. */
export class IntegrityRow {
  /** Its own key, by which the pages are ordered; the user's id where each user has one such row. */
  id: string;
  /** A relation of relations.ts. */
  relation: string;
  userId: string;
  /** Whether it is in force, as nothing of a deleted user may be. */
  live: boolean;
  /** The copy of the user's name, where the relation has one that follows the user. */
  name?: string;
}

export const RUN_STATES = ['running', 'done', 'failed'] as const;
export type RunState = (typeof RUN_STATES)[number];

export class Finding {
  relation: string;
  kind: FindingKind;
  id: string;
  userId: string;
}

/** One comparison of the services' data. */
export class IntegrityRun {
  id: string;
  state: RunState;
  /** Rows that were compared. */
  checked: number;
  startedAt: string;
  finishedAt: string | null;
  findings: Finding[];
}

/** `POST /v1/ops/integrity/runs/{id}/repair`: the writes that mend what the run has found, one for each user. */
export class Repair {
  items: OperationView[];
}
