import { type OperationKind, type ProblemBody, SYSTEM_KINDS } from '@turnpike/contracts';
import type { EntityManager } from 'typeorm';
import { UNFINISHED, update } from './sql.js';
import type { AdmissionMove } from './states.js';

/*
 * Leaving a lane: what is withdrawn or refused before it began, and what an end means for the lane.
 *
 * Every statement that changes the ledger is a named, guarded one in a file *-statements.ts. None is used outside
 * a transaction of the ledger, which has locked the lanes' rows in a statement of its own before: one statement
 * that locks a row and reads another table would see that table as it was before the wait.
 */

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
