import type { OperationKind, OperationState } from '@turnpike/contracts';

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

/** What the end of an operation makes of its lane's admission; null where it changes nothing. */
const ADMISSION_AFTER: Partial<
  Record<OperationKind, { success: Admission | null; otherwise: Admission | null }>
> = {
  'user.register': { success: null, otherwise: 'closed' },
  'user.delete': { success: 'deleted', otherwise: 'open' },
  'user.restore': { success: 'open', otherwise: null },
};

/** @returns what the end of an operation makes of its lane's admission, or null where it changes nothing. */
export function admissionAfter(kind: OperationKind, end: EndState): Admission | null {
  return ADMISSION_AFTER[kind]?.[end === 'succeeded' ? 'success' : 'otherwise'] ?? null;
}

/**
 * The admission that the end of an operation may change; null where it may be any. Of two restores the second must
 * not open a lane that is deleting again.
 */
export function admissionDuring(kind: OperationKind): Admission | null {
  if (kind === 'user.delete') return 'deleting';
  return kind === 'user.restore' ? 'deleted' : null;
}

/** @returns the admission in which a lane accepts an operation of that kind. */
export function admissionFor(kind: OperationKind): Admission {
  return kind === 'user.restore' ? 'deleted' : 'open';
}

/** Deletion and restore get through however many writes wait. */
export function isExemptFromDepth(kind: OperationKind): boolean {
  return kind === 'user.delete' || kind === 'user.restore';
}
