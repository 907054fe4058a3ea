import { Injectable } from '@nestjs/common';
import { Database } from '@turnpike/service';
import { admission, type Admittance, type Admitted } from './admission.js';
import * as claims from './claim-statements.js';
import type { ClaimedRow, ClaimKey, ClaimTerms, Retry, StepOutcome } from './claim-statements.js';
import { type ClientKey, findReplay, forgetExpiredKeys, type Replay } from './keys.js';
import { halt } from './execution-statements.js';
import { lockLane } from './lane-statements.js';
import { batched } from './lane-work.js';
import * as leaving from './leaving-statements.js';
import { claiming, type Ending, type Finished, finishing, puttingBack, rejectWaiting } from './outcomes.js';
import * as releases from './release-statements.js';
import { type OverduePage, type Release, releaseHead } from './release-statements.js';
import { admissionAtEnd } from './states.js';
import { Turns } from './turns.js';

/*
 * The ledger is the truth: what it does not say did not happen, and the queue is rebuilt from it.
 *
 * Every transaction locks the lane's row first, in a statement of its own, and looks only then, in new
 * statements; the lock is held to the commit. So for one user the order of `seq` is the order of commits, over
 * all gateways, without gaps. If the process dies half-way PostgreSQL rolls back, and if it dies after the
 * commit the reconciler finds what was released and never queued.
 */

/** Milliseconds that a write waits to be written down: a client is told within 2 s that there is too much to do. */
const PATIENCE_MS = 1800;

export type Cancellation = 'cancelled' | 'requested' | 'not-cancellable';

@Injectable()
export class Ledger {
  private readonly admissions;
  private readonly claims;
  private readonly ends;
  private readonly retries;

  constructor(private readonly database: Database) {
    const turns = new Turns();
    // What a worker has to say waits as long as it takes: nobody else can say it.
    this.admissions = batched(database, admission, { name: 'admission', turns, patienceMs: PATIENCE_MS });
    this.claims = batched(database, claiming, { name: 'claim', turns });
    this.ends = batched(database, finishing, { name: 'end', turns });
    this.retries = batched(database, puttingBack, { name: 'retry', turns });
  }

  /** Writes an operation down at the end of its lane, or says why not. What is accepted is durable. */
  admit(request: Admittance): Promise<Admitted> {
    return this.admissions.submit(request);
  }

  /** @returns what that key already stands for, so that a repeated request is not prepared a second time */
  findReplay(clientKey: ClientKey): Promise<Replay | null> {
    return findReplay(this.database, clientKey);
  }

  /** Gives the operation to this worker, or null where it is not the head, has a live lease, or has ended. */
  claim(userId: string, id: string, terms: ClaimTerms): Promise<ClaimedRow | null> {
    return this.claims.submit({ userId, id, ...terms });
  }

  /** Prolongs leases. @returns of the claims that hold, by their ids, whether they were prolonged */
  renew(held: readonly ClaimKey[], leaseMs: number): Promise<Map<string, boolean>> {
    return claims.renew(this.database, held, leaseMs);
  }

  /**
   * Ends a claimed operation, and gives the lane's next one to the same worker, or releases it to the queue.
   * @param next the terms of the worker's next claim; null where it takes none
   * @returns null if the claim no longer holds, or the steps contradict the end
   */
  finish(key: ClaimKey, ending: Ending, next: ClaimTerms | null = null): Promise<Finished | null> {
    return this.ends.submit({ key, ending, next });
  }

  /** Puts a claimed operation back, to be tried again after `delayMs`. @returns null if the claim no longer holds */
  retryLater(retry: Retry): Promise<Release | null> {
    return this.retries.submit(retry);
  }

  /** Halts the lane of a claim that holds. @returns whether it did */
  halt(key: ClaimKey, reason: string, steps: readonly StepOutcome[]): Promise<boolean> {
    return this.database.statements(async (tx) => {
      await lockLane(tx, key.userId);
      if ((await claims.retry(tx, [{ key, delayMs: 0, problem: null, steps }])).size === 0) return false;
      await halt(tx, key.userId, reason);
      return true;
    });
  }

  /** Withdraws a write: at once while it is queued; in retry a worker has to close its steps first. */
  cancel(userId: string, operationId: string): Promise<{ outcome: Cancellation; releases: Release[] }> {
    return this.database.statements(async (tx) => {
      await lockLane(tx, userId);
      const kind = await leaving.cancelQueued(tx, userId, operationId);
      if (kind) {
        const move = admissionAtEnd(kind, 'cancelled');
        await leaving.leaveLanes(tx, [{ userId, state: 'cancelled', count: 1, move }]);
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
    return this.database.statements(async (tx) => {
      if (!(await releases.lockReconciliation(tx))) return { releases: [], next: null };
      return releases.releaseOverdue(tx, after, terms);
    });
  }

  /** Forgets expired idempotency keys, some at a time. */
  forgetExpiredKeys(limit: number): Promise<number> {
    return forgetExpiredKeys(this.database, limit);
  }
}
