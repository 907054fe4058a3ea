import {
  type ConfirmedState,
  type Effect,
  EFFECTS,
  isOfSystem,
  type OperationState,
} from '@turnpike/protocol';

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

/** What an operation does to its lane. */
export interface EffectOnLane {
  effect: Effect;
  /** Of what follows the user: it reports a deletion, so an open lane takes nothing from its acceptance to its end. */
  reportsDeletion?: boolean;
}

/** What the acceptance of an operation needs of its lane's admission, and makes of it. */
interface Acceptance {
  in: readonly Admission[];
  /** Where the lane is in `from`. */
  moves?: { from: Admission; to: Admission };
}

/** What the acceptance of a deletion makes of the lane, and that of a report of one. */
export const DELETES: Acceptance['moves'] = { from: 'open', to: 'deleting' };

/** What the acceptance of an operation needs of the lane, and makes of it, by its effect. */
export const ACCEPTANCE: Readonly<Record<Effect, Acceptance>> = {
  opens: { in: ['open'] },
  closes: { in: ['open'], moves: DELETES },
  reopens: { in: ['deleted'] },
  // Closed from its acceptance on: a restore that came after it would find nothing to restore.
  ends: { in: ['deleted'], moves: { from: 'deleted', to: 'closed' } },
  // What has happened already is never refused.
  follows: { in: ADMISSIONS },
  writes: { in: ['open'] },
};

/** What the end of an operation makes of its lane's admission, where that is one of `from`. */
export interface AdmissionMove {
  from: readonly Admission[];
  to: Admission;
}

interface AtEnd {
  success: AdmissionMove | null;
  otherwise: AdmissionMove | null;
}

const STAYS: AtEnd = { success: null, otherwise: null };

const DELETED: AtEnd = {
  success: { from: ['deleting'], to: 'deleted' },
  otherwise: { from: ['deleting'], to: 'open' },
};

const AT_END: Readonly<Record<Effect, AtEnd>> = {
  opens: { success: null, otherwise: { from: ADMISSIONS, to: 'closed' } },
  closes: DELETED,
  // Of two restores the second must not open a lane that is deleting again.
  reopens: { success: { from: ['deleted'], to: 'open' }, otherwise: null },
  ends: { success: null, otherwise: { from: ['closed'], to: 'deleted' } },
  follows: STAYS,
  writes: STAYS,
};

/**
 * A lane agrees with its user, as a write that asked identity has found one. The ledger is the register of deletions:
 * what it has deleted or purged nothing but a restore opens again. The one closed lane that opens is that of a user
 * about whom the register has never decided, who was made beside the gateway (see admissionAfter).
 */
const BY_USER: Readonly<Record<ConfirmedState, AdmissionMove>> = {
  active: { from: ['closed'], to: 'open' },
  deleted: { from: ['open', 'deleting', 'closed'], to: 'deleted' },
  absent: { from: ['open', 'deleting', 'deleted'], to: 'closed' },
};

/** A report that came late, after a restore, opens what its own acceptance has closed; another write does not. */
const LATE_DELETION: AdmissionMove = { from: ['deleting', 'closed'], to: 'open' };

/**
 * @param confirmed how identity had the user, where the operation asked
 * @returns what the end of an operation makes of its lane's admission, or null where it changes nothing
 */
export function admissionAtEnd(
  { effect, reportsDeletion }: EffectOnLane,
  end: EndState,
  confirmed?: ConfirmedState,
): AdmissionMove | null {
  if (end === 'succeeded' && confirmed) {
    return reportsDeletion && confirmed === 'active' ? LATE_DELETION : BY_USER[confirmed];
  }
  // A report that is carried out has asked how the user is: only an operator ends one so.
  const atEnd = reportsDeletion ? DELETED : AT_END[effect];
  return end === 'succeeded' ? atEnd.success : atEnd.otherwise;
}

/** Effects after which nothing of before may run any more: they wait for what is carried out beside the lane, too. */
export const CLOSING = ['closes', 'ends'] as const satisfies readonly Effect[];

/**
 * Effects whose writes any number may wait before: whoever floods a lane must not keep out of it what deletes the user or
 * brings the user back, and what the system itself wants is never in the way of a client.
 */
export const ANY_DEPTH: ReadonlySet<Effect> = new Set(['closes', 'reopens', ...EFFECTS.filter(isOfSystem)]);
