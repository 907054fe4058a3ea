import { Injectable } from '@nestjs/common';
import {
  type ConfirmedState,
  type OperationKind,
  type ProblemBody,
  type ProblemCode,
  problemBody,
} from '@turnpike/contracts';
import { Database } from '@turnpike/service';
import type { EntityManager } from 'typeorm';
import { appendEnd, type Change } from './audit.js';
import { erase } from './erase.js';
import { bindKey, type ClientKey, findReplay, forgetExpiredKeys, type Replay } from './keys.js';
import { acceptanceOf, admissionAtEnd, depthLimitOf, type EndState, followsUser } from './states.js';
import { Turns } from './turns.js';
import * as claims from './claim-statements.js';
import type { ClaimedRow, ClaimKey, StepOutcome } from './claim-statements.js';
import * as lanes from './lane-statements.js';
import type { NewOperation, Place } from './lane-statements.js';
import * as releases from './release-statements.js';
import type { OverduePage, Release } from './release-statements.js';

/*
 * The ledger is the truth: what it does not say did not happen, and the queue is rebuilt from it.
 *
 * Every transaction locks the lane's row first, in a statement of its own, and looks only then, in new
 * statements; the lock is held to the commit. So for one user the order of `seq` is the order of commits, over
 * all gateways, without gaps. If the process dies half-way PostgreSQL rolls back, and if it dies after the
 * commit the reconciler finds what was released and never queued.
 */

export interface Admittance {
  operation: NewOperation;
  clientKey: ClientKey | null;
  maxDepth: number;
  /** A deletion that cancels what waits before it. */
  cancelsWaiting?: boolean;
  /** Of a purge: how long the user must have been deleted. */
  deletedForMs?: number;
}

export type Admitted =
  | { outcome: 'accepted'; seq: number; releases: Release[] }
  | { outcome: 'refused'; code: ProblemCode }
  | Replay;

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

export type Cancellation = 'cancelled' | 'requested' | 'not-cancellable';

/** Rolls the transaction back and carries its answer out. */
class NotAccepted extends Error {
  constructor(readonly answer: Admitted) {
    super(answer.outcome);
  }
}

@Injectable()
export class Ledger {
  private readonly turns = new Turns();

  constructor(private readonly database: Database) {}

  /** Writes an operation down at the end of its lane, or says why not. What is accepted is durable. */
  async admit(request: Admittance): Promise<Admitted> {
    try {
      const { userId } = request.operation;
      return await this.turns.take(userId, () => this.database.transaction((tx) => admitIn(tx, request)));
    } catch (error) {
      if (error instanceof NotAccepted) return error.answer;
      throw error;
    }
  }

  /** @returns what that key already stands for, so that a repeated request is not prepared a second time */
  findReplay(clientKey: ClientKey): Promise<Replay | null> {
    return findReplay(this.database.manager, clientKey);
  }

  /** Gives the operation to this worker, or null where it is not the head, has a live lease, or has ended. */
  claim(
    userId: string,
    operationId: string,
    terms: { worker: string; leaseMs: number; deadlineMs: number },
  ): Promise<ClaimedRow | null> {
    return this.database.transaction(async (tx) => {
      if (!(await lanes.lockLane(tx, userId))) return null;
      return claims.claim(tx, userId, operationId, terms);
    });
  }

  /** Prolongs leases. It takes no lane's lock: it touches only rows whose claim it proves. */
  renew(held: readonly ClaimKey[], leaseMs: number): Promise<string[]> {
    return claims.renew(this.database.manager, held, leaseMs);
  }

  /** Ends a claimed operation and releases the next head. @returns null if the claim no longer holds */
  finish(key: ClaimKey, ending: Ending): Promise<Release[] | null> {
    return this.database.transaction(async (tx) => {
      await lanes.lockLane(tx, key.userId);
      await claims.recordSteps(tx, key, ending.steps);
      const kind = await claims.end(tx, key, ending.state, ending);
      if (!kind) return null;
      await appendEnd(tx, key, ending);
      if (kind === 'user.purge' && ending.state === 'succeeded') await erase(tx, key);
      if (ending.voidsSessionsBefore) await lanes.voidSessions(tx, key.userId, ending.voidsSessionsBefore);
      return endInLane(tx, key.userId, kind, ending);
    });
  }

  /** Puts a claimed operation back, to be tried again after `delayMs`. @returns null if the claim no longer holds */
  retryLater(
    key: ClaimKey,
    delayMs: number,
    problem: ProblemBody | null,
    steps: readonly StepOutcome[],
  ): Promise<Release | null> {
    return this.database.transaction(async (tx) => {
      await lanes.lockLane(tx, key.userId);
      await claims.recordSteps(tx, key, steps);
      return claims.retry(tx, key, delayMs, problem);
    });
  }

  /** Halts the lane of a claim that holds. @returns whether it did */
  halt(key: ClaimKey, reason: string, steps: readonly StepOutcome[]): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      await lanes.lockLane(tx, key.userId);
      await claims.recordSteps(tx, key, steps);
      if (!(await claims.retry(tx, key, 0, null))) return false;
      await lanes.halt(tx, key.userId, reason);
      return true;
    });
  }

  /** Withdraws a write: at once while it is queued; in retry a worker has to close its steps first. */
  cancel(userId: string, operationId: string): Promise<{ outcome: Cancellation; releases: Release[] }> {
    return this.database.transaction(async (tx) => {
      await lanes.lockLane(tx, userId);
      const kind = await lanes.cancelQueued(tx, userId, operationId);
      if (kind)
        return { outcome: 'cancelled', releases: await endInLane(tx, userId, kind, { state: 'cancelled' }) };
      const release = await releases.requestCancel(tx, userId, operationId);
      return release
        ? { outcome: 'requested', releases: [release] }
        : { outcome: 'not-cancellable', releases: [] };
    });
  }

  /**
   * Marks a page of heads that are due and unclaimed as released again, unless another process does it now.
   * @param after where the page begins, null for the first
   */
  releaseOverdue(after: string | null, terms: { olderThanMs: number; limit: number }): Promise<OverduePage> {
    return this.database.transaction(async (tx) => {
      if (!(await releases.lockReconciliation(tx))) return { releases: [], next: null };
      return releases.releaseOverdue(tx, after, terms);
    });
  }

  /** Forgets expired idempotency keys, some at a time. */
  forgetExpiredKeys(limit: number): Promise<number> {
    return forgetExpiredKeys(this.database.manager, limit);
  }
}

async function admitIn(tx: EntityManager, request: Admittance): Promise<Admitted> {
  const { operation, clientKey } = request;
  if (operation.kind === 'user.register') await lanes.openLane(tx, operation.userId);
  else {
    if (followsUser(operation.kind)) await lanes.ensureLane(tx, operation.userId);
    if (!(await lanes.lockLane(tx, operation.userId))) refuse('not-found');
  }
  if (clientKey && !(await bindKey(tx, clientKey, operation.userId, operation.id))) {
    throw new NotAccepted((await findReplay(tx, clientKey))!);
  }
  const place = await takePlaceOrRefuse(tx, request);
  const cancelled = request.cancelsWaiting ? await lanes.cancelWaiting(tx, operation.userId) : 0;
  if (cancelled > 0) await lanes.leaveLane(tx, operation.userId, cancelled);
  const isHead = cancelled > 0 ? (await lanes.readLane(tx, operation.userId)).depth === 1 : place.isHead;
  await lanes.append(tx, operation, { seq: place.seq, isHead });
  if (operation.kind === 'order.place') await lanes.indexOrder(tx, operation.target.id, operation.userId);
  const release = { userId: operation.userId, operationId: operation.id, release: 1, delayMs: 0 };
  return { outcome: 'accepted', seq: place.seq, releases: isHead ? [release] : [] };
}

async function takePlaceOrRefuse(
  tx: EntityManager,
  { operation, maxDepth, deletedForMs }: Admittance,
): Promise<Place> {
  const { kind, userId } = operation;
  const terms = { ...acceptanceOf(kind), maxDepth: depthLimitOf(kind, maxDepth), deletedForMs };
  const place = await lanes.takePlace(tx, userId, terms);
  return place ?? refuse(await refusalOf(tx, operation));
}

/** Only says why: takePlace has decided, and the lane is locked. */
async function refusalOf(tx: EntityManager, { userId, kind }: NewOperation): Promise<ProblemCode> {
  const { admission } = await lanes.readLane(tx, userId);
  switch (admission) {
    case 'open':
      return kind === 'user.restore' || kind === 'user.purge' ? 'user-not-deleted' : 'lane-full';
    case 'deleting':
      return 'user-deleting';
    case 'deleted':
    case 'closed':
      return 'user-deleted';
  }
}

function refuse(code: ProblemCode): never {
  throw new NotAccepted({ outcome: 'refused', code });
}

/** What the end of an operation means for its lane; the same for every way in which one ends. */
async function endInLane(
  tx: EntityManager,
  userId: string,
  kind: OperationKind,
  { state, confirmed }: Pick<Ending, 'state' | 'confirmed'>,
): Promise<Release[]> {
  await lanes.leaveLane(tx, userId, 1, admissionAtEnd(kind, state, confirmed));
  if (kind === 'user.register' && state !== 'succeeded') {
    const rejected = await lanes.rejectWaiting(tx, userId, problemBody('user-deleted'));
    if (rejected > 0) await lanes.leaveLane(tx, userId, rejected);
  }
  return releases.releaseHead(tx, userId);
}
