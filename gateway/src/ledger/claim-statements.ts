import type { OperationKind, ProblemBody, StepName, StepState } from '@turnpike/contracts';
import type { EntityManager } from 'typeorm';
import type { Release } from './release-statements.js';
import { jsonOrNull, UNFINISHED, update } from './sql.js';
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

/** Gives the operation to a worker, if it is the head, the lane runs, and no live lease is on it. */
export async function claim(
  tx: EntityManager,
  userId: string,
  id: string,
  { worker, leaseMs, deadlineMs }: { worker: string; leaseMs: number; deadlineMs: number },
): Promise<ClaimedRow | null> {
  const rows = await update<ClaimedRow>(
    tx,
    `update operations o
     set state = 'running', epoch = epoch + 1, attempts = attempts + 1, worker = $3,
       crashes = crashes + case when state = 'running' then 1 else 0 end,
       lease_until = clock_timestamp() + $4 * interval '1 ms', next_attempt_at = null, problem = null,
       started_at = coalesce(started_at, clock_timestamp()),
       deadline_at = coalesce(deadline_at, now() + $5 * interval '1 ms')
     where user_id = $1 and id = $2
       and (state = 'queued' or (state = 'retrying' and next_attempt_at <= clock_timestamp())
         or (state = 'running' and lease_until <= clock_timestamp()))
       and (select execution from lanes where user_id = $1) = 'running'
       and seq = (select min(seq) from operations where user_id = $1 and state in ${UNFINISHED})
     returning *, (extract(epoch from deadline_at - clock_timestamp()) * 1000)::float8 as ms_to_deadline,
       (select json_agg(json_build_object('name', s.name, 'state', s.state, 'attempts', s.attempts)
          order by s.position) from steps s where s.user_id = o.user_id and s.seq = o.seq) as steps`,
    [userId, id, worker, leaseMs, deadlineMs],
  );
  return rows[0] ?? null;
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

/** Writes down what is known of the steps, while the claim holds. */
export async function recordSteps(
  tx: EntityManager,
  key: ClaimKey,
  steps: readonly StepOutcome[],
): Promise<void> {
  await tx.query(
    `update steps s set state = known.state, attempts = known.attempts
     from operations o, unnest($4::text[], $5::text[], $6::integer[]) as known (name, state, attempts)
     where o.user_id = $1 and o.id = $2 and o.epoch = $3 and o.state = 'running'
       and s.user_id = o.user_id and s.seq = o.seq and s.name = known.name`,
    [
      key.userId,
      key.id,
      key.epoch,
      steps.map((step) => step.name),
      steps.map((step) => step.state),
      steps.map((step) => step.attempts),
    ],
  );
}

/**
 * Ends a claimed operation. The guard over its steps is the promise itself: a success has every step in force,
 * any other end has none, and none that could still come into force.
 * @returns its kind, or null if the claim no longer holds
 */
export async function end(
  tx: EntityManager,
  key: ClaimKey,
  state: EndState,
  { result, problem }: { result: unknown; problem: ProblemBody | null },
): Promise<OperationKind | null> {
  const rows = await update<{ kind: OperationKind }>(
    tx,
    `update operations o
     set state = $4, finished_at = now(), result = $5, problem = $6, lease_until = null, worker = null
     where user_id = $1 and id = $2 and epoch = $3 and state = 'running'
       and not exists (select 1 from steps s where s.user_id = o.user_id and s.seq = o.seq and
         case when $4 = 'succeeded' then s.state <> 'applied' else s.state in ('pending', 'applied') end)
     returning kind`,
    [key.userId, key.id, key.epoch, state, jsonOrNull(result), jsonOrNull(problem)],
  );
  return rows[0]?.kind ?? null;
}

/** Puts a claimed operation back to be tried again; it keeps its turn. A worker that says so has not died with it. */
export async function retry(
  tx: EntityManager,
  key: ClaimKey,
  delayMs: number,
  problem: ProblemBody | null,
): Promise<Release | null> {
  const rows = await update<{ release: number }>(
    tx,
    `update operations
     set state = 'retrying', next_attempt_at = clock_timestamp() + $4 * interval '1 ms', problem = $5,
       lease_until = null, worker = null, release = release + 1, released_at = now(), crashes = 0
     where user_id = $1 and id = $2 and epoch = $3 and state = 'running'
     returning release`,
    [key.userId, key.id, key.epoch, delayMs, jsonOrNull(problem)],
  );
  return rows[0] ? { userId: key.userId, operationId: key.id, release: rows[0].release, delayMs } : null;
}
