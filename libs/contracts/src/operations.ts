import { ApiProperty } from '@nestjs/swagger';
import type { ProblemBody } from './problems.js';
import type {
  OperationKind,
  OperationState,
  ServiceName,
  StepState,
  TargetType,
  WaitingReason,
} from './kinds.js';

export class OperationTarget {
  type: TargetType;
  id: string;
}

export class StepView {
  name: string;
  service: ServiceName;
  state: StepState;
  attempts: number;
}

export class WaitingView {
  /** The operation that is carried out before this one, or null for the head of the lane. */
  behind: string | null;
  /** How many unfinished writes of this user come before it. */
  position: number;
  reason: WaitingReason;
  since: string;
  expectedAt: string | null;
}

export class OperationLinks {
  self: string;
  events: string;
}

/** Why the last attempt to carry a step out failed. It stays, whatever the write ends with. */
export class OperationCause {
  service: ServiceName;
  step: string;
  /** The HTTP status of the service's answer; null where there was none. */
  status: number | null;
  /** The code of the service's problem, or why there was no answer: `ECONNREFUSED`, `timeout`. */
  code: string;
  detail: string | null;
  /** The request id by which the service's log tells of it. */
  requestId: string | null;
  at: string;
}

/** A write and what has become of it. */
export class OperationView {
  id: string;
  kind: OperationKind;
  /** Whose lane it runs in. */
  userId: string;
  /** Who asked for it; null for an anonymous registration and for what the system does by itself. */
  actorId: string | null;
  /** Its place in the lane: from 1, without gaps. */
  seq: number;
  state: OperationState;
  /** How often it was begun. */
  attempts: number;
  target: OperationTarget;
  steps: StepView[];
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  nextAttemptAt: string | null;
  /** The resource as the write left it. */
  result: Record<string, unknown> | null;
  @ApiProperty({ allOf: [{ $ref: '#/components/schemas/Problem' }] })
  problem: ProblemBody | null;
  /** Null where no attempt has failed. */
  cause: OperationCause | null;
  retryOf?: string;
  waiting?: WaitingView;
  links: OperationLinks;
}
