import type { Statements } from '@turnpike/service';

/** How long a client's key stands for its operation. */
export const KEPT = '24 hours';

/** A client's Idempotency-Key. */
export interface ClientKey {
  /** Whose: two callers' equal keys are two keys. */
  scope: string;
  key: string;
  /** A keyed hash of the request. */
  fingerprint: string;
}

export type Replay = { outcome: 'replayed'; operationId: string } | { outcome: 'key-reused' };

/** A client's key and the operation that it stands for. */
export interface Binding {
  clientKey: ClientKey;
  operationId: string;
}

/** Lets the keys of operations go that were not accepted after all. */
export async function releaseKeys(ledger: Statements, bindings: readonly Binding[]): Promise<void> {
  await ledger.query(
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
  ledger: Statements,
  { scope, key, fingerprint }: ClientKey,
): Promise<Replay | null> {
  const rows = await ledger.query<{ fingerprint: string; operation_id: string }>(
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
