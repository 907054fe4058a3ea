import type { Statements } from '@turnpike/service';
import type { ClaimKey } from './claim-statements.js';

/**
 * Takes everything personal of a user out of the ledger, in the transaction that ends the purge: what the user's
 * writes held and answered, the keys of the user's requests, and names and addresses in the audit trail; and the key
 * under which all of that was sealed, so that older copies of these rows are of no use either. Places, kinds, states
 * and times stay: they are what proves the order. What it did is added to the purge's receipt.
 */
export async function erase(tx: Statements, { userId, id }: ClaimKey): Promise<void> {
  const operations = await tx.query<unknown>(
    `update operations set payload = '{}', result = case when id = $2 then result end, if_match = null,
       problem = case when problem is null then null
         else jsonb_build_object('type', problem -> 'type', 'title', problem -> 'title',
           'status', problem -> 'status', 'code', problem -> 'code') end
     where user_id = $1 returning 1`,
    [userId, id],
  );
  const keys = await tx.query<unknown>(
    `delete from idempotency_keys where user_id = $1 or scope = 'user ' || $1::text returning 1`,
    [userId],
  );
  const audit = await tx.query<unknown>(
    `update audit set before = null, after = null
     where user_id = $1 and (before is not null or after is not null) returning 1`,
    [userId],
  );
  const dataKeys = await destroyKey(tx, userId);
  await tx.query(
    `update operations set result = jsonb_set(result, '{erasures}', coalesce(result -> 'erasures', '[]') || $3::jsonb)
     where user_id = $1 and id = $2`,
    [
      userId,
      id,
      JSON.stringify([
        erasure('gateway.operations', operations.length, 'places, kinds, states and times'),
        erasure('gateway.idempotency_keys', keys.length, ''),
        erasure('gateway.audit', audit.length, 'who did what and when'),
        erasure('gateway.data_keys', dataKeys, ''),
      ]),
    ],
  );
}

/** Makes unreadable what is sealed of a user, in whatever copy of the ledger it may be. @returns how many keys */
export async function destroyKey(tx: Statements, userId: string): Promise<number> {
  const keys = await tx.query<unknown>('delete from data_keys where user_id = $1 returning 1', [userId]);
  return keys.length;
}

function erasure(relation: string, erased: number, retained: string): object {
  return { relation, erased, retained };
}
