import { type ConfirmedState, type OperationKind, type ProblemBody, problemBody } from '@turnpike/contracts';
import type { EntityManager } from 'typeorm';
import { appendEnds, type Change } from './audit.js';
import * as claims from './claim-statements.js';
import type { ClaimedRow, ClaimKey, ClaimRequest, Retry, StepOutcome } from './claim-statements.js';
import { erase } from './erase.js';
import type { Work } from './lane-work.js';
import * as leaving from './leaving-statements.js';
import type { Leaving } from './leaving-statements.js';
import { type Release, releaseHeads } from './release-statements.js';
import { admissionAtEnd, type EndState } from './states.js';

/*
 * Claims and what comes of them: several operations in one transaction, each of another lane. An outcome and the
 * release of the next head are one transaction, and an outcome whose claim no longer holds changes nothing.
 */

export interface Ending {
  state: EndState;
  steps: readonly StepOutcome[];
  result: Record<string, unknown> | null;
  problem: ProblemBody | null;
  /** Of a deletion: access tokens from before this instant are void. */
  voidsSessionsBefore?: string;
  /** How identity had the user, where the operation asked. */
  confirmed?: ConfirmedState;
  /** For the audit trail. */
  change?: Change;
}

export interface Finish {
  key: ClaimKey;
  ending: Ending;
}

export interface PutBack extends Retry {
  steps: readonly StepOutcome[];
}

interface EndedOperation extends Finish {
  kind: OperationKind;
}

export const claiming: Work<ClaimRequest, ClaimedRow | null> = {
  laneOf: ({ userId }) => userId,

  async decide(tx, batch) {
    const claimed = await claims.claim(tx, batch);
    return new Map(batch.map((request) => [request, claimed.get(request.id) ?? null]));
  },
};

export const finishing: Work<Finish, Release[] | null> = {
  laneOf: ({ key }) => key.userId,

  async decide(tx, batch) {
    await claims.recordSteps(
      tx,
      batch.map(({ key, ending }) => ({ key, steps: ending.steps })),
    );
    const kinds = await claims.end(
      tx,
      batch.map(({ key, ending }) => ({ key, ...ending })),
    );
    const ended = batch.flatMap((finish): EndedOperation[] => {
      const kind = kinds.get(finish.key.id);
      return kind ? [{ ...finish, kind }] : [];
    });
    const next = ended.length > 0 ? await leave(tx, ended) : new Map<string, Release>();
    return new Map(
      batch.map((finish) => [finish, kinds.has(finish.key.id) ? releasesOf(next, finish.key) : null]),
    );
  },
};

export const puttingBack: Work<PutBack, Release | null> = {
  laneOf: ({ key }) => key.userId,

  async decide(tx, batch) {
    await claims.recordSteps(tx, batch);
    const released = await claims.retry(tx, batch);
    return new Map(batch.map((putBack) => [putBack, released.get(putBack.key.id) ?? null]));
  },
};

/** What an end means for its lane, in whatever way an operation ends. */
export function leavingOf(
  userId: string,
  kind: OperationKind,
  { state, confirmed }: Pick<Ending, 'state' | 'confirmed'>,
): Leaving {
  return { userId, count: 1, move: admissionAtEnd(kind, state, confirmed) };
}

/** Lets the lanes go on. @returns the heads that are released, by the user */
async function leave(tx: EntityManager, ended: readonly EndedOperation[]): Promise<Map<string, Release>> {
  await appendEnds(
    tx,
    ended.map(({ key, ending }) => ({ key, ...ending })),
  );
  for (const one of ended) await endSpecially(tx, one);
  await leaving.leaveLanes(
    tx,
    ended.map(({ key, kind, ending }) => leavingOf(key.userId, kind, ending)),
  );
  for (const { key, kind, ending } of ended) {
    if (kind === 'user.register' && ending.state !== 'succeeded') await rejectWaiting(tx, key.userId);
  }
  return releaseHeads(
    tx,
    ended.map(({ key }) => key.userId),
  );
}

/** What few ends bring with them. */
async function endSpecially(tx: EntityManager, { key, kind, ending }: EndedOperation): Promise<void> {
  if (kind === 'user.purge' && ending.state === 'succeeded') await erase(tx, key);
  if (ending.voidsSessionsBefore) await leaving.voidSessions(tx, key.userId, ending.voidsSessionsBefore);
}

/** The user was never made: what waits is never carried out. */
export async function rejectWaiting(tx: EntityManager, userId: string): Promise<void> {
  const count = await leaving.rejectWaiting(tx, userId, problemBody('user-deleted'));
  if (count > 0) await leaving.leaveLanes(tx, [{ userId, count }]);
}

function releasesOf(next: ReadonlyMap<string, Release>, { userId }: ClaimKey): Release[] {
  const release = next.get(userId);
  return release ? [release] : [];
}
