import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import type { ProblemBody } from '../problems/problems.js';
import { RelationCount } from '../services/relations.js';
import { OneOf, VOCABULARY } from '../vocabulary.js';
import { PageQuery } from '../wire/pages.js';
import { Optional } from '../wire/validation.js';
import { OPERATION_STATES, type OperationState, type StepState, type WaitingReason } from './states.js';

export class OperationTarget {
  @OneOf(VOCABULARY.targetTypes)
  type: string;
  id: string;
}

export class StepView {
  name: string;
  @OneOf(VOCABULARY.services)
  service: string;
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
  @OneOf(VOCABULARY.services)
  service: string;
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
  @OneOf(VOCABULARY.kinds)
  kind: string;
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
  /** The operation whose success it follows; left out where somebody has asked for it. */
  follows?: string;
  /** Of a success: how many rows of which relation it was carried out on; those that declare no counts are left out. */
  relations?: RelationCount[];
  waiting?: WaitingView;
  links: OperationLinks;
}

export class OperationsQuery extends PageQuery {
  @Optional()
  @IsIn(OPERATION_STATES)
  state?: OperationState;

  @Optional()
  @IsIn(VOCABULARY.kinds)
  kind?: string;
}
