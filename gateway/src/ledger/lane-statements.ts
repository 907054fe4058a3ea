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

/** Makes the lane of a new user; nothing but a registration does. */
export async function openLane(tx: EntityManager, userId: string): Promise<void> {
  await tx.query('insert into lanes (user_id) values ($1)', [userId]);
}

/**
 * Makes a lane for a user whom no registration of ours has made, if there is none: closed, it takes nothing but what
 * follows the user. What that finds may open it.
 */
export async function ensureLane(tx: EntityManager, userId: string): Promise<void> {
  await tx.query(`insert into lanes (user_id, admission) values ($1, 'closed') on conflict do nothing`, [
    userId,
  ]);
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

/** What a write needs of its lane to get a place in it. */
export interface Terms {
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
 * Takes a place in the lane. The guards decide in the statement that raises last_seq, so a refused write
 * leaves no gap.
 * @returns null if the lane does not take the write
 */
export async function takePlace(tx: EntityManager, userId: string, terms: Terms): Promise<Place | null> {
  const rows = await update<{ last_seq: number; depth: number }>(
    tx,
    `update lanes set last_seq = last_seq + 1, depth = depth + 1,
       admission = case when admission = $4::text then $5::text else admission end
     where user_id = $1 and admission = any($2) and ($3::integer is null or depth < $3)
       and ($6::float8 is null or deleted_at <= now() - $6 * interval '1 ms')
     returning last_seq, depth`,
    [
      userId,
      terms.in,
      terms.maxDepth,
      terms.moves?.from ?? null,
      terms.moves?.to ?? null,
      terms.deletedForMs ?? null,
    ],
  );
  return rows[0] ? { seq: rows[0].last_seq, isHead: rows[0].depth === 1 } : null;
}

/** Writes the operation and its steps down. A head is released with it: its job is added after the commit. */
export async function append(tx: EntityManager, operation: NewOperation, place: Place): Promise<void> {
  await tx.query(
    `with operation as (
       insert into operations (user_id, seq, id, kind, actor_id, target_type, target_id, payload, if_match,
         traceparent, release, released_at, retry_of)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
         case when $11 then 1 else 0 end, case when $11 then now() end, $14)
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
      operation.retryOf ?? null,
    ],
  );
}

/** Remembers whose lane an order belongs to; a retried placement has the order's id of the first. */
export async function indexOrder(tx: EntityManager, orderId: string, userId: string): Promise<void> {
  await tx.query('insert into order_lanes (order_id, user_id) values ($1, $2) on conflict do nothing', [
    orderId,
    userId,
  ]);
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

/**
 * Takes operations that have ended out of the lane's depth, and lets the end change its admission. A lane does not
 * open while another deletion waits in it.
 */
export async function leaveLane(
  tx: EntityManager,
  userId: string,
  count: number,
  move: AdmissionMove | null = null,
): Promise<void> {
  await tx.query(
    `update lanes l set depth = depth - $2, admission = after.admission,
       deleted_at = case after.admission when 'open' then null else
         case when l.deleted_at is null and after.admission = 'deleted' then now() else l.deleted_at end end
     from (select case when $4::text is null or admission <> all($3::text[])
         or ($4 = 'open' and exists (select 1 from operations where user_id = $1
           and kind in ('user.delete', 'event.user-deleted') and state in ${UNFINISHED}))
         then admission else $4 end as admission
       from lanes where user_id = $1) after
     where l.user_id = $1`,
    [userId, count, move?.from ?? [], move?.to ?? null],
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
