import { ApiProperty } from '@nestjs/swagger';
import type { ProblemBody } from './problems.js';

/**
 * What a write is. The first part names the resource, the second what is done to it. The system itself makes
 * purges, what follows an event of a service, and repairs.
 */
export const OPERATION_KINDS = [
  'user.register',
  'user.update',
  'user.change-password',
  'user.set-roles',
  'user.set-claims',
  'user.delete',
  'user.restore',
  'user.purge',
  'customer.update',
  'order.place',
  'order.change',
  'order.pay',
  'order.cancel',
  'order.ship',
  'order.deliver',
  'invoice.issue',
  'invoice.void',
  'event.user-deleted',
  'event.user-updated',
  'repair.user',
] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

/** What only the system itself asks for: no client does, and nobody can withdraw it. */
export const SYSTEM_KINDS = [
  'user.purge',
  'event.user-deleted',
  'event.user-updated',
  'repair.user',
] as const satisfies readonly OperationKind[];
export type SystemKind = (typeof SYSTEM_KINDS)[number];
/** What a client may ask for. */
export type ClientKind = Exclude<OperationKind, SystemKind>;

export const CLIENT_KINDS: readonly ClientKind[] = OPERATION_KINDS.filter((kind) => !isSystemKind(kind));

export function isSystemKind(kind: OperationKind): kind is SystemKind {
  return (SYSTEM_KINDS as readonly OperationKind[]).includes(kind);
}

/** The states of an operation; gateway/src/ledger/states.ts has the transitions between them. */
export const OPERATION_STATES = [
  'queued',
  'running',
  'retrying',
  'succeeded',
  'failed',
  'cancelled',
  'rejected',
] as const;
export type OperationState = (typeof OPERATION_STATES)[number];

/** What is known of a step: not sent or not answered, in force, refused by the service, closed unsent, taken back. */
export const STEP_STATES = ['pending', 'applied', 'refused', 'sealed', 'undone'] as const;
export type StepState = (typeof STEP_STATES)[number];

/** What the system cannot be without. Any other service takes part where the gateway is given its address. */
export const CORE_SERVICES = ['identity', 'ordering'] as const;
export type CoreService = (typeof CORE_SERVICES)[number];
export const SERVICES = [...CORE_SERVICES, 'billing'] as const;
export type ServiceName = (typeof SERVICES)[number];

export const TARGET_TYPES = ['user', 'customer', 'order', 'invoice'] as const;
export type TargetType = (typeof TARGET_TYPES)[number];

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

/** Why a write has to wait: its turn, a retry of its own, or an operator. */
export const WAITING_REASONS = ['turn', 'retry', 'paused', 'halted', 'breaker'] as const;
export type WaitingReason = (typeof WAITING_REASONS)[number];

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
  retryOf?: string;
  waiting?: WaitingView;
  links: OperationLinks;
}
