import type { OperationKind, ProblemBody, StepName, StepState } from '@turnpike/contracts';
import type { EntityManager } from 'typeorm';
import type { Release } from './release-statements.js';
import { UNFINISHED, update } from './sql.js';
import type { EndState } from './states.js';

/*
 * The claim: a worker's hold on the head of a lane, from its begin to the outcome.
 *
 * Every statement that changes the ledger is a named, guarded one in a file *-statements.ts. None is used outside
 * a transaction of ledger.ts, which has locked the lane's row in a statement of its own before: one statement
 * that locks a row and reads another table would see that table as it was before the wait.
 */

/** A claim on an operation; every later statement of the worker is guarded by its epoch. */
export interface ClaimKey {
  userId: string;
  id: string;
  epoch: number;
}

export interface ClaimedRow {
  user_id: string;
  seq: number;
  id: string;
  kind: OperationKind;
  payload: Record<string, unknown>;
  target_id: string;
  actor_id: string | null;
  if_match: string | null;
  epoch: number;
  attempts: number;
  crashes: number;
  cancel_requested: boolean;
  traceparent: string | null;
  ms_to_deadline: number;
  steps: StepOutcome[];
}

export interface StepOutcome {
  name: StepName;
  state: StepState;
  attempts: number;
}

/** A worker's wish to carry an operation out. */
export interface ClaimRequest {
  userId: string;
  id: string;
  worker: string;
  leaseMs: number;
  deadlineMs: number;
}

/**
 * Gives operations to workers, where each is the head, its lane runs, and no live lease is on it.
 * @returns those that were given, by their ids
 */
export async function claim(
  tx: EntityManager,
  requests: readonly ClaimRequest[],
): Promise<Map<string, ClaimedRow>> {
  const rows = await update<ClaimedRow>(
    tx,
    `update operations o
     set state = 'running', epoch = epoch + 1, attempts = attempts + 1, worker = c.worker,
       crashes = crashes + case when state = 'running' then 1 else 0 end,
       lease_until = clock_timestamp() + c.lease_ms * interval '1 ms', next_attempt_at = null, problem = null,
       started_at = coalesce(started_at, clock_timestamp()),
       deadline_at = coalesce(deadline_at, now() + c.deadline_ms * interval '1 ms')
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::float8[], $5::float8[])
       as c (user_id, id, worker, lease_ms, deadline_ms)
     where o.user_id = c.user_id and o.id = c.id
       and (state = 'queued' or (state = 'retrying' and next_attempt_at <= clock_timestamp())
         or (state = 'running' and lease_until <= clock_timestamp()))
       and (select execution from lanes where user_id = o.user_id) = 'running'
       and seq = (select min(seq) from operations where user_id = o.user_id and state in ${UNFINISHED})
     returning o.*, (extract(epoch from deadline_at - clock_timestamp()) * 1000)::float8 as ms_to_deadline,
       (select json_agg(json_build_object('name', s.name, 'state', s.state, 'attempts', s.attempts)
          order by s.position) from steps s where s.user_id = o.user_id and s.seq = o.seq) as steps`,
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

/** Prolongs leases that are still alive. @returns the ids of those that were */
export async function renew(
  tx: EntityManager,
  claims: readonly ClaimKey[],
  leaseMs: number,
): Promise<string[]> {
  const rows = await update<{ id: string }>(
    tx,
    `update operations o set lease_until = clock_timestamp() + $4 * interval '1 ms'
     from unnest($1::uuid[], $2::uuid[], $3::integer[]) as held (user_id, id, epoch)
     where o.user_id = held.user_id and o.id = held.id and o.epoch = held.epoch
       and o.state = 'running' and o.lease_until > clock_timestamp()
     returning o.id`,
    [
      claims.map((held) => held.userId),
      claims.map((held) => held.id),
      claims.map((held) => held.epoch),
      leaseMs,
    ],
  );
  return rows.map((row) => row.id);
}

/** What a worker says of an operation that it has claimed. */
export interface Report {
  key: ClaimKey;
  steps: readonly StepOutcome[];
}

/** Writes down what is known of the steps, while the claims hold. */
export async function recordSteps(tx: EntityManager, reports: readonly Report[]): Promise<void> {
  const known = reports.flatMap(({ key, steps }) =>
    steps.map(({ name, state, attempts }) => ({
      ...claimRow(key),
      name,
      step_state: state,
      tries: attempts,
    })),
  );
  await tx.query(
    `update steps s set state = known.step_state, attempts = known.tries
     from operations o, jsonb_to_recordset($1)
       as known (user_id uuid, id uuid, epoch integer, name text, step_state text, tries integer)
     where o.user_id = known.user_id and o.id = known.id and o.epoch = known.epoch and o.state = 'running'
       and s.user_id = o.user_id and s.seq = o.seq and s.name = known.name`,
    [JSON.stringify(known)],
  );
}

/** How a claimed operation ends. */
export interface End {
  key: ClaimKey;
  state: EndState;
  result: unknown;
  problem: ProblemBody | null;
}

/**
 * Ends claimed operations. The guard over their steps is the promise itself: a success has every step in force,
 * any other end has none, and none that could still come into force.
 * @returns the kinds of those that have ended, by their ids; of any other the claim no longer holds
 */
export async function end(tx: EntityManager, ends: readonly End[]): Promise<Map<string, OperationKind>> {
  const rows = await update<{ id: string; kind: OperationKind }>(
    tx,
    `update operations o
     set state = e.ends_as, finished_at = now(), result = e.ends_with, problem = e.because, lease_until = null,
       worker = null
     from jsonb_to_recordset($1)
       as e (user_id uuid, id uuid, epoch integer, ends_as text, ends_with jsonb, because jsonb)
     where o.user_id = e.user_id and o.id = e.id and o.epoch = e.epoch and o.state = 'running'
       and not exists (select 1 from steps s where s.user_id = o.user_id and s.seq = o.seq and
         case when e.ends_as = 'succeeded' then s.state <> 'applied' else s.state in ('pending', 'applied') end)
     returning o.id, kind`,
    [
      JSON.stringify(
        ends.map(({ key, state, result, problem }) => ({
          ...claimRow(key),
          ...{ ends_as: state, ends_with: result, because: problem },
        })),
      ),
    ],
  );
  return new Map(rows.map(({ id, kind }) => [id, kind]));
}

/** How a claimed operation is put back. */
export interface Retry {
  key: ClaimKey;
  delayMs: number;
  problem: ProblemBody | null;
}

/**
 * Puts claimed operations back to be tried again; they keep their turn. A worker that says so has not died with it.
 * @returns the releases of those whose claim held, by their ids
 */
export async function retry(tx: EntityManager, retries: readonly Retry[]): Promise<Map<string, Release>> {
  const rows = await update<{ id: string; user_id: string; release: number; delay_ms: number }>(
    tx,
    `update operations o
     set state = 'retrying', next_attempt_at = clock_timestamp() + r.delay_ms * interval '1 ms',
       problem = r.because, lease_until = null, worker = null, release = release + 1, released_at = now(), crashes = 0
     from jsonb_to_recordset($1) as r (user_id uuid, id uuid, epoch integer, delay_ms float8, because jsonb)
     where o.user_id = r.user_id and o.id = r.id and o.epoch = r.epoch and o.state = 'running'
     returning o.id, o.user_id, release, r.delay_ms`,
    [
      JSON.stringify(
        retries.map(({ key, delayMs, problem }) => ({
          ...claimRow(key),
          ...{ delay_ms: delayMs, because: problem },
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

function claimRow({ userId, id, epoch }: ClaimKey): object {
  return { user_id: userId, id, epoch };
}
