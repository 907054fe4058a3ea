import type { ProblemBody, RelationCount, Role, StepState, Effect } from '@turnpike/protocol';
import type { Statements } from '@turnpike/service';
import type { StoredCause } from '../../encryption/operation-causes.js';
import { changesAnd, CLAIM_NUMBER, RETRY_NUMBER } from './change-numbers.js';
import type { Release } from './enqueue.js';
import type { Content, Stored } from '../../encryption/payload-encryption.js';
import { LOCKED, unfinishedBeside, unfinishedInLine, waitsForOthers } from './fragments.js';

/*
 * The claim: a worker's hold on the head of a lane, from its begin until it is put back; its end is in
 * complete.ts. What all statements keep to stands in fragments.ts.
 */

/** A claim on an operation; every later statement of the worker is guarded by its epoch. */
export interface ClaimKey {
  userId: string;
  id: string;
  epoch: number;
}

export interface ClaimedRow<Payload = Content> {
  user_id: string;
  seq: number;
  id: string;
  kind: string;
  effect: Effect;
  reports_deletion: boolean;
  changes_roles: boolean;
  /** Whether it is carried out beside its lane. */
  beside: boolean;
  payload: Payload;
  target_type: string;
  target_id: string;
  actor_id: string | null;
  by_role: Role | null;
  if_match: string | null;
  epoch: number;
  attempts: number;
  crashes: number;
  cancel_requested: boolean;
  traceparent: string | null;
  request_id?: string | null;
  /** The operation whose success it follows; null where somebody has asked for it. */
  follows_id?: string | null;
  ms_to_deadline: number;
  steps: StepOutcome[];
  /** Why the last attempt failed; its words are sealed. */
  cause?: StoredCause | null;
}

/** Whether a claim is past its operation's deadline. A first attempt is always made. */
export function isOverdue(claimed: Pick<ClaimedRow, 'epoch' | 'ms_to_deadline'>): boolean {
  return claimed.epoch > 1 && claimed.ms_to_deadline <= 0;
}

export interface StepOutcome {
  name: string;
  service: string;
  state: StepState;
  attempts: number;
  /** Milliseconds that its last call took. */
  ms?: number;
  /** The code of the problem that its last call ended with. */
  problem?: string;
  /** The how manieth key it is sent with, and its undo; left out, the first. */
  generation?: number;
  undoGeneration?: number;
  /** An operator has it carried out again: before that, an undo that may be under way is closed. */
  reopened?: boolean;
  /** Of an operation that has succeeded: what the step did to the rows of relations that count it. */
  counts?: RelationCount[];
}

/** Who wants to carry operations out, and for how long. */
export interface ClaimTerms {
  worker: string;
  leaseMs: number;
  deadlineMs: number;
}

/** A worker's wish to carry an operation out. */
export interface ClaimRequest extends ClaimTerms {
  userId: string;
  id: string;
}

/**
 * What a claim sets in an operation `o`, on the terms of `c` (worker, lease_ms, deadline_ms).
 * @param number the number of this change
 */
export function claimAs(number: string): string {
  return `
  state = 'running', epoch = epoch + 1, attempts = attempts + 1, worker = c.worker,
  crashes = crashes + case when o.state = 'running' then 1 else 0 end,
  lease_until = clock_timestamp() + c.lease_ms * interval '1 ms', next_attempt_at = null, problem = null,
  started_at = coalesce(started_at, clock_timestamp()),
  deadline_at = coalesce(deadline_at, now() + c.deadline_ms * interval '1 ms'),
  ${changesAnd(number)}`;
}

/** A ClaimedRow of `o`. */
export const CLAIMED = `
  o.user_id, o.seq, o.id, o.kind, o.effect, o.reports_deletion, o.changes_roles, o.beside, o.payload, o.target_type, o.target_id, o.actor_id,
  o.by_role, o.if_match, o.epoch, o.attempts, o.crashes, o.cancel_requested, o.traceparent, o.request_id, o.follows_id, o.steps, o.cause,
  (extract(epoch from deadline_at - clock_timestamp()) * 1000)::float8 as ms_to_deadline`;

/**
 * Gives operations to workers, where each is the head of its lane, which runs, or the first beside it, waits for none of
 * the others, and has no live lease on it.
 * @returns those that were given, by their ids
 */
export async function claim(
  tx: Statements,
  requests: readonly ClaimRequest[],
): Promise<Map<string, ClaimedRow<Stored>>> {
  const rows = await tx.query<ClaimedRow<Stored>>(
    `/* ledger.claim */ update operations o set ${claimAs(CLAIM_NUMBER)}
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::float8[], $5::float8[])
       as c (user_id, id, worker, lease_ms, deadline_ms)
     where o.user_id = c.user_id and o.id = c.id and c.user_id = any(${LOCKED})
       and case state
         when 'queued' then true
         when 'retrying' then next_attempt_at <= clock_timestamp()
         when 'running' then lease_until <= clock_timestamp() end
       and seq = (select case
           when o.beside then (select min(seq) from operations where ${unfinishedBeside('l')})
           when l.execution = 'running' then (select min(seq) from operations where ${unfinishedInLine('l')}) end
         from lanes l where l.user_id = o.user_id)
       and ${waitsForOthers('o')} is not true
     returning ${CLAIMED}`,
    [
      requests.map(({ userId }) => userId),
      requests.map(({ id }) => id),
      requests.map(({ worker }) => worker),
      requests.map(({ leaseMs }) => leaseMs),
      requests.map(({ deadlineMs }) => deadlineMs),
    ],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/**
 * Prolongs leases that are still alive. It takes no lane's lock: it touches only rows whose claim it proves, and waits
 * for none that somebody is at, for a batch of ends may be at several, in another order.
 * @returns of the claims that hold, by their ids, whether they were prolonged
 */
export async function renew(
  ledger: Statements,
  claims: readonly ClaimKey[],
  leaseMs: number,
): Promise<Map<string, boolean>> {
  const rows = await ledger.query<{ id: string; renewed: boolean }>(
    `/* ledger.renew */ with held as materialized (
       select o.user_id, o.id, o.epoch
       from unnest($1::uuid[], $2::uuid[], $3::integer[]) as held (user_id, id, epoch)
         join operations o on o.user_id = held.user_id and o.id = held.id
       where case o.state when 'running' then o.epoch = held.epoch end
     ), free as materialized (
       select user_id, id from held join operations o using (user_id, id, epoch)
       where case o.state when 'running' then o.lease_until > clock_timestamp() end
       for update of o skip locked
     ), renewed as (
       update operations o set lease_until = clock_timestamp() + $4 * interval '1 ms'
       from free where o.user_id = free.user_id and o.id = free.id
       returning o.id
     )
     select id, id in (select id from renewed) as renewed from held`,
    [
      claims.map((held) => held.userId),
      claims.map((held) => held.id),
      claims.map((held) => held.epoch),
      leaseMs,
    ],
  );
  return new Map(rows.map(({ id, renewed }) => [id, renewed]));
}

/** How a claimed operation is put back. */
export interface Retry {
  key: ClaimKey;
  delayMs: number;
  problem: ProblemBody | null;
  steps: readonly StepOutcome[];
  /** Why the attempt failed; null where that of before still counts. */
  cause?: StoredCause | null;
}

/**
 * Puts claimed operations back to be tried again; they keep their turn. A worker that says so has not died with it.
 * @returns the releases of those whose claim held, by their ids
 */
export async function retry(tx: Statements, retries: readonly Retry[]): Promise<Map<string, Release>> {
  const rows = await tx.query<{ id: string; user_id: string; release: number; delay_ms: number }>(
    `/* ledger.retry */ update operations o
     set state = 'retrying', next_attempt_at = clock_timestamp() + r.delay_ms * interval '1 ms',
       problem = r.because, cause = coalesce(r.failure, o.cause), steps = r.steps, lease_until = null, worker = null, release = release + 1,
       released_at = now(), crashes = 0, ${changesAnd(RETRY_NUMBER)}
     from jsonb_to_recordset($1)
       as r (user_id uuid, id uuid, epoch integer, delay_ms float8, because jsonb, steps jsonb, failure jsonb)
     where o.user_id = r.user_id and o.id = r.id and r.user_id = any(${LOCKED})
       and case o.state when 'running' then o.epoch = r.epoch end
       and steps_follow(o.steps, r.steps)
     returning o.id, o.user_id, release, r.delay_ms`,
    [
      JSON.stringify(
        retries.map(({ key: { userId, id, epoch }, delayMs, problem, steps, cause }) => ({
          ...{ user_id: userId, id, epoch, delay_ms: delayMs, because: problem, steps, failure: cause },
        })),
      ),
    ],
  );
  return new Map(
    rows.map((row) => [
      row.id,
      { userId: row.user_id, operationId: row.id, release: row.release, delayMs: row.delay_ms },
    ]),
  );
}
