import type { Statements, Trim, Trimmed } from '@turnpike/service';

/** For how long a client's key stands for its operation after that has ended. */
const KEPT = '24 hours';

/** Keys that are looked at together when those that have expired are removed: some ten milliseconds. */
const PAGE = 1000;

/** Milliseconds from one look at all old keys to the next: those of writes that wait for days are looked at again. */
const TRIM_EVERY_MS = 3_600_000;

/**
 * Whether a key has expired: a day after its operation has ended, since until then a client may still be waiting for
 * the answer. The age of the key comes first: it decides for nearly all keys without a look at the operation, and for a
 * key that was bound a moment ago by a transaction whose operation this statement does not see.
 * @param key the table `idempotency_keys`, as the statement calls it
 */
export function isExpired(key: string): string {
  return `(${key}.created_at < now() - interval '${KEPT}' and not exists (
    select 1 from operations kept where kept.user_id = ${key}.user_id and kept.id = ${key}.operation_id
      and (kept.finished_at is null or kept.finished_at >= now() - interval '${KEPT}')))`;
}

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
     where scope = $1 and key = $2 and not ${isExpired('idempotency_keys')}`,
    [scope, key],
  );
  const known = rows[0];
  if (!known) return null;
  return known.fingerprint === fingerprint
    ? { outcome: 'replayed', operationId: known.operation_id }
    : { outcome: 'key-reused' };
}

/** What a request has made beside the lanes, or had made before under the same key. */
export type Made<Thing> = { outcome: 'made' | 'replayed'; thing: Thing | null } | { outcome: 'key-reused' };

/** How a thing is made, and how it is found when its request comes again. Null where it cannot be, or is gone. */
export interface Making<Thing> {
  id: string;
  actorId: string;
  make: () => Promise<Thing | null>;
  find: (id: string) => Promise<Thing | null>;
}

/**
 * Makes something once, however often its request is sent under the same key, in the transaction `tx`. A rival with
 * the same key waits for the end of it. The key of what was not made stays free.
 */
export async function makeOnce<Thing>(
  tx: Statements,
  clientKey: ClientKey | null,
  { id, actorId, make, find }: Making<Thing>,
): Promise<Made<Thing>> {
  if (clientKey && !(await bind(tx, clientKey, actorId, id))) {
    const replay = (await findReplay(tx, clientKey))!;
    if (replay.outcome === 'key-reused') return replay;
    return { outcome: 'replayed', thing: await find(replay.operationId) };
  }
  const thing = await make();
  if (clientKey && thing === null) await releaseKeys(tx, [{ clientKey, operationId: id }]);
  return { outcome: 'made', thing };
}

/** @returns whether the key is bound to that id now; if not, it stands for another */
async function bind(tx: Statements, clientKey: ClientKey, actorId: string, id: string): Promise<boolean> {
  const { scope, key, fingerprint } = clientKey;
  const rows = await tx.query<unknown>(
    `insert into idempotency_keys as known (scope, key, fingerprint, user_id, operation_id)
     values ($1, $2, $3, $4, $5)
     on conflict (scope, key) do update
       set fingerprint = excluded.fingerprint, user_id = excluded.user_id,
         operation_id = excluded.operation_id, created_at = now()
       where ${isExpired('known')}
     returning 1`,
    [scope, key, fingerprint, actorId, id],
  );
  return rows.length > 0;
}

/**
 * Removes expired keys, the oldest first. The walk goes on behind the keys of writes that have not ended, so however
 * many of those there are, no statement looks at more than a page of them.
 */
export const trimKeys: Trim = {
  table: 'idempotency_keys',
  everyMs: TRIM_EVERY_MS,
  batch: async (tx, after) => {
    const [trimmed] = await tx.query<Trimmed>(
      `with page as materialized (
         select scope, key, created_at from idempotency_keys
         where created_at < now() - interval '${KEPT}'
           and ($1::jsonb is null or (created_at, key) > (($1::jsonb ->> 0)::timestamptz, $1::jsonb ->> 1))
         order by created_at, key limit ${PAGE}
       ), old as materialized (
         select t.ctid from page join idempotency_keys t using (scope, key)
         where ${isExpired('t')} for update of t skip locked
       ), trimmed as (
         delete from idempotency_keys where ctid = any(array(select ctid from old)) returning 1
       )
       select (select count(*)::integer from trimmed) as trimmed, case when count(*) = ${PAGE} then
         (select jsonb_build_array(created_at, key)::text from page order by created_at desc, key desc limit 1) end as next
       from page`,
      [after],
    );
    return trimmed!;
  },
};
