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

/** A client's key and the operation that it is to stand for. */
export interface Binding {
  clientKey: ClientKey;
  userId: string;
  operationId: string;
}

/**
 * Binds keys to operations, unless a key already stands for another one; an expired one is taken over. It waits
 * for a rival that is about to commit the same key, in the order of the keys, as everybody does.
 * @returns the operations whose keys are bound now
 */
export async function bindKeys(tx: EntityManager, bindings: readonly Binding[]): Promise<Set<string>> {
  const rows = await tx.query<{ operation_id: string }[]>(
    `insert into idempotency_keys as known (scope, key, fingerprint, user_id, operation_id)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::uuid[])
       as asked (scope, key, fingerprint, user_id, operation_id)
     order by scope, key
     on conflict (scope, key) do update
       set fingerprint = excluded.fingerprint, user_id = excluded.user_id,
         operation_id = excluded.operation_id, created_at = now()
       where known.created_at < now() - $6::interval
     returning operation_id`,
    [
      bindings.map(({ clientKey }) => clientKey.scope),
      bindings.map(({ clientKey }) => clientKey.key),
      bindings.map(({ clientKey }) => clientKey.fingerprint),
      bindings.map(({ userId }) => userId),
      bindings.map(({ operationId }) => operationId),
      KEPT,
    ],
  );
  return new Set(rows.map((row) => row.operation_id));
}

/** Lets the keys of operations go that were not accepted after all. */
export async function releaseKeys(tx: EntityManager, bindings: readonly Binding[]): Promise<void> {
  await tx.query(
    `delete from idempotency_keys k using unnest($1::text[], $2::text[], $3::uuid[]) as bound (scope, key, operation_id)
     where k.scope = bound.scope and k.key = bound.key and k.operation_id = bound.operation_id`,
    [
      bindings.map(({ clientKey }) => clientKey.scope),
      bindings.map(({ clientKey }) => clientKey.key),
      bindings.map(({ operationId }) => operationId),
    ],
  );
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
