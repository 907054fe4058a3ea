import type { StepCall } from '@turnpike/service';
import type { EntityManager } from 'typeorm';

/**
 * Adds to the history of those orders that this step changed them. The row is written with the change, in one
 * transaction, so the table tells what was applied, by which claim and in which order. It is only appended to.
 */
export async function recordChanges(
  tx: EntityManager,
  { key, userId, fence }: StepCall,
  orderIds: readonly string[],
): Promise<void> {
  const step = key.slice(key.indexOf('/') + 1);
  await tx.query(
    `insert into order_changes (user_id, seq, epoch, order_id, step)
     select $1, $2, $3, order_id, $5 from unnest($4::uuid[]) as order_id`,
    [userId, fence.seq, fence.epoch, orderIds, step],
  );
}
