import type { OperationState, ProblemBody, Role } from '@turnpike/protocol';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { StoredCause } from '../encryption/operation-causes.js';
import type { StepOutcome } from './statements/claim.js';
import type { Content, Stored } from '../encryption/payload-encryption.js';

/** A write and its place in the lane. */
@Entity('operations')
export class Operation {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId: string;

  @PrimaryColumn('integer')
  seq: number;

  @Column('uuid')
  id: string;

  @Column('text')
  kind: string;

  @Column('text', { default: 'queued' })
  state: OperationState;

  @Column('uuid', { name: 'actor_id', nullable: true })
  actorId: string | null;

  /** The role that let the actor in, which is asked for again when it begins; null where none was needed. */
  @Column('text', { name: 'by_role', nullable: true })
  byRole: Role | null;

  @Column('text', { name: 'target_type' })
  targetType: string;

  @Column('uuid', { name: 'target_id' })
  targetId: string;

  @Column('jsonb')
  payload: Stored;

  @Column('text', { name: 'if_match', nullable: true })
  ifMatch: string | null;

  /** How often it was claimed; half of the fence. */
  @Column('integer', { default: 0 })
  epoch: number;

  @Column('integer', { default: 0 })
  attempts: number;

  /** How many workers died with it. */
  @Column('integer', { default: 0 })
  crashes: number;

  @Column('boolean', { name: 'cancel_requested', default: false })
  cancelRequested: boolean;

  /** How often it was released to the queue; part of the job's id. */
  @Column('integer', { default: 0 })
  release: number;

  @Column('timestamptz', { name: 'released_at', nullable: true })
  releasedAt: Date | null;

  @Column('text', { nullable: true })
  worker: string | null;

  @Column('timestamptz', { name: 'lease_until', nullable: true })
  leaseUntil: Date | null;

  @Column('timestamptz', { name: 'next_attempt_at', nullable: true })
  nextAttemptAt: Date | null;

  @Column('timestamptz', { name: 'deadline_at', nullable: true })
  deadlineAt: Date | null;

  @Column('jsonb', { nullable: true })
  result: Stored | null;

  @Column('jsonb', { nullable: true })
  problem: ProblemBody | null;

  /** Why its last failed attempt failed. */
  @Column('jsonb', { nullable: true })
  cause: StoredCause | null;

  @Column('uuid', { name: 'retry_of', nullable: true })
  retryOf: string | null;

  /** The operation whose success it follows. */
  @Column('uuid', { name: 'follows_id', nullable: true })
  followsId: string | null;

  /** The first write of the chain of repetitions that this one is in; of them one stands. */
  @Column('uuid', { nullable: true })
  repeats: string | null;

  /** The operator who ended it by hand; its end may contradict its steps. */
  @Column('uuid', { name: 'ended_by', nullable: true })
  endedBy: string | null;

  /** Whether it is carried out beside its lane, and waits for nothing that the lane waits for. */
  @Column('boolean', { default: false })
  beside: boolean;

  @Column('text', { nullable: true })
  traceparent: string | null;

  /** The request that it was accepted with; null of what the system does by itself. */
  @Column('uuid', { name: 'request_id', nullable: true })
  requestId: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'started_at', nullable: true })
  startedAt: Date | null;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt: Date | null;

  @Column('jsonb')
  steps: StepOutcome[];

  /** The numbers of its latest changes, as changes.ts has them; none of those from before there were numbers. */
  @Column('bigint', { array: true, default: () => "'{}'" })
  changes: string[];
}

/** An operation whose result and cause are in the clear; few who read one want to know what it holds. */
export type OperationRead = Omit<Operation, 'result'> & { result: Content | null };
