import type {
  OperationKind,
  ProblemBody,
  ServiceName,
  StepName,
  StepState,
  TargetType,
} from '@turnpike/contracts';
import type { EntityManager } from 'typeorm';
import { type Admission, admissionAfter, type EndState, type Execution } from './states.js';

/*
 * Every statement that changes the ledger: one named, guarded statement for each change of state. None is used
 * outside a transaction of ledger.ts, which has locked the lane's row in a statement of its own before: one
 * statement that locks a row and reads another table would see that table as it was before the wait.
 */

/** A claim on an operation; every later statement of the worker is guarded by its epoch. */
export interface ClaimKey {
  userId: string;
  id: string;
  epoch: number;
}

/** An operation to be put on the queue. The number makes the job's id new with every release. */
export interface Release {
  userId: string;
  operationId: string;
  release: number;
  /** Milliseconds to wait. */
  delayMs: number;
}

export interface PlannedStep {
  name: StepName;
  service: ServiceName;
}

export interface NewOperation {
  id: string;
  userId: string;
  kind: OperationKind;
  actorId: string | null;
  target: { type: TargetType; id: string };
  payload: Record<string, unknown>;
  ifMatch: string | null;
  steps: readonly PlannedStep[];
  traceparent: string | null;
}

export interface LaneState {
  admission: Admission;
  execution: Execution;
  depth: number;
}

/** The lane's place of a new operation, and whether it is the head. */
export interface Place {
  seq: number;
  isHead: boolean;
}

export interface StepOutcome {
  name: StepName;
  state: StepState;
  attempts: number;
}

const UNFINISHED = `('queued', 'running', 'retrying')`;

/** TypeORM answers an UPDATE with [rows, count], also when it has RETURNING. */
async function update<Row>(tx: EntityManager, sql: string, parameters: unknown[]): Promise<Row[]> {
  const [rows] = await tx.query<[Row[], number]>(sql, parameters);
  return rows;
}

/** Makes the lane of a new user; nothing but a registration does. */
export async function openLane(tx: EntityManager, userId: string): Promise<void> {
  await tx.query('insert into lanes (user_id) values ($1)', [userId]);
}

/** Waits for whoever works on the lane, and keeps it to the commit. @returns whether there is such a lane */
export async function lockLane(tx: EntityManager, userId: string): Promise<boolean> {
  const rows = await tx.query<unknown[]>('select 1 from lanes where user_id = $1 for update', [userId]);
  return rows.length > 0;
}

/** @returns the lane as it is now that it is locked */
export async function readLane(tx: EntityManager, userId: string): Promise<LaneState> {
  const rows = await tx.query<LaneState[]>(
    'select admission, execution, depth from lanes where user_id = $1',
    [userId],
  );
  return rows[0]!;
}

/**
 * Takes a place in the lane. The guards decide in the statement that raises last_seq, so a refused write
 * leaves no gap.
 * @param admission the lane's admission that this kind of write needs
 * @param becomes what its acceptance makes of the lane
 * @param maxDepth null for kinds that are exempt
 * @returns null if the lane does not take the write
 */
export async function takePlace(
  tx: EntityManager,
  userId: string,
  { admission, becomes, maxDepth }: { admission: Admission; becomes: Admission; maxDepth: number | null },
): Promise<Place | null> {
  const rows = await update<{ last_seq: number; depth: number }>(
    tx,
    `update lanes set last_seq = last_seq + 1, depth = depth + 1, admission = $3
     where user_id = $1 and admission = $2 and ($4::integer is null or depth < $4)
     returning last_seq, depth`,
    [userId, admission, becomes, maxDepth],
  );
  return rows[0] ? { seq: rows[0].last_seq, isHead: rows[0].depth === 1 } : null;
}

/** Writes the operation and its steps down. A head is released with it: its job is added after the commit. */
export async function append(tx: EntityManager, operation: NewOperation, place: Place): Promise<void> {
  await tx.query(
    `with operation as (
       insert into operations (user_id, seq, id, kind, actor_id, target_type, target_id, payload, if_match,
         traceparent, release, released_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
         case when $11 then 1 else 0 end, case when $11 then now() end)
       returning user_id, seq
     )
     insert into steps (user_id, seq, position, name, service)
     select user_id, seq, position, name, service
     from operation, unnest($12::text[], $13::text[]) with ordinality as step (name, service, position)`,
    [
      operation.userId,
      place.seq,
      operation.id,
      operation.kind,
      operation.actorId,
      operation.target.type,
      operation.target.id,
      JSON.stringify(operation.payload),
      operation.ifMatch,
      operation.traceparent,
      place.isHead,
      operation.steps.map((step) => step.name),
      operation.steps.map((step) => step.service),
    ],
  );
}

/** Remembers whose lane an order belongs to. */
export async function indexOrder(tx: EntityManager, orderId: string, userId: string): Promise<void> {
  await tx.query('insert into order_lanes (order_id, user_id) values ($1, $2)', [orderId, userId]);
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
       started_at = coalesce(started_at, now()),
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

/** Puts a claimed operation back to be tried again; it keeps its turn. */
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
       lease_until = null, worker = null, release = release + 1, released_at = now()
     where user_id = $1 and id = $2 and epoch = $3 and state = 'running'
     returning release`,
    [key.userId, key.id, key.epoch, delayMs, jsonOrNull(problem)],
  );
  return rows[0] ? { userId: key.userId, operationId: key.id, release: rows[0].release, delayMs } : null;
}

/** Withdraws a write that has not begun. @returns its kind, or null if it has */
export async function cancelQueued(
  tx: EntityManager,
  userId: string,
  id: string,
): Promise<OperationKind | null> {
  const rows = await update<{ kind: OperationKind }>(
    tx,
    `update operations set state = 'cancelled', finished_at = now()
     where user_id = $1 and id = $2 and state = 'queued' returning kind`,
    [userId, id],
  );
  return rows[0]?.kind ?? null;
}

/** Withdraws every write of the lane that has not begun, but never the one that makes the user. @returns how many */
export async function cancelWaiting(tx: EntityManager, userId: string): Promise<number> {
  const rows = await update<unknown>(
    tx,
    `update operations set state = 'cancelled', finished_at = now()
     where user_id = $1 and state = 'queued' and kind <> 'user.register' returning 1`,
    [userId],
  );
  return rows.length;
}

/** Refuses every write of a lane whose user was never made. @returns how many */
export async function rejectWaiting(
  tx: EntityManager,
  userId: string,
  problem: ProblemBody,
): Promise<number> {
  const rows = await update<unknown>(
    tx,
    `update operations set state = 'rejected', finished_at = now(), problem = $2
     where user_id = $1 and state = 'queued' returning 1`,
    [userId, JSON.stringify(problem)],
  );
  return rows.length;
}

/** Asks for a write in retry to be withdrawn, at once: a worker has to close its steps first. */
export async function requestCancel(tx: EntityManager, userId: string, id: string): Promise<Release | null> {
  const rows = await update<{ release: number }>(
    tx,
    `update operations
     set cancel_requested = true, next_attempt_at = now(), release = release + 1, released_at = now()
     where user_id = $1 and id = $2 and state = 'retrying' returning release`,
    [userId, id],
  );
  return rows[0] ? { userId, operationId: id, release: rows[0].release, delayMs: 0 } : null;
}

/** Takes operations that have ended out of the lane's depth, and lets the end change its admission. */
export async function leaveLane(
  tx: EntityManager,
  userId: string,
  count: number,
  ended?: { kind: OperationKind; state: EndState },
): Promise<void> {
  const admission = ended ? admissionAfter(ended.kind, ended.state) : null;
  await tx.query(
    'update lanes set depth = depth - $2, admission = coalesce($3, admission) where user_id = $1',
    [userId, count, admission],
  );
}

/** Voids the access tokens from before that instant. */
export async function voidSessions(tx: EntityManager, userId: string, before: string): Promise<void> {
  await tx.query('update lanes set sessions_valid_from = $2 where user_id = $1', [userId, before]);
}

/** Releases the head of a lane that runs, if it has not begun. */
export async function releaseHead(tx: EntityManager, userId: string): Promise<Release[]> {
  const rows = await update<{ id: string; release: number }>(
    tx,
    `update operations set release = release + 1, released_at = now()
     where user_id = $1 and state = 'queued'
       and (select execution from lanes where user_id = $1) = 'running'
       and seq = (select min(seq) from operations where user_id = $1 and state in ${UNFINISHED})
     returning id, release`,
    [userId],
  );
  return rows.map(({ id, release }) => ({ userId, operationId: id, release, delayMs: 0 }));
}

/** A page of a walk over the lanes; `next` is where the following page begins, null after the last. */
export interface OverduePage {
  releases: Release[];
  next: string | null;
}

/**
 * Finds, in a page of the lanes that have work and run, the heads that are due, without a live lease, and
 * released long enough ago, and marks them as released now. A head that somebody died with gets a new release
 * number, since its old job may still be held; a lost job is added again under the same one. It locks no
 * lane: all that it changes is a hint.
 */
export async function releaseOverdue(
  tx: EntityManager,
  after: string | null,
  { olderThanMs, limit }: { olderThanMs: number; limit: number },
): Promise<OverduePage> {
  const lanes = await tx.query<{ user_id: string }[]>(
    `select user_id from lanes
     where depth > 0 and execution = 'running' and ($1::uuid is null or user_id > $1)
     order by user_id limit $2`,
    [after, limit],
  );
  const rows = await update<{ user_id: string; id: string; release: number }>(
    tx,
    `update operations o
     set release = release + case when release = 0 or state = 'running' then 1 else 0 end, released_at = now()
     from unnest($1::uuid[]) as lane (user_id)
     where o.user_id = lane.user_id
       and o.seq = (select min(seq) from operations head
         where head.user_id = lane.user_id and head.state in ${UNFINISHED})
       and (released_at is null or released_at < now() - $2 * interval '1 ms')
       and (state = 'queued' or (state = 'retrying' and next_attempt_at <= now())
         or (state = 'running' and lease_until <= now()))
     returning o.user_id, id, release`,
    [lanes.map((lane) => lane.user_id), olderThanMs],
  );
  return {
    releases: rows.map(({ user_id, id, release }) => ({
      userId: user_id,
      operationId: id,
      release,
      delayMs: 0,
    })),
    next: lanes.length === limit ? lanes.at(-1)!.user_id : null,
  };
}

/** @returns whether this transaction is the one that may reconcile now */
export async function lockReconciliation(tx: EntityManager): Promise<boolean> {
  const rows = await tx.query<{ locked: boolean }[]>(
    `select pg_try_advisory_xact_lock(hashtext('turnpike.reconciler')) as locked`,
  );
  return rows[0]!.locked;
}

/** Stops a lane whose ledger contradicts the services, until an operator has looked at it. */
export async function halt(tx: EntityManager, userId: string, reason: string): Promise<void> {
  await tx.query(`update lanes set execution = 'halted', reason = $2 where user_id = $1`, [userId, reason]);
}

function jsonOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}
