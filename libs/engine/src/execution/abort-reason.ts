import { type OperationCause, problemBody } from '@turnpike/protocol';
import { NO_LONGER } from '../ledger/actor-standings.js';
import { sentenceOf } from '../encryption/operation-causes.js';
import { type ClaimedRow, isOverdue } from '../ledger/statements/claim.js';
import type { AbortReason } from './saga.js';

/** An operation that killed that many workers is given up. */
export const POISON_AFTER_CRASHES = 3;

/** @returns why this run closes the steps at once, or null. A first attempt is always made. */
export function abortReasonOf(claimed: ClaimedRow): AbortReason | null {
  if (claimed.cancel_requested) return { type: 'cancel' };
  if (claimed.crashes >= POISON_AFTER_CRASHES) {
    const detail = 'Every process that began this write died. It is given up and not applied.';
    return { type: 'poison', problem: problemBody('internal-error', detail) };
  }
  return isOverdue(claimed) ? deadlineExceeded(claimed.cause) : null;
}

/** Its actor has not the role any more by which it was accepted. */
export function noLonger(): AbortReason {
  return { type: 'no-longer', problem: NO_LONGER };
}

/** What a write ends with that follows another one, and finds its user deleted at its turn. */
export const USER_GONE = problemBody('user-deleted');

/** Its user was deleted before its turn. */
export function userGone(): AbortReason {
  return { type: 'no-longer', problem: USER_GONE };
}

/** @param cause why its last attempt failed */
export function deadlineExceeded(cause: OperationCause | null = null): AbortReason {
  return {
    type: 'deadline',
    problem: problemBody('deadline-exceeded', cause ? sentenceOf(cause) : undefined),
  };
}
