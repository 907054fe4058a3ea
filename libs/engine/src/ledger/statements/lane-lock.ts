import type { Statements } from '@turnpike/service';
import type { Admission } from '../states.js';

/*
 * The lane: who has one, and its lock. What all statements keep to stands in fragments.ts.
 */

export interface LaneState {
  admission: Admission;
}

/** A user who is about to have a lane, and the key of all that is personal in it. */
export interface NewUser {
  userId: string;
  dataKey: string;
}

/** Makes the lanes and the keys of new users; nothing but registrations does. */
export async function openLanes(tx: Statements, users: readonly NewUser[]): Promise<void> {
  await tx.query(
    `with opened as (
       insert into lanes (user_id) select unnest($1::uuid[])
     )
     insert into data_keys (user_id, wrapped) select * from unnest($1::uuid[], $2::text[])`,
    [users.map(({ userId }) => userId), users.map(({ dataKey }) => dataKey)],
  );
}

/** Takes the lanes of registrations back that are not accepted, and their keys with them. */
export async function removeLanes(tx: Statements, userIds: readonly string[]): Promise<void> {
  await tx.query('delete from lanes where user_id = any($1) and last_seq = 0', [userIds]);
}

/**
 * Makes a lane for users whom no registration of ours has made, where there is none: closed, it takes nothing but what
 * follows the user. What that finds may open it.
 */
export async function ensureLanes(tx: Statements, userIds: readonly string[]): Promise<void> {
  await tx.query(
    `insert into lanes (user_id, admission) select distinct unnest($1::uuid[]), 'closed' on conflict do nothing`,
    [userIds],
  );
}

/**
 * Locks lanes to the commit, in the order of their ids, as everybody does. The statements that follow know which they
 * are (LOCKED), so they can be sent without waiting for the answer.
 * @param wait whether to wait for whoever works on one of them, or to leave it out
 * @returns the users whose lanes are locked now
 */
export async function lockLanes(
  tx: Statements,
  userIds: readonly string[],
  { wait }: { wait: boolean },
): Promise<Set<string>> {
  const [row] = await tx.query<{ locked: string }>(wait ? LOCK : LOCK_FREE, [userIds]);
  return new Set(row!.locked.split(','));
}

const LOCK = `/* ledger.lock */ ${lockAnd('')}`;
const LOCK_FREE = `/* ledger.lock-free */ ${lockAnd('skip locked')}`;

function lockAnd(skip: string): string {
  return `with locked as materialized (
      select user_id from lanes where user_id = any($1) order by user_id for update ${skip}
    )
    select set_config('turnpike.locked', coalesce(string_agg(user_id::text, ','), ''), true) as locked from locked`;
}

/** Waits for whoever works on the lane, and keeps it to the commit. @returns whether there is such a lane */
export async function lockLane(tx: Statements, userId: string): Promise<boolean> {
  return (await lockLanes(tx, [userId], { wait: true })).has(userId);
}

/** @returns the lanes as they are now that they are locked */
export async function readLanes(tx: Statements, userIds: readonly string[]): Promise<Map<string, LaneState>> {
  const rows = await tx.query<LaneState & { user_id: string }>(
    'select user_id, admission from lanes where user_id = any($1)',
    [userIds],
  );
  return new Map(rows.map(({ user_id, ...lane }) => [user_id, lane]));
}
