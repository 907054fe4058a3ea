import type { Statements } from '@turnpike/service';

/*
 * Whether a lane's writes are carried out: operators pause lanes, contradictions halt them.
 *
 * What all statements keep to stands in fragments.ts.
 */

/**
 * Stops a lane whose ledger contradicts the services, until an operator has looked at it. If it was paused, it
 * has stood still since then, and is paused again when it is released.
 */
export async function halt(tx: Statements, userId: string, reason: string): Promise<void> {
  await tx.query(
    `update lanes set execution = 'halted', reason = $2, paused_at = coalesce(paused_at, now())
     where user_id = $1`,
    [userId, reason],
  );
}

/** Lets nothing more of the lane begin. What runs goes on. @returns whether the lane was running */
export async function pause(
  tx: Statements,
  userId: string,
  actorId: string,
  reason: string | null,
): Promise<boolean> {
  const rows = await tx.query<unknown>(
    // Nothing would erase the reason of a lane whose user is purged.
    `update lanes set execution = 'paused', paused_by = $2, paused_at = now(),
       reason = case when admission = 'closed' then null else $3 end
     where user_id = $1 and execution = 'running' returning 1`,
    [userId, actorId, reason],
  );
  return rows.length > 0;
}

/** Lets a lane go on that was paused. @returns whether it was */
export function resume(tx: Statements, userId: string): Promise<boolean> {
  return goOn(tx, userId, `execution = 'paused'`);
}

/** Lets a lane go on that was halted; one that somebody had paused before is paused again. @returns whether it was */
export async function release(tx: Statements, userId: string): Promise<boolean> {
  if (await goOn(tx, userId, `execution = 'halted' and paused_by is null`)) return true;
  const rows = await tx.query<unknown>(
    `update lanes set execution = 'paused', reason = null
     where user_id = $1 and execution = 'halted' returning 1`,
    [userId],
  );
  return rows.length > 0;
}

async function goOn(tx: Statements, userId: string, guard: string): Promise<boolean> {
  // The time that the lane stood still does not count towards the deadline of what had begun in line.
  await tx.query(
    `update operations o set deadline_at = deadline_at + (now() - l.paused_at)
     from lanes l
     where l.user_id = $1 and ${guard} and o.user_id = $1 and o.state in ('running', 'retrying') and not o.beside`,
    [userId],
  );
  const rows = await tx.query<unknown>(
    `update lanes set execution = 'running', paused_by = null, reason = null, paused_at = null
     where user_id = $1 and ${guard} returning 1`,
    [userId],
  );
  return rows.length > 0;
}
