import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsUUID, Max, Min } from 'class-validator';
import type { OperationView } from '../operations/operations.js';
import type { ProblemBody } from '../problems/problems.js';
import { FromDigits, Optional } from '../wire/validation.js';

/**
 * What is wrong with a row: its user, or what else it refers to, is not there; it is not there itself (or not in force); it
 * holds an old copy; it outlived its user; or it is (or belongs to) a user who is deleted or purged by the ledger.
 */
export const FINDING_KINDS = [
  'dangling',
  'missing',
  'stale-copy',
  'live-after-delete',
  'resurrected',
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

/** Where a service lists its rows for a comparison: `GET /internal/integrity/{table}`. */
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
  /** The relation by which it refers to the user. */
  relation: string;
  userId: string;
  /** What it refers to, where that is something else than the user. */
  refersTo?: string;
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
  /** Of a failed run: why. `service` and `table` name what could not be compared, if it was one. */
  @ApiProperty({ allOf: [{ $ref: '#/components/schemas/Problem' }] })
  problem: ProblemBody | null;
  /** Whether what it says is so now: it is done, not long ago, and no later run has ended in another way. */
  current: boolean;
}

/** How many findings of a kind there are. */
export class FindingCount {
  relation: string;
  kind: FindingKind;
  count: number;
}

export const INTEGRITY_VERDICTS = ['agree', 'findings', 'unknown'] as const;
export type IntegrityVerdict = (typeof INTEGRITY_VERDICTS)[number];

/** What is known of the services' agreement. */
export class IntegrityHealth {
  /** `agree` only where the newest run is done, not long ago, and has found nothing. */
  verdict: IntegrityVerdict;
  /** When a run last compared everything; null before the first. */
  lastSuccessAt: string | null;
  /** Of the last run that is done and of those after it; what is not named was not found. */
  findings: FindingCount[];
  /** Why the newest run failed; null where it did not. */
  @ApiProperty({ allOf: [{ $ref: '#/components/schemas/Problem' }] })
  problem: ProblemBody | null;
}

/** `POST /v1/ops/integrity/runs/{id}/repair`: the writes that mend what the run has found, one for each user. */
export class Repair {
  items: OperationView[];
}
