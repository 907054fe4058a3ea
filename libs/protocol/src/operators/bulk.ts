import { IsBoolean, IsIn, IsUUID } from 'class-validator';
import type { OperationState } from '../operations/states.js';
import { PROBLEM_CODES, type ProblemBody } from '../problems/problems.js';
import { OneOf, VOCABULARY } from '../vocabulary.js';
import { Nested, Optional, Text, Time } from '../wire/validation.js';

export const BULK_ACTIONS = ['retry', 'cancel'] as const;
export type BulkAction = (typeof BULK_ACTIONS)[number];

/** The states in which a write can be repeated, or withdrawn. */
export const BULK_STATES = {
  retry: ['failed'],
  cancel: ['queued', 'retrying'],
} as const satisfies Record<BulkAction, readonly OperationState[]>;
export type BulkState = (typeof BULK_STATES)[BulkAction][number];

/** Which writes; left out, any. What has been repeated already is not repeated again. */
export class BulkFilter {
  @Optional()
  @IsIn(Object.values(BULK_STATES).flat())
  state?: BulkState;

  @Optional()
  @IsIn(VOCABULARY.clientKinds)
  kind?: string;

  @Optional()
  @IsUUID()
  userId?: string;

  /** Who asked for it. */
  @Optional()
  @IsUUID()
  actorId?: string;

  @Optional()
  @IsIn(PROBLEM_CODES)
  problem?: string;

  /** Accepted then or later. */
  @Optional()
  @Time()
  from?: string;

  /** Accepted before; left out, before the request. */
  @Optional()
  @Time()
  to?: string;
}

export class BulkRequest {
  @IsIn(BULK_ACTIONS)
  action: BulkAction;

  @Nested(() => BulkFilter)
  filter: BulkFilter;

  @Text()
  reason: string;

  /** Only says how many writes it would be. */
  @Optional()
  @IsBoolean()
  dryRun?: boolean;
}

export class BulkCount {
  count: number;
}

export const BULK_RUN_STATES = ['running', 'done', 'aborted'] as const;
export type BulkRunState = (typeof BULK_RUN_STATES)[number];

/** Why so many were not done: the code of the problem that each got. */
export class BulkRefusals {
  @OneOf(PROBLEM_CODES)
  code: string;
  count: number;
}

/** Many writes repeated or withdrawn, one after the other. */
export class BulkRun {
  id: string;
  action: BulkAction;
  filter: BulkFilter;
  reason: string;
  actorId: string;
  state: BulkRunState;
  /** How many there were when it began. */
  total: number;
  done: number;
  refused: number;
  refusals: BulkRefusals[];
  startedAt: string;
  finishedAt: string | null;
  /** Why it was stopped before its end; null where it was not, or an operator has aborted it. */
  problem: ProblemBody | null;
}
