import { Injectable } from '@nestjs/common';
import type { ProblemBody } from '@turnpike/contracts';
import { Database } from '@turnpike/service';
import { admission, type Admittance, type Admitted } from './admission.js';
import * as claims from './claim-statements.js';
import type { ClaimedRow, ClaimKey, StepOutcome } from './claim-statements.js';
import { type ClientKey, findReplay, forgetExpiredKeys, type Replay } from './keys.js';
import { halt } from './execution-statements.js';
import { lockLane } from './lane-statements.js';
import { batched } from './lane-work.js';
import * as leaving from './leaving-statements.js';
import { claiming, type Ending, finishing, leavingOf, puttingBack, rejectWaiting } from './outcomes.js';
import * as releases from './release-statements.js';
import { type OverduePage, type Release, releaseHead } from './release-statements.js';

/*
 * The ledger is the truth: what it does not say did not happen, and the queue is rebuilt from it.
 *
 * Every transaction locks the lane's row first, in a statement of its own, and looks only then, in new
 * statements; the lock is held to the commit. So for one user the order of `seq` is the order of commits, over
 * all gateways, without gaps. If the process dies half-way PostgreSQL rolls back, and if it dies after the
 * commit the reconciler finds what was released and never queued.
 */

export type Cancellation = 'cancelled' | 'requested' | 'not-cancellable';

@Injectable()
export class Ledger {
  private readonly admissions;
  private readonly claims;
  private readonly ends;
  private readonly retries;

  constructor(private readonly database: Database) {
    this.admissions = batched(database, admission);
    this.claims = batched(database, claiming);
    this.ends = batched(database, finishing);
    this.retries = batched(database, puttingBack);
  }

  /** Writes an operation down at the end of its lane, or says why not. What is accepted is durable. */
  admit(request: Admittance): Promise<Admitted> {
    return this.admissions.submit(request);
  }

  /** @returns what that key already stands for, so that a repeated request is not prepared a second time */
  findReplay(clientKey: ClientKey): Promise<Replay | null> {
    return findReplay(this.database.manager, clientKey);
  }

  /** Gives the operation to this worker, or null where it is not the head, has a live lease, or has ended. */
  claim(
    userId: string,
    id: string,
    terms: { worker: string; leaseMs: number; deadlineMs: number },
  ): Promise<ClaimedRow | null> {
    return this.claims.submit({ userId, id, ...terms });
  }

  /** Prolongs leases. It takes no lane's lock: it touches only rows whose claim it proves. */
  renew(held: readonly ClaimKey[], leaseMs: number): Promise<string[]> {
    return claims.renew(this.database.manager, held, leaseMs);
  }

  /** Ends a claimed operation and releases the next head. @returns null if the claim no longer holds */
  finish(key: ClaimKey, ending: Ending): Promise<Release[] | null> {
    return this.ends.submit({ key, ending });
  }

  /** Puts a claimed operation back, to be tried again after `delayMs`. @returns null if the claim no longer holds */
  retryLater(
    key: ClaimKey,
    delayMs: number,
    problem: ProblemBody | null,
    steps: readonly StepOutcome[],
  ): Promise<Release | null> {
    return this.retries.submit({ key, delayMs, problem, steps });
  }

  /** Halts the lane of a claim that holds. @returns whether it did */
  halt(key: ClaimKey, reason: string, steps: readonly StepOutcome[]): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      await lockLane(tx, key.userId);
      await claims.recordSteps(tx, [{ key, steps }]);
      if ((await claims.retry(tx, [{ key, delayMs: 0, problem: null }])).size === 0) return false;
      await halt(tx, key.userId, reason);
      return true;
    });
  }

  /** Withdraws a write: at once while it is queued; in retry a worker has to close its steps first. */
  cancel(userId: string, operationId: string): Promise<{ outcome: Cancellation; releases: Release[] }> {
    return this.database.transaction(async (tx) => {
      await lockLane(tx, userId);
      const kind = await leaving.cancelQueued(tx, userId, operationId);
      if (kind) {
        await leaving.leaveLanes(tx, [leavingOf(userId, kind, { state: 'cancelled' })]);
        if (kind === 'user.register') await rejectWaiting(tx, userId);
        return { outcome: 'cancelled', releases: await releaseHead(tx, userId) };
      }
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
