import { type ConfirmedState, type OperationCause, type ProblemBody, problemBody } from '@turnpike/protocol';
import type { Statements } from '@turnpike/service';
import type { Change } from '../audit/audit-entries.js';
import * as claims from './statements/claim.js';
import type {
  ClaimedRow,
  ClaimKey,
  ClaimRequest,
  ClaimTerms,
  Retry,
  StepOutcome,
} from './statements/claim.js';
import { end, type EndedBatch, type FollowOn } from './statements/complete.js';
import { destroyKey, erase } from './statements/erase-user.js';
import type { Work } from './batching/batched-transactions.js';
import * as leaving from './statements/cancel.js';
import { type Release, releaseHeads } from './statements/enqueue.js';
import type { Content, Stored } from '../encryption/payload-encryption.js';
import { admissionAtEnd, type EffectOnLane, type EndState } from './states.js';

/*
 * Claims and what comes of them: several operations in one transaction, each of another lane. An outcome and what
 * its lane does next are one transaction, and an outcome whose claim no longer holds changes nothing.
 */

export interface Ending<Value = Content> extends EffectOnLane {
  state: EndState;
  steps: readonly StepOutcome[];
  result: Value | null;
  problem: ProblemBody | null;
  /** Why its last attempt failed, where this run learned of one. */
  cause?: OperationCause | null;
  /** Of a deletion: access tokens from before this instant are void. */
  voidsSessionsBefore?: string;
  /** How identity had the user, where the operation asked. */
  confirmed?: ConfirmedState;
  /** For the audit trail. */
  change?: Change<Value>;
  /** Of a success: what follows it at the end of its lane. */
  followOns?: readonly FollowOn<Value>[];
}

type Outline = Pick<Ending, 'effect' | 'state' | 'confirmed'>;

export interface Finish {
  key: ClaimKey;
  ending: Ending<Stored>;
  next: ClaimTerms | null;
}

/** What follows an end in its lane: the next write for the same worker, or one to be queued, or nothing. */
export interface Finished<Payload = Content> {
  claimed: ClaimedRow<Payload> | null;
  releases: Release[];
}

export const claiming: Work<ClaimRequest, ClaimedRow<Stored> | null> = {
  laneOf: ({ userId }) => userId,

  async decide(tx, batch) {
    const claimed = await claims.claim(tx.last, batch);
    return new Map(batch.map((request) => [request, claimed.get(request.id) ?? null]));
  },
};

export const finishing: Work<Finish, Finished<Stored> | null> = {
  laneOf: ({ key }) => key.userId,

  async decide(tx, batch) {
    const ended = await end(
      batch.some(({ ending }) => endsLane(ending)) ? tx : tx.last,
      batch.map(({ key, ending, next }) => ({
        ...{ key, ...ending, next },
        ...{
          move: admissionAtEnd(ending, ending.state, ending.confirmed),
          proceeds: !endsLane(ending),
        },
      })),
    );
    for (const { key, ending } of batch) {
      if (endsLane(ending) && ended.ended.has(key.id)) await endSpecially(tx, key, ending, ended);
    }
    return new Map(
      batch.map((finish) => [finish, ended.ended.has(finish.key.id) ? finished(ended, finish.key) : null]),
    );
  },
};

export const puttingBack: Work<Retry, Release | null> = {
  laneOf: ({ key }) => key.userId,

  async decide(tx, batch) {
    const released = await claims.retry(tx.last, batch);
    return new Map(batch.map((putBack) => [putBack, released.get(putBack.key.id) ?? null]));
  },
};

/** Ends that change other writes of their lane before it goes on; with them the key of its user is destroyed. */
export function endsLane(ending: Outline): boolean {
  return (ending.effect === 'opens' && ending.state !== 'succeeded') || erases(ending);
}

/** @returns whether nothing personal of the user may be left in the ledger after it */
export function erases({ effect, state, confirmed }: Outline): boolean {
  return state === 'succeeded' && (effect === 'ends' || confirmed === 'absent');
}

async function endSpecially(
  tx: Statements,
  key: ClaimKey,
  ending: Outline,
  { released }: EndedBatch,
): Promise<void> {
  if (erases(ending)) await erase(tx, key);
  else await rejectWaiting(tx, key.userId);
  released.set(key.userId, await releaseHeads(tx, key.userId));
}

/** The user was never made: what waits is never carried out, and nothing of it is ever read. */
export async function rejectWaiting(tx: Statements, userId: string): Promise<void> {
  await destroyKey(tx, userId);
  const count = await leaving.rejectWaiting(tx, userId, problemBody('user-deleted'));
  if (count > 0) await leaving.leaveLanes(tx, [{ userId, state: 'rejected', count }]);
}

function finished({ claimed, released }: EndedBatch, { userId }: ClaimKey): Finished<Stored> {
  return { claimed: claimed.get(userId) ?? null, releases: released.get(userId) ?? [] };
}
