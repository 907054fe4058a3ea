import type { OperationKind, OperationState } from './operations.js';
import { Optional, Text } from './validation.js';

export const LANE_STATES = ['open', 'paused', 'halted', 'deleting', 'deleted'] as const;
export type LaneState = (typeof LANE_STATES)[number];

export class LaneHead {
  id: string;
  seq: number;
  kind: OperationKind;
  state: OperationState;
  nextAttemptAt: string | null;
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
  oldestQueuedAt: string | null;
}

/** Why an operator intervenes. */
export class Reason {
  @Optional()
  @Text()
  reason?: string;
}
