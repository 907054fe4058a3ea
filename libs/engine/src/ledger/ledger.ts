import { Injectable, Logger } from '@nestjs/common';
import {
  activeContext,
  activeRequestId,
  activeTraceparent,
  securityEvent,
  Database,
  inSpan,
  type SpanDescription,
  untracedTraceparent,
} from '@turnpike/service';
import { type ConfirmUserStep, type OperationCause, problemBody } from '@turnpike/protocol';
import { admission, type Admittance, type Admitted } from './admit-batch.js';
import type { NewOperation } from './statements/admit.js';
import { sealCause, type StoredCause } from '../encryption/operation-causes.js';
import { Unreadable } from '../encryption/cipher.js';
import * as claims from './statements/claim.js';
import type { ClaimedRow, ClaimKey, ClaimTerms, Retry, StepOutcome } from './statements/claim.js';
import type { FollowOn } from './statements/follow-ons.js';
import { type ClientKey, findReplay, type Replay } from './statements/idempotency-keys.js';
import { halt } from './statements/pause-and-halt.js';
import { lockLane } from './statements/lane-lock.js';
import { Announcer, batched } from './batching/batched-transactions.js';
import * as leaving from './statements/cancel.js';
import {
  claiming,
  type Ending,
  endsLane,
  type Finished,
  finishing,
  puttingBack,
  rejectWaiting,
} from './completion-batches.js';
import { readRegister } from './register.js';
import * as releases from './statements/enqueue.js';
import { type OverduePage, type Release, releaseHeads } from './statements/enqueue.js';
import {
  type Content,
  DataKeys,
  type FreshKey,
  type SealedAt,
  Seals,
  sealWith,
  type Stored,
} from '../encryption/payload-encryption.js';
import { admissionAtEnd } from './states.js';
import { Turns } from './batching/batcher.js';

/*
 * The ledger is the truth: what it does not say did not happen, and the queue is rebuilt from it.
 *
 * Every transaction locks the lane's row first, in a statement of its own, and looks only then, in new
 * statements; the lock is held to the commit. So for one user the order of `seq` is the order of commits, over
 * all gateways, without gaps. If the process dies half-way PostgreSQL rolls back, and if it dies after the
 * commit the reconciler finds what was released and never queued.
 *
 * What is personal is sealed here before it comes into a batch, and opened again after it: statements and batches
 * have it sealed only, and callers in the clear only.
 */

/** Milliseconds that a write waits to be written down: a client is told within 2 s that there is too much to do. */
const PATIENCE_MS = 1800;

/** Milliseconds until a write that is carried out beside its lane, and cannot be read, is tried again. */
const UNREADABLE_AGAIN_MS = 60_000;

export type Cancellation = 'cancelled' | 'requested' | 'not-cancellable';

@Injectable()
export class Ledger {
  private readonly admissions;
  private readonly claims;
  private readonly ends;
  private readonly retries;
  private readonly logger = new Logger(Ledger.name);

  constructor(
    private readonly database: Database,
    private readonly dataKeys: DataKeys,
    private readonly seals: Seals,
    private readonly announcer: Announcer,
  ) {
    const turns = new Turns();
    // What a worker has to say waits as long as it takes: nobody else can say it.
    this.admissions = batched(database, admission, {
      ...{ name: 'admission', turns, announcer },
      patienceMs: PATIENCE_MS,
    });
    this.claims = batched(database, claiming, { name: 'claim', turns, announcer });
    this.ends = batched(database, finishing, { name: 'end', turns });
    this.retries = batched(database, puttingBack, { name: 'retry', turns, announcer });
  }

  /**
   * Writes an operation down at the end of its lane, or says why not. What is accepted is durable. While spans are made
   * the operation goes on from that of its admission, whatever else it was asked with, and begins a trace where it was
   * not asked for in one.
   */
  admit({ operation, ...terms }: Admittance): Promise<Admitted> {
    return inSpan(admitting(operation), async (span) => {
      const traceparent = activeTraceparent() ?? operation.traceparent ?? untracedTraceparent();
      const requestId = operation.requestId ?? activeRequestId();
      const fresh = operation.effect === 'opens' ? this.dataKeys.fresh(operation.userId) : null;
      const admitted = await this.admissions.submit({
        ...terms,
        operation: { ...operation, traceparent, requestId },
        payload: await this.payloadOf(operation, fresh),
        dataKey: fresh?.wrapped ?? null,
      });
      if (fresh && admitted.outcome === 'accepted') this.dataKeys.remember(operation.userId, fresh.key);
      span.setAttribute('turnpike.admission.outcome', admitted.outcome);
      return admitted;
    });
  }

  /** @param fresh the key of a new user, which is written down with the lane */
  private payloadOf(
    { id, userId, effect, payload }: NewOperation,
    fresh: FreshKey | null,
  ): Promise<Stored | null> {
    const at: SealedAt = { userId, operationId: id, field: 'payload' };
    return fresh ? Promise.resolve(sealWith(fresh.key, at, payload)) : this.seals.seal(effect, at, payload);
  }

  /** @returns what that key already stands for, so that a repeated request is not prepared a second time */
  findReplay(clientKey: ClientKey): Promise<Replay | null> {
    return findReplay(this.database, clientKey);
  }

  /** Gives the operation to this worker, or null where it is not the head, has a live lease, or has ended. */
  async claim(userId: string, id: string, terms: ClaimTerms): Promise<ClaimedRow | null> {
    // Before the claim: a worker that cannot have the key now must not hold the operation until its lease expires.
    await this.dataKeys.find(userId);
    return this.opened(await this.claims.submit({ userId, id, ...terms }));
  }

  /** What cannot be read cannot be carried out: its lane waits for somebody to look at it. Beside the lane it is given up. */
  private async opened(claimed: ClaimedRow<Stored> | null): Promise<ClaimedRow | null> {
    if (!claimed) return null;
    const { user_id: userId, id, epoch } = claimed;
    try {
      const payload = await this.seals.open({ userId, operationId: id, field: 'payload' }, claimed.payload);
      if (payload) return { ...claimed, payload };
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
    }
    securityEvent('crypt_decrypt_fail', { userId, operationId: id });
    if (isGivenUp(claimed)) return { ...claimed, payload: {} };
    await this.putUnreadableAside({ userId, id, epoch }, claimed);
    return null;
  }

  private async putUnreadableAside(
    key: ClaimKey,
    { beside, kind, steps }: ClaimedRow<Stored>,
  ): Promise<void> {
    const { userId, id } = key;
    const reason = 'What the write holds cannot be read.';
    if (beside) {
      this.logger.error(
        `${kind} of ${userId} (${id}) cannot be read: compare DATA_KEY with the key that sealed it. It is tried again in ` +
          `${UNREADABLE_AGAIN_MS} ms, beside the lane, until its deadline.`,
      );
      const problem = problemBody('internal-error', reason);
      await this.retryLater({ key, delayMs: UNREADABLE_AGAIN_MS, problem, steps });
    } else {
      this.logger.error(`The lane of ${userId} is halted: ${id} cannot be read.`);
      await this.halt(key, reason, steps);
    }
  }

  /**
   * What the register says of the user of a claimed write, or null where it says nothing. While the claim holds no other
   * write of the lane ends, so what it says stays true until the write has ended.
   */
  register({ user_id: userId, payload }: ClaimedRow): Promise<ConfirmUserStep | null> {
    return readRegister(this.database, userId, payload);
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
  async finish(key: ClaimKey, ending: Ending, next: ClaimTerms | null = null): Promise<Finished | null> {
    const finished = await this.ends.submit({ key, ending: await this.sealed(key, ending), next });
    if (endsLane(ending)) this.dataKeys.forget(key.userId);
    return finished && { ...finished, claimed: await this.opened(finished.claimed) };
  }

  private async sealed(key: ClaimKey, ending: Ending): Promise<Ending<Stored>> {
    const { userId, id } = key;
    const seal = async (field: SealedAt['field'], content: Content | null): Promise<Stored | null> =>
      content && this.seals.seal(ending.effect, { userId, operationId: id, field }, content);
    const { change } = ending;
    return {
      ...ending,
      result: await seal('result', ending.result),
      cause: await this.sealedCause(key, ending.cause),
      change: change && {
        before: await seal('before', change.before),
        after: await seal('after', change.after),
      },
      ...(ending.followOns && { followOns: await this.sealedFollowOns(userId, ending.followOns) }),
    };
  }

  /** Where the user's key is gone nothing follows: nobody could read it. */
  private async sealedFollowOns(userId: string, followOns: readonly FollowOn[]): Promise<FollowOn<Stored>[]> {
    const sealed = await Promise.all(
      followOns.map(async (one) => {
        const at: SealedAt = { userId, operationId: one.id, field: 'payload' };
        return { ...one, payload: await this.seals.sealAlways(at, one.payload) };
      }),
    );
    return sealed.filter((one): one is FollowOn<string> => one.payload !== null);
  }

  /** Puts a claimed operation back, to be tried again after `delayMs`. @returns null if the claim no longer holds */
  async retryLater(retry: Retry): Promise<Release | null> {
    return this.retries.submit({ ...retry, cause: await this.sealedCause(retry.key, retry.cause) });
  }

  private sealedCause(
    { userId, id }: ClaimKey,
    cause: OperationCause | null = null,
  ): Promise<StoredCause | null> {
    return sealCause(this.seals, { userId, operationId: id }, cause);
  }

  /** Halts the lane of a claim that holds. @returns whether it did */
  async halt(
    key: ClaimKey,
    reason: string,
    steps: readonly StepOutcome[],
    failure: OperationCause | null = null,
  ): Promise<boolean> {
    const cause = await this.sealedCause(key, failure);
    const halted = await this.database.statements(async (tx) => {
      await lockLane(tx, key.userId);
      if ((await claims.retry(tx, [{ key, delayMs: 0, problem: null, steps, cause }])).size === 0)
        return false;
      await halt(tx, key.userId, reason);
      return true;
    });
    this.announcer.tell([key.userId]);
    return halted;
  }

  /** Withdraws a write: at once while it is queued; in retry a worker has to close its steps first. */
  async cancel(userId: string, operationId: string): Promise<{ outcome: Cancellation; releases: Release[] }> {
    const done = await this.withdraw(userId, operationId);
    // A registration's key is destroyed with it; another is read again.
    if (done.outcome === 'cancelled') this.dataKeys.forget(userId);
    return done;
  }

  private withdraw(
    userId: string,
    operationId: string,
  ): Promise<{ outcome: Cancellation; releases: Release[] }> {
    return this.database.statements(async (tx) => {
      await lockLane(tx, userId);
      const effect = await leaving.cancelQueued(tx, userId, operationId);
      if (effect) {
        const move = admissionAtEnd({ effect }, 'cancelled');
        await leaving.leaveLanes(tx, [{ userId, state: 'cancelled', count: 1, move }]);
        if (effect === 'opens') await rejectWaiting(tx, userId);
        return { outcome: 'cancelled', releases: await releaseHeads(tx, userId) };
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
   * @param terms `turn` says whether to wait for that other process instead
   */
  releaseOverdue(
    after: string | null,
    { turn = 'now', ...terms }: { olderThanMs: number; limit: number; turn?: 'now' | 'waits' },
  ): Promise<OverduePage> {
    return this.database.statements(async (tx) => {
      if (!(await releases.lockReconciliation(tx, turn))) return { releases: [], next: null };
      return releases.releaseOverdue(tx, after, terms);
    });
  }

  /** Lets a page of the writes that wait for a service be tried now. @returns their releases */
  hurryRetries(service: string, limit: number, before: string | null): Promise<releases.HurriedPage> {
    return this.database.statements((tx) => releases.hurryRetries(tx, service, { limit, before }));
  }
}

/** Whether a write beside its lane is only to be closed now, for which its step's key is enough. */
function isGivenUp(claimed: ClaimedRow<Stored>): boolean {
  return claimed.beside && (claimed.cancel_requested || claims.isOverdue(claimed));
}

function admitting({ id, kind, userId }: NewOperation): () => SpanDescription {
  return () => ({
    name: `admit ${kind}`,
    parent: activeContext(),
    attributes: {
      'turnpike.operation.id': id,
      'turnpike.operation.kind': kind,
      'turnpike.lane': userId,
    },
  });
}
