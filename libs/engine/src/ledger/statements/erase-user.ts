import { erasing, type Statements } from '@turnpike/service';
import type { ClaimKey } from './claim.js';
import {
  IS_ABOUT_A_LANE,
  AUDIT_COLUMNS,
  BULK_RUN_COLUMNS,
  LANE_COLUMNS,
  OPERATION_COLUMNS,
} from '../personal-columns.js';

/**
 * Takes everything personal of a user out of the ledger, in the transaction that ends the purge: what the user's
 * writes held and answered, the keys of the user's requests, names and addresses in the audit trail, and what operators
 * wrote of their reasons; and the key under which all of that was sealed, so that older copies of these rows are of no
 * use either. Places, kinds, states and times stay: they are what proves the order. What it did is added to the purge's
 * receipt, of which it is all where an operator has ended the purge.
 */
export async function erase(tx: Statements, { userId, id }: ClaimKey): Promise<void> {
  const operations = await rows(tx, OPERATIONS, [userId, id]);
  const keys = await rows(tx, KEYS, [userId]);
  const lanes = await rows(tx, LANE, [userId]);
  // Before the entries of the user, by which it finds the runs.
  const runs = await rows(tx, BULK_RUNS, [userId]);
  const audit = await rows(tx, AUDIT, [userId]);
  const dataKeys = await destroyKey(tx, userId);
  await addToReceipt(tx, { userId, id }, [
    erasure('gateway.operations', operations, 'places, kinds, states and times'),
    erasure('gateway.idempotency_keys', keys, ''),
    erasure('gateway.lanes', lanes, 'its state, its counts and times'),
    erasure('gateway.bulk_runs', runs, 'who began it, when, and what it did to how many writes'),
    erasure('gateway.audit', audit, 'who did what and when'),
    erasure('gateway.data_keys', dataKeys, ''),
  ]);
}

const OPERATIONS = `update operations set ${erasing(OPERATION_COLUMNS)} where user_id = $1 returning 1`;

const KEYS = `delete from idempotency_keys where user_id = $1 or scope = 'user ' || $1::text returning 1`;

const LANE = `update lanes set ${erasing(LANE_COLUMNS)} 
  where user_id = $1 and (reason is not null or suspension_reason is not null) returning 1`;

const AUDIT = `update audit set ${erasing(AUDIT_COLUMNS)}
  where user_id = $1 and (reason is not null
    or ((before is not null or after is not null) and not ${IS_ABOUT_A_LANE})) returning 1`;

/**
 * A run over many writes has one reason, which stands with each of them in the audit trail. What was written about
 * several users goes with the first of them who is purged, from the entries of the others as well. Only entries that
 * operators make have a reason, and none of them has anything before or after.
 */
const BULK_RUNS = `with runs as materialized (
    select run.id, run.actor_id, run.reason, run.started_at
    from bulk_runs run
    where run.reason <> '' and ((run.filter ->> 'userId')::uuid = $1 or exists (
      select 1 from audit a where a.user_id = $1 and a.actor_id = run.actor_id and a.reason = run.reason
        and a.at >= run.started_at))
  ), others as (
    update audit a set ${erasing(AUDIT_COLUMNS)} from runs
    where a.actor_id = runs.actor_id and a.actor_id <> a.user_id and a.user_id <> $1 and a.reason = runs.reason
      and a.at >= runs.started_at
  )
  update bulk_runs set ${erasing(BULK_RUN_COLUMNS)} where id in (select id from runs) returning 1`;

async function rows(tx: Statements, sql: string, parameters: readonly string[]): Promise<number> {
  return (await tx.query<unknown>(sql, parameters)).length;
}

async function addToReceipt(
  tx: Statements,
  { userId, id }: Pick<ClaimKey, 'userId' | 'id'>,
  erasures: readonly object[],
): Promise<void> {
  await tx.query(
    `update operations
     set result = jsonb_set(coalesce(result, '{}'), '{erasures}', coalesce(result -> 'erasures', '[]') || $3::jsonb)
     where user_id = $1 and id = $2`,
    [userId, id, JSON.stringify(erasures)],
  );
}

/** Makes unreadable what is sealed of a user, in whatever copy of the ledger it may be. @returns how many keys */
export function destroyKey(tx: Statements, userId: string): Promise<number> {
  return rows(tx, 'delete from data_keys where user_id = $1 returning 1', [userId]);
}

function erasure(relation: string, erased: number, retained: string): object {
  return { relation, erased, retained };
}
