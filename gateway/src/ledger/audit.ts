import type { InterventionAction } from '@turnpike/contracts';
import type { EntityManager } from 'typeorm';
import type { ClaimKey } from './claim-statements.js';
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

/** An operation that has ended. */
export interface Ended {
  key: ClaimKey;
  state: EndState;
  change?: Change;
}

/** Tells that operations have ended: `order.place`, or `order.place failed` where it did not succeed. */
export async function appendEnds(tx: EntityManager, ended: readonly Ended[]): Promise<void> {
  await tx.query(
    `insert into audit (user_id, operation_id, actor_id, action, before, after)
     select user_id, id, actor_id, kind || case when e.ends_as = 'succeeded' then '' else ' ' || e.ends_as end,
       e.was, e.is_now
     from operations join jsonb_to_recordset($1)
       as e (user_id uuid, id uuid, ends_as text, was jsonb, is_now jsonb) using (user_id, id)`,
    [
      JSON.stringify(
        ended.map(({ key, state, change }) => ({
          ...{ user_id: key.userId, id: key.id, ends_as: state },
          ...{ was: change?.before, is_now: change?.after },
        })),
      ),
    ],
  );
}

/** Tells what an operator did. */
export async function appendIntervention(tx: EntityManager, done: Intervention): Promise<void> {
  await tx.query(
    `insert into audit (user_id, operation_id, actor_id, action, reason) values ($1, $2, $3, $4, $5)`,
    [done.userId, done.operationId, done.actorId, done.action, done.reason],
  );
}
