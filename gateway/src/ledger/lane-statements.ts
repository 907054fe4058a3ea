import type { OperationKind, ServiceName, StepName, TargetType } from '@turnpike/contracts';
import type { EntityManager } from 'typeorm';
import { update } from './sql.js';
import type { Admission } from './states.js';

/*
 * The lane: who has one, its lock, and taking a place in it.
 *
 * Every statement that changes the ledger is a named, guarded one in a file *-statements.ts. None is used outside
 * a transaction of the ledger, which has locked the lanes' rows in a statement of its own before: one statement
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
    'select user_id, admission, depth from lanes where user_id = any($1)',
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
