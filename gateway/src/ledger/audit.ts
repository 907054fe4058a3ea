import type { InterventionAction } from '@turnpike/contracts';
import type { EntityManager } from 'typeorm';
import type { ClaimKey } from './claim-statements.js';
import { jsonOrNull } from './sql.js';
import type { EndState } from './states.js';

/*
 * The audit trail: who did what to whom, when, by which operation. It is appended to in the transaction of what it
 * tells of, and never changed; only a purge takes names and addresses out of it.
 */

/** Names and addresses before and after; null where the operation is not about them. */
export interface Change {
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

/** What an operator does to a lane or to a write in it. */
export interface Intervention {
  actorId: string;
  action: InterventionAction;
  userId: string;
  operationId: string | null;
  reason: string | null;
}

/** Tells that an operation has ended: `order.place`, or `order.place failed` where it did not succeed. */
export async function appendEnd(
  tx: EntityManager,
  { userId, id }: ClaimKey,
  { state, change }: { state: EndState; change?: Change },
): Promise<void> {
  await tx.query(
    `insert into audit (user_id, operation_id, actor_id, action, before, after)
     select user_id, id, actor_id, kind || case when $3::text = 'succeeded' then '' else ' ' || $3::text end, $4, $5
     from operations where user_id = $1 and id = $2`,
    [userId, id, state, jsonOrNull(change?.before), jsonOrNull(change?.after)],
  );
}

/** Tells what an operator did. */
export async function appendIntervention(tx: EntityManager, done: Intervention): Promise<void> {
  await tx.query(
    `insert into audit (user_id, operation_id, actor_id, action, reason) values ($1, $2, $3, $4, $5)`,
    [done.userId, done.operationId, done.actorId, done.action, done.reason],
  );
}
