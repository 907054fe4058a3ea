import type { ConfirmedState, OperationState } from '@turnpike/protocol';
import { isSystemKind, type OperationKind } from '@turnpike/contracts';

/*
 * The state machine of an operation, as data. Who puts an operation into a state, and who gets it out if that
 * one dies:
 *
 *   queued     admission            the worker that claims it when it is the head of its lane (the reconciler
 *                                   releases a head that nobody was told of)
 *   running    a worker's claim     that worker; when its lease has expired, whoever claims it next
 *   retrying   the worker           the next claim, from nextAttemptAt on
 *   the rest   whoever ended it     nobody: they are final
 */
export const TRANSITIONS: Readonly<Record<OperationState, readonly OperationState[]>> = {
  queued: ['running', 'cancelled', 'rejected'],
  // running again: a claim that takes over from a worker whose lease expired.
  running: ['running', 'succeeded', 'failed', 'retrying', 'rejected', 'cancelled'],
  retrying: ['running'],
  succeeded: [],
  failed: [],
  cancelled: [],
  rejected: [],
};

export const END_STATES = ['succeeded', 'failed', 'cancelled', 'rejected'] as const;
export type EndState = (typeof END_STATES)[number];

export function isEnded(state: OperationState): state is EndState {
  return TRANSITIONS[state].length === 0;
}

/**
 * Whether a lane takes writes. `closed` is for ever: its user was never made, or is purged.
 * Apart from it stands `execution`: with one column for both, a pause and a resume would re-open a lane that
 * is deleting.
 */
export const ADMISSIONS = ['open', 'deleting', 'deleted', 'closed'] as const;
export type Admission = (typeof ADMISSIONS)[number];

/** Whether a lane's writes are carried out: an operator pauses a lane, a contradiction halts it. */
export const EXECUTIONS = ['running', 'paused', 'halted'] as const;
export type Execution = (typeof EXECUTIONS)[number];

/** What the acceptance of an operation needs of its lane's admission, and makes of it. */
interface Acceptance {
  in: readonly Admission[];
  /** Where the lane is in `from`. */
  moves?: { from: Admission; to: Admission };
}

/** What follows a change of the user that has happened already is never refused. */
const FOLLOWS: Acceptance = { in: ADMISSIONS };

const ACCEPTANCE: Partial<Record<OperationKind, Acceptance>> = {
  'user.delete': { in: ['open'], moves: { from: 'open', to: 'deleting' } },
  'user.restore': { in: ['deleted'] },
  // Closed from its acceptance on: a restore that came after it would find nothing to restore.
  'user.purge': { in: ['deleted'], moves: { from: 'deleted', to: 'closed' } },
  'event.user-deleted': { ...FOLLOWS, moves: { from: 'open', to: 'deleting' } },
  'event.user-updated': FOLLOWS,
  'repair.user': FOLLOWS,
};

/** @returns what the acceptance of an operation of that kind needs of the lane, and makes of it */
export function acceptanceOf(kind: OperationKind): Acceptance {
  return ACCEPTANCE[kind] ?? { in: ['open'] };
}

/** What the end of an operation makes of its lane's admission, where that is one of `from`. */
export interface AdmissionMove {
  from: readonly Admission[];
  to: Admission;
}

const AT_END: Partial<
  Record<OperationKind, { success: AdmissionMove | null; otherwise: AdmissionMove | null }>
> = {
  'user.register': { success: null, otherwise: { from: ADMISSIONS, to: 'closed' } },
  'user.delete': {
    success: { from: ['deleting'], to: 'deleted' },
    otherwise: { from: ['deleting'], to: 'open' },
  },
  // Of two restores the second must not open a lane that is deleting again.
  'user.restore': { success: { from: ['deleted'], to: 'open' }, otherwise: null },
  'user.purge': { success: null, otherwise: { from: ['closed'], to: 'deleted' } },
  // Only where an operator ends it: one that is carried out has asked how the user is.
  'event.user-deleted': {
    success: { from: ['deleting'], to: 'deleted' },
    otherwise: { from: ['deleting'], to: 'open' },
  },
};

/**
 * A lane agrees with its user, as a write that asked identity has found one. The ledger is the register of deletions:
 * what it has deleted or purged nothing but `user.restore` opens again. The one closed lane that opens is that of a user
 * about whom the register has never decided, who was made beside the gateway (see admissionAfter).
 */
const BY_USER: Readonly<Record<ConfirmedState, AdmissionMove>> = {
  active: { from: ['closed'], to: 'open' },
  deleted: { from: ['open', 'deleting', 'closed'], to: 'deleted' },
  absent: { from: ['open', 'deleting', 'deleted'], to: 'closed' },
};

/** An event that came late, after a restore, opens what its own acceptance has closed; another write does not. */
const LATE_DELETION: AdmissionMove = { from: ['deleting', 'closed'], to: 'open' };

/**
 * @param confirmed how identity had the user, where the operation asked
 * @returns what the end of an operation makes of its lane's admission, or null where it changes nothing
 */
export function admissionAtEnd(
  kind: OperationKind,
  end: EndState,
  confirmed?: ConfirmedState,
): AdmissionMove | null {
  if (end === 'succeeded' && confirmed) {
    return kind === 'event.user-deleted' && confirmed === 'active' ? LATE_DELETION : BY_USER[confirmed];
  }
  return AT_END[kind]?.[end === 'succeeded' ? 'success' : 'otherwise'] ?? null;
}

/**
 * Kinds that touch columns which no other kind touches. Each is carried out beside its lane: it has its place there, but
 * waits for nothing that the lane waits for, since what takes access away from somebody must not depend on a lane that
 * this person can fill or an operator can pause. Among themselves they keep their order.
 */
const BESIDE: readonly OperationKind[] = ['user.set-roles', 'user.change-password'];

/** @returns whether operations of that kind are carried out beside their lane */
export function isBeside(kind: OperationKind): boolean {
  return BESIDE.includes(kind);
}

/** Kinds after which nothing of before may run any more: they wait for what is carried out beside the lane, too. */
export const CLOSING = ['user.delete', 'user.purge'] as const satisfies readonly OperationKind[];

/** @returns whether an operation of that kind waits for everything that was accepted before it */
export function isClosing(kind: OperationKind): boolean {
  return (CLOSING as readonly OperationKind[]).includes(kind);
}

/** Kinds that may wait in a lane however full it is: else whoever floods it would keep them out. */
const EXEMPT_FROM_DEPTH: readonly OperationKind[] = ['user.delete', 'user.restore', ...BESIDE];

/** @returns how many writes may wait before this one; null where any number may */
export function depthLimitOf(kind: OperationKind, maxDepth: number): number | null {
  // A purge comes when nothing is under way: a restore that waits must not find its user half erased.
  if (kind === 'user.purge') return 1;
  return EXEMPT_FROM_DEPTH.includes(kind) || isSystemKind(kind) ? null : maxDepth;
}

/** What makes the services agree with a user who was changed beside the lanes; there may be no lane yet. */
export function followsUser(kind: OperationKind): boolean {
  return acceptanceOf(kind).in.includes('closed');
}
