import type { OperationKind, OperationState, ServiceName } from './kinds.js';
import { IsIn, IsString, MaxLength } from 'class-validator';
import { PageQuery } from './pages.js';
import { MAX_STRING, Optional, Text } from './validation.js';

export const LANE_STATES = ['open', 'paused', 'halted', 'deleting', 'deleted'] as const;
export type LaneState = (typeof LANE_STATES)[number];

export class LaneHead {
  id: string;
  seq: number;
  kind: OperationKind;
  state: OperationState;
  nextAttemptAt: string | null;
}

/**
 * What a running lane stands at: a service that fails (`retry`) or whose calls are held back (`breaker`), a worker that
 * has gone silent (`lease`), or that no worker takes its head (`worker`).
 */
export const HOLD_REASONS = ['retry', 'breaker', 'lease', 'worker'] as const;
export type HoldReason = (typeof HOLD_REASONS)[number];

export class LaneHold {
  reason: HoldReason;
  service: ServiceName | null;
  since: string;
}

/** A lane as operators see it. */
export class LaneView {
  userId: string;
  state: LaneState;
  paused: boolean;
  pausedBy: string | null;
  /** Why it is paused or halted. */
  reason: string | null;
  /** How many writes have not ended. */
  depth: number;
  lastSeq: number;
  head: LaneHead | null;
  /** Why nothing of it goes on though neither a pause nor a halt holds it; null where it goes on. */
  hold: LaneHold | null;
  oldestQueuedAt: string | null;
}

/** Which lanes operators want to see. */
export class LanesQuery extends PageQuery {
  /** `busy`: those in which something waits or runs. */
  @Optional()
  @IsIn([...LANE_STATES, 'busy'])
  state?: LaneState | 'busy';

  /** A user's id, or part of an e-mail address or of a name. */
  @Optional()
  @IsString()
  @MaxLength(MAX_STRING)
  search?: string;

  /** The deepest first, or those whose head is the oldest. */
  @Optional()
  @IsIn(['depth', 'age'])
  sort: 'depth' | 'age' = 'depth';
}

/** Why somebody has to see what is hidden. */
export class StatedReason {
  @Text()
  reason: string;
}

/** Why an operator intervenes. */
export class Reason {
  @Optional()
  @Text()
  reason?: string;
}
