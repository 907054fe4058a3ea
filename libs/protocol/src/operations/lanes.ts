import { IsIn, IsString, IsUUID, MaxLength } from 'class-validator';
import { OneOf, VOCABULARY } from '../vocabulary.js';
import { PageQuery } from '../wire/pages.js';
import { MAX_STRING, Optional, Text } from '../wire/validation.js';
import type { OperationState } from './states.js';

export const LANE_STATES = ['open', 'paused', 'halted', 'deleting', 'deleted'] as const;
export type LaneState = (typeof LANE_STATES)[number];

export class LaneHead {
  id: string;
  seq: number;
  @OneOf(VOCABULARY.kinds)
  kind: string;
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
  @OneOf(VOCABULARY.services)
  service: string | null;
  since: string;
}

/** Why nobody is let in as the user of a lane. */
export class LaneSuspension {
  at: string;
  by: string;
  /** Null after a purge. */
  reason: string | null;
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
  /** Null where the user may sign in. */
  suspended: LaneSuspension | null;
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

/** What an operator makes of the write at which a lane is halted. */
export const WAYS_OUT = ['retry', 'skip', 'fail', 'succeed'] as const;
export type WayOut = (typeof WAYS_OUT)[number];

/** What a write can be ended as by hand. */
export type EndableByHand = 'succeeded' | 'failed';

/** How a halted lane goes on. */
export class ReleaseLane extends Reason {
  /**
   * `retry` carries the write at which it halted out again, `skip` goes on without it, `fail` and `succeed` end it by
   * hand. Left out, the lane goes on as it stood: what it stopped at is tried again.
   */
  @Optional()
  @IsIn(WAYS_OUT)
  action?: WayOut;

  /** Only if the lane is halted at that write: an act that is sent twice then never meets the next halt. */
  @Optional()
  @IsUUID()
  operationId?: string;
}
