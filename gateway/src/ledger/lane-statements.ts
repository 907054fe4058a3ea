import {
  type OperationKind,
  type ProblemBody,
  type ServiceName,
  type StepName,
  SYSTEM_KINDS,
  type TargetType,
} from '@turnpike/contracts';
import type { EntityManager } from 'typeorm';
import { UNFINISHED, update } from './sql.js';
import type { Admission, AdmissionMove, Execution } from './states.js';

/*
 * The lane: taking a place in it, leaving it, and what becomes of it.
 *
 * Every statement that changes the ledger is a named, guarded one in a file *-statements.ts. None is used outside
 * a transaction of ledger.ts, which has locked the lane's row in a statement of its own before: one statement
 * that locks a row and reads another table would see that table as it was before the wait.
 */

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
  /** The failed operation that this one repeats. */
  retryOf?: string;
}

export interface PlannedStep {
  name: StepName;
  service: ServiceName;
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

/** Makes the lanes of new users; nothing but registrations does. */
export async function openLanes(tx: EntityManager, userIds: readonly string[]): Promise<void> {
  await tx.query('insert into lanes (user_id) select unnest($1::uuid[])', [userIds]);
}

/** Takes the lanes of registrations back that are not accepted. */
export async function removeLanes(tx: EntityManager, userIds: readonly string[]): Promise<void> {
  await tx.query('delete from lanes where user_id = any($1) and last_seq = 0', [userIds]);
}

/**
 * Makes a lane for users whom no registration of ours has made, where there is none: closed, it takes nothing but what
 * follows the user. What that finds may open it.
 */
export async function ensureLanes(tx: EntityManager, userIds: readonly string[]): Promise<void> {
  await tx.query(
    `insert into lanes (user_id, admission) select distinct unnest($1::uuid[]), 'closed' on conflict do nothing`,
    [userIds],
  );
}

/**
 * Locks lanes to the commit, in the order of their ids, as everybody does.
 * @param wait whether to wait for whoever works on one of them, or to leave it out
 * @returns the users whose lanes are locked now
 */
export async function lockLanes(
  tx: EntityManager,
  userIds: readonly string[],
  { wait }: { wait: boolean },
): Promise<Set<string>> {
  const rows = await tx.query<{ user_id: string }[]>(
    `select user_id from lanes where user_id = any($1) order by user_id for update ${wait ? '' : 'skip locked'}`,
    [userIds],
  );
  return new Set(rows.map((row) => row.user_id));
}

/** Waits for whoever works on the lane, and keeps it to the commit. @returns whether there is such a lane */
export async function lockLane(tx: EntityManager, userId: string): Promise<boolean> {
  return (await lockLanes(tx, [userId], { wait: true })).size > 0;
}

/** @returns the lanes as they are now that they are locked */
export async function readLanes(
  tx: EntityManager,
  userIds: readonly string[],
): Promise<Map<string, LaneState>> {
  const rows = await tx.query<(LaneState & { user_id: string })[]>(
    'select user_id, admission, execution, depth from lanes where user_id = any($1)',
    [userIds],
  );
  return new Map(rows.map(({ user_id, ...lane }) => [user_id, lane]));
}

/** What a write needs of its lane to get a place in it. */
export interface Terms {
  userId: string;
  /** The lane's admission must be one of these. */
  in: readonly Admission[];
  /** What the acceptance makes of it, where it is `from`. */
  moves?: { from: Admission; to: Admission };
  /** How many writes may be in the lane before; null for kinds that are exempt. */
  maxDepth: number | null;
  /** Of a purge: how long the user must have been deleted. */
  deletedForMs?: number;
}

/**
 * Takes a place in each of these lanes. The guards decide in the statement that raises last_seq, so a refused write
 * leaves no gap.
 * @returns the places by the user; a lane that does not take its write is not among them
 */
export async function takePlaces(tx: EntityManager, terms: readonly Terms[]): Promise<Map<string, Place>> {
  const rows = await update<{ user_id: string; last_seq: number; depth: number }>(
    tx,
    `update lanes l set last_seq = last_seq + 1, depth = depth + 1,
       admission = case when admission = t.moves_from then t.moves_to else admission end
     from jsonb_to_recordset($1) as t (user_id uuid, admissions text[], max_depth integer, moves_from text,
       moves_to text, deleted_for_ms float8)
     where l.user_id = t.user_id and admission = any(t.admissions) and (t.max_depth is null or depth < t.max_depth)
       and (t.deleted_for_ms is null or deleted_at <= now() - t.deleted_for_ms * interval '1 ms')
     returning l.user_id, last_seq, depth`,
    [
      JSON.stringify(
        terms.map(({ userId, in: admissions, moves, maxDepth, deletedForMs }) => ({
          ...{ user_id: userId, admissions, max_depth: maxDepth, deleted_for_ms: deletedForMs },
          ...{ moves_from: moves?.from, moves_to: moves?.to },
        })),
      ),
    ],
  );
  return new Map(rows.map((row) => [row.user_id, { seq: row.last_seq, isHead: row.depth === 1 }]));
}

/** An operation and its place. */
export interface Placed {
  operation: NewOperation;
  place: Place;
}

/** Writes operations and their steps down. A head is released with it: its job is added after the commit. */
export async function append(tx: EntityManager, placed: readonly Placed[]): Promise<void> {
  await tx.query(
    `with appended as (
       insert into operations (user_id, seq, id, kind, actor_id, target_type, target_id, payload, if_match,
         traceparent, retry_of, release, released_at)
       select user_id, seq, id, kind, actor_id, target_type, target_id, payload, if_match,
         traceparent, retry_of, case when is_head then 1 else 0 end, case when is_head then now() end
       from jsonb_to_recordset($1) as o (user_id uuid, seq integer, id uuid, kind text, actor_id uuid,
         target_type text, target_id uuid, payload jsonb, if_match text, traceparent text, retry_of uuid,
         is_head boolean)
     )
     insert into steps (user_id, seq, position, name, service)
     select * from jsonb_to_recordset($2) as s (user_id uuid, seq integer, position smallint, name text, service text)`,
    [JSON.stringify(placed.map(operationRow)), JSON.stringify(placed.flatMap(stepRows))],
  );
}

function operationRow({ operation, place }: Placed): object {
  const { id, userId, kind, actorId, target, payload, ifMatch, traceparent, retryOf } = operation;
  return {
    ...{ id, user_id: userId, kind, actor_id: actorId, target_type: target.type, target_id: target.id },
    ...{ payload, if_match: ifMatch, traceparent, retry_of: retryOf, seq: place.seq, is_head: place.isHead },
  };
}

function stepRows({ operation: { userId, steps }, place: { seq } }: Placed): object[] {
  return steps.map(({ name, service }, index) => ({
    ...{ user_id: userId, seq, position: index + 1, name, service },
  }));
}

/** Remembers whose lanes orders belong to; a retried placement has the order's id of the first. */
export async function indexOrders(tx: EntityManager, orders: readonly NewOperation[]): Promise<void> {
  await tx.query(
    `insert into order_lanes (order_id, user_id) select * from unnest($1::uuid[], $2::uuid[])
     on conflict do nothing`,
    [orders.map(({ target }) => target.id), orders.map(({ userId }) => userId)],
  );
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
     where user_id = $1 and id = $2 and state = 'queued' and kind <> all($3) returning kind`,
    [userId, id, SYSTEM_KINDS],
  );
  return rows[0]?.kind ?? null;
}

/** Withdraws what users asked for and has not begun, but never the write that makes the user. @returns how many */
export async function cancelWaiting(tx: EntityManager, userId: string): Promise<number> {
  const rows = await update<unknown>(
    tx,
    `update operations set state = 'cancelled', finished_at = now()
     where user_id = $1 and state = 'queued' and kind <> all($2) returning 1`,
    [userId, ['user.register', ...SYSTEM_KINDS]],
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

/** Operations that leave a lane, and what their end makes of its admission. */
export interface Leaving {
  userId: string;
  count: number;
  move?: AdmissionMove | null;
}

/**
 * Takes operations that have ended out of their lanes' depth, and lets the ends change the admission. A lane does not
 * open while another deletion waits in it.
 */
export async function leaveLanes(tx: EntityManager, leaving: readonly Leaving[]): Promise<void> {
  await tx.query(
    `update lanes l set depth = depth - after.count, admission = after.admission,
       deleted_at = case after.admission when 'open' then null else
         case when l.deleted_at is null and after.admission = 'deleted' then now() else l.deleted_at end end
     from (select user_id, gone.count,
         case when becomes is null or admission <> all(gone.leaves)
           or (becomes = 'open' and exists (select 1 from operations waiting where waiting.user_id = before.user_id
             and kind in ('user.delete', 'event.user-deleted') and state in ${UNFINISHED}))
           then admission else becomes end as admission
       from lanes before join jsonb_to_recordset($1) as gone (user_id uuid, count integer, leaves text[], becomes text)
         using (user_id)) after
     where l.user_id = after.user_id`,
    [
      JSON.stringify(
        leaving.map(({ userId, count, move }) => ({
          ...{ user_id: userId, count, leaves: move?.from ?? [], becomes: move?.to },
        })),
      ),
    ],
  );
}

/** Voids the access tokens from before that instant. */
export async function voidSessions(tx: EntityManager, userId: string, before: string): Promise<void> {
  await tx.query('update lanes set sessions_valid_from = $2 where user_id = $1', [userId, before]);
}

/**
 * Stops a lane whose ledger contradicts the services, until an operator has looked at it. If it was paused, it
 * has stood still since then, and is paused again when it is released.
 */
export async function halt(tx: EntityManager, userId: string, reason: string): Promise<void> {
  await tx.query(
    `update lanes set execution = 'halted', reason = $2, paused_at = coalesce(paused_at, now())
     where user_id = $1`,
    [userId, reason],
  );
}

/** Lets nothing more of the lane begin. What runs goes on. @returns whether the lane was running */
export async function pause(
  tx: EntityManager,
  userId: string,
  actorId: string,
  reason: string | null,
): Promise<boolean> {
  const rows = await update<unknown>(
    tx,
    `update lanes set execution = 'paused', paused_by = $2, reason = $3, paused_at = now()
     where user_id = $1 and execution = 'running' returning 1`,
    [userId, actorId, reason],
  );
  return rows.length > 0;
}

/** Lets a lane go on that was paused. @returns whether it was */
export function resume(tx: EntityManager, userId: string): Promise<boolean> {
  return goOn(tx, userId, `execution = 'paused'`);
}

/** Lets a lane go on that was halted; one that somebody had paused before is paused again. @returns whether it was */
export async function release(tx: EntityManager, userId: string): Promise<boolean> {
  if (await goOn(tx, userId, `execution = 'halted' and paused_by is null`)) return true;
  const rows = await update<unknown>(
    tx,
    `update lanes set execution = 'paused', reason = null
     where user_id = $1 and execution = 'halted' returning 1`,
    [userId],
  );
  return rows.length > 0;
}

async function goOn(tx: EntityManager, userId: string, guard: string): Promise<boolean> {
  // The time that the lane stood still does not count towards the deadline of what had begun.
  await tx.query(
    `update operations o set deadline_at = deadline_at + (now() - l.paused_at)
     from lanes l
     where l.user_id = $1 and ${guard} and o.user_id = $1 and o.state in ('running', 'retrying')`,
    [userId],
  );
  const rows = await update<unknown>(
    tx,
    `update lanes set execution = 'running', paused_by = null, reason = null, paused_at = null
     where user_id = $1 and ${guard} returning 1`,
    [userId],
  );
  return rows.length > 0;
}
