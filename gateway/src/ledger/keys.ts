import type { EntityManager } from 'typeorm';

/** How long a client's key stands for its operation. */
const KEPT = '24 hours';

/** A client's Idempotency-Key. */
export interface ClientKey {
  /** Whose: two callers' equal keys are two keys. */
  scope: string;
  key: string;
  /** A keyed hash of the request. */
  fingerprint: string;
}

export type Replay = { outcome: 'replayed'; operationId: string } | { outcome: 'key-reused' };

/**
 * Binds the key to the operation, unless it already stands for another; an expired one is taken over. It waits
 * for a rival that is about to commit the same key. @returns whether it is bound now
 */
export async function bindKey(
  tx: EntityManager,
  { scope, key, fingerprint }: ClientKey,
  userId: string,
  operationId: string,
): Promise<boolean> {
  const rows = await tx.query<unknown[]>(
    `insert into idempotency_keys as known (scope, key, fingerprint, user_id, operation_id)
     values ($1, $2, $3, $4, $5)
     on conflict (scope, key) do update
       set fingerprint = excluded.fingerprint, user_id = excluded.user_id,
         operation_id = excluded.operation_id, created_at = now()
       where known.created_at < now() - $6::interval
     returning 1`,
    [scope, key, fingerprint, userId, operationId, KEPT],
  );
  return rows.length > 0;
}

/** @returns what the key stands for, or null */
export async function findReplay(
  tx: EntityManager,
  { scope, key, fingerprint }: ClientKey,
): Promise<Replay | null> {
  const rows = await tx.query<{ fingerprint: string; operation_id: string }[]>(
    `select fingerprint, operation_id from idempotency_keys
     where scope = $1 and key = $2 and created_at >= now() - $3::interval`,
    [scope, key, KEPT],
  );
  const known = rows[0];
  if (!known) return null;
  return known.fingerprint === fingerprint
    ? { outcome: 'replayed', operationId: known.operation_id }
    : { outcome: 'key-reused' };
}

/** Forgets some expired keys. @returns how many */
export async function forgetExpiredKeys(tx: EntityManager, limit: number): Promise<number> {
  const rows = await tx.query<unknown[]>(
    `with expired as (
       select scope, key from idempotency_keys where created_at < now() - $1::interval
       order by created_at limit $2 for update skip locked
     ), forgotten as (
       delete from idempotency_keys k using expired e where k.scope = e.scope and k.key = e.key returning 1
     )
     select * from forgotten`,
    [KEPT, limit],
  );
  return rows.length;
}
