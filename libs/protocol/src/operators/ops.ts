import { ApiProperty, OmitType } from '@nestjs/swagger';
import { IsIn, IsUUID } from 'class-validator';
import type { LaneState } from '../operations/lanes.js';
import { OperationsQuery, OperationView, StepView } from '../operations/operations.js';
import type { OperationState } from '../operations/states.js';
import { PROBLEM_CODES } from '../problems/problems.js';
import { IntegrityHealth } from '../services/integrity.js';
import { OneOf, VOCABULARY } from '../vocabulary.js';
import { Optional, Time } from '../wire/validation.js';

/** From best to worst. */
export const BREAKER_STATES = ['closed', 'half-open', 'open'] as const;
export type BreakerState = (typeof BREAKER_STATES)[number];

/** One partition of the queue. */
export class PartitionView {
  name: string;
  waiting: number;
  active: number;
  delayed: number;
  paused: boolean;
}

/** A process that carries writes out. */
export class WorkerView {
  id: string;
  since: string;
  /** Writes that it carries out now. */
  running: number;
  lastSeen: string;
}

export class ServiceHealth {
  @OneOf(VOCABULARY.services)
  name: string;
  /** The worst that any process has; null while no process says. */
  breaker: BreakerState | null;
}

/** What a service does: its writes go on, it does not answer, what it declares cannot be carried out, or it is held by an operator. */
export const SERVICE_STATES = ['serving', 'away', 'refused', 'paused'] as const;
export type ServiceState = (typeof SERVICE_STATES)[number];

/** How much is asked of a service at a time, by all workers together. */
export class ServiceLimits {
  /** Calls under way; null is no limit. */
  concurrency: number | null;
  /** Calls a second; null is no limit. */
  perSecond: number | null;
}

/** A service that takes part. */
export class ServiceView extends ServiceHealth {
  /** Of what is carried out of it; of a service that is compiled in, what it says itself. Null while nothing is known. */
  version: string | null;
  @ApiProperty({ type: 'string', enum: [...SERVICE_STATES] })
  state: ServiceState;
  /** Since when it is in that state, as far as the gateway knows that answers; null before it does. */
  since: string | null;
  /** What is wrong with what it declares now: in the state `serving`, what it declared before is carried out. */
  problem: string | null;
  /** Unfinished operations whose next step is of this service, and those that wait behind one. */
  waiting: number;
  /** Lanes with any of them. */
  waitingLanes: number;
  limits: ServiceLimits;
}

/** Everything at a glance. */
export class OpsSummary {
  /** Since the ledger began. */
  operations: Record<OperationState, number>;
  lanes: Record<LaneState | 'busy', number>;
  acceptedPerSecond: number;
  finishedPerSecond: number;
  /** How long the oldest write that has not begun, or is in retry, has been there; null where none waits. */
  oldestWaitingMs: number | null;
  /** Null while the queue cannot be asked. */
  partitions: PartitionView[] | null;
  workers: WorkerView[];
  services: ServiceHealth[];
  integrity: IntegrityHealth;
}

/** The ledger at one time, and what happened since the sample before. */
export class Sample {
  at: string;
  acceptedPerSecond: number;
  finishedPerSecond: number;
  unsuccessfulPerSecond: number;
  waiting: number;
  running: number;
  retrying: number;
  oldestWaitingMs: number | null;
  /** From acceptance to the end, of what ended since the sample before; null where nothing did. */
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
}

/** Which operations operators want to see. */
export class OpsOperationsQuery extends OperationsQuery {
  /** In whose lane. */
  @Optional()
  @IsUUID()
  userId?: string;

  /** Who asked for it. */
  @Optional()
  @IsUUID()
  actorId?: string;

  /** The code of the problem that it failed or waits with. */
  @Optional()
  @IsIn(PROBLEM_CODES)
  problem?: string;

  /** Accepted then or later. */
  @Optional()
  @Time()
  from?: string;

  /** Accepted before. */
  @Optional()
  @Time()
  to?: string;
}

/** A step as operators see it. */
export class OpsStepView extends StepView {
  /** Milliseconds that its last call took; null where none was made. */
  ms: number | null;
  /** The code of the problem that its last call ended with, or null. */
  @OneOf(PROBLEM_CODES)
  problem: string | null;
}

/** A write as operators see it: what is personal in it is hidden, and shown by an act of its own. */
export class OpsOperationView extends OmitType(OperationView, ['steps'] as const) {
  steps: OpsStepView[];
  /** Null once it was erased. */
  payload: Record<string, unknown> | null;
  ifMatch: string | null;
  traceparent: string | null;
  /** The newest write that repeats this one. */
  retriedBy: string | null;
}

/** What a write holds, in clear. */
export class RevealedOperation {
  /** Null once it was erased. */
  payload: Record<string, unknown> | null;
  result: Record<string, unknown> | null;
}

export class SamplesQuery {
  /** Left out, an hour ago. */
  @Optional()
  @Time()
  from?: string;
}

export class FailuresQuery {
  /** Of writes that were accepted then or later; left out, in the last day. */
  @Optional()
  @Time()
  from?: string;
}

/** Writes that failed for the same reason. */
export class FailureGroup {
  @OneOf(PROBLEM_CODES)
  problem: string;
  /** Whose refusal it was, or at which service the last attempt failed; null where none was asked. */
  @OneOf(VOCABULARY.services)
  service: string | null;
  count: number;
  /** The newest of them. */
  latest: { id: string; finishedAt: string };
}
