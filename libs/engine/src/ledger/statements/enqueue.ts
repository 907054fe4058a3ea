import type { Statements } from '@turnpike/service';
import { headsOf, OF_SYSTEM, UNFINISHED } from './fragments.js';

/*
 * The release: which operation may be queued now. Only the head of a lane ever is, and the first beside it.
 *
 * What all statements keep to stands in fragments.ts.
 */

/** An operation to be put on the queue. The number makes the job's id new with every release. */
export interface Release {
  userId: string;
  operationId: string;
  release: number;
  /** Milliseconds to wait. */
  delayMs: number;
}

/** Releases the heads of a lane, where no worker has them; those in retry when their time has come. */
export async function releaseHeads(tx: Statements, userId: string): Promise<Release[]> {
  const rows = await tx.query<{ id: string; release: number; delay: number }>(
    // Materialized: the planner may else look for the head of a lane once for each operation of it.
    `with heads as materialized (
       ${headsOf('l.user_id = $1')}
     )
     update operations o set release = release + 1, released_at = now() from heads
     where o.user_id = heads.user_id and o.id = heads.id and case state when 'running' then false else true end
     returning o.id, release,
       greatest(0, coalesce(extract(epoch from next_attempt_at - now()) * 1000, 0))::float8 as delay`,
    [userId],
  );
  return rows.map(({ id, release, delay }) => ({
    ...{ userId, operationId: id, release },
    delayMs: Math.ceil(delay),
  }));
}

/** Asks for a write in retry to be withdrawn, at once: a worker has to close its steps first. */
export async function requestCancel(tx: Statements, userId: string, id: string): Promise<Release | null> {
  const rows = await tx.query<{ release: number }>(
    `update operations
     set cancel_requested = true, next_attempt_at = now(), release = release + 1, released_at = now()
     where user_id = $1 and id = $2 and case state when 'retrying' then effect not in ${OF_SYSTEM} end returning release`,
    [userId, id],
  );
  return rows[0] ? { userId, operationId: id, release: rows[0].release, delayMs: 0 } : null;
}

/** A page of writes that are due now; `before` is for the following pages: the instant of the first. */
export interface HurriedPage {
  releases: Release[];
  before: string | null;
}

/**
 * Lets writes in retry be due now whose last attempt that service has failed, or was held back from. It locks no lane, as
 * releaseOverdue does not; what is in line in a lane that an operator holds keeps its time.
 * @param before only what was released earlier: a write that fails again while pages are gone through would otherwise be
 *   tried without a pause for as long as its service fails. Null for the first page
 * @returns the releases, none of which is a write that was due within the second
 */
export async function hurryRetries(
  tx: Statements,
  service: string,
  { limit, before }: { limit: number; before: string | null },
): Promise<HurriedPage> {
  const rows = await tx.query<{ user_id: string; id: string; release: number; instant: string }>(
    `/* ledger.hurry */ with waiting as materialized (
       select o.user_id, o.id from operations o join lanes l using (user_id)
       where state in ${UNFINISHED} and state = 'retrying' and (o.beside or l.execution = 'running')
         and next_attempt_at > now() + interval '1 s' and coalesce(problem ->> 'breaker', cause ->> 'service') = $1
         and released_at < coalesce($3::timestamptz, now())
       limit $2 for update of o skip locked
     )
     update operations o set next_attempt_at = now(), release = release + 1, released_at = now()
     from waiting where o.user_id = waiting.user_id and o.id = waiting.id
     returning o.user_id, o.id, release, now()::text as instant`,
    [service, limit, before],
  );
  const releases = rows.map(({ user_id, id, release }) => ({
    userId: user_id,
    operationId: id,
    release,
    delayMs: 0,
  }));
  return { releases, before: before ?? rows[0]?.instant ?? null };
}

/** A page of a walk over the lanes; `next` is where the following page begins, null after the last. */
export interface OverduePage {
  releases: Release[];
  next: string | null;
}

/**
 * Finds, in a page of the lanes that have work, the heads that are due, without a live lease, and
 * released long enough ago, and marks them as released now. A head that somebody died with gets a new release
 * number, since its old job may still be held; a lost job is added again under the same one. It locks no
 * lane: all that it changes is a hint; and it passes by what somebody is at, since batches that are at several
 * would wait for it in another order.
 */
export async function releaseOverdue(
  tx: Statements,
  after: string | null,
  { olderThanMs, limit }: { olderThanMs: number; limit: number },
): Promise<OverduePage> {
  const users = await busyUsers(tx, after ?? BEFORE_ALL, limit);
  const rows = await tx.query<{ user_id: string; id: string; release: number }>(
    `/* ledger.reconcile */ with heads as materialized (
       select o.user_id, o.id
       from (${headsOf('l.user_id = any($1::uuid[])')}) head,
         operations o
       where o.user_id = head.user_id and o.id = head.id and (released_at is null or released_at < now() - $2 * interval '1 ms')
         and case state
           when 'queued' then true
           when 'retrying' then next_attempt_at <= now()
           when 'running' then lease_until <= now() end
       for update of o skip locked
     )
     update operations o
     set release = release + case when release = 0 or state = 'running' then 1 else 0 end, released_at = now()
     from heads where o.user_id = heads.user_id and o.id = heads.id
     returning o.user_id, o.id, release`,
    [users, olderThanMs],
  );
  return {
    releases: rows.map(({ user_id, id, release }) => ({
      userId: user_id,
      operationId: id,
      release,
      delayMs: 0,
    })),
    next: users.length === limit ? users.at(-1)! : null,
  };
}

/** No user has it: the walk begins behind it. */
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/**
 * The users after that one who have unfinished writes, in the order of their ids: from each to the next by the index of
 * what is unfinished, however much of it is theirs. Lanes know their depth, but an index of it would have to be kept
 * with every write.
 */
async function busyUsers(tx: Statements, after: string, limit: number): Promise<string[]> {
  const rows = await tx.query<{ user_id: string }>(
    `with recursive busy (user_id) as (
       select $1::uuid
       union all
       select (select user_id from operations
         where user_id > busy.user_id and state in ${UNFINISHED} order by user_id limit 1)
       from busy where busy.user_id is not null
     )
     select user_id from busy where user_id is not null offset 1 limit $2`,
    [after, limit],
  );
  return rows.map((row) => row.user_id);
}

/**
 * One transaction at a time may reconcile: the others go their ways, or wait.
 * @returns whether this one may
 */
export async function lockReconciliation(tx: Statements, turn: 'now' | 'waits'): Promise<boolean> {
  const rows = await tx.query<{ locked: boolean }>(turn === 'now' ? LOCK_NOW : LOCK_WAITING);
  return rows[0]!.locked;
}

const LOCK_KEY = `hashtext('turnpike.reconciler')`;
const LOCK_NOW = `select pg_try_advisory_xact_lock(${LOCK_KEY}) as locked`;
const LOCK_WAITING = `select true as locked from pg_advisory_xact_lock(${LOCK_KEY})`;
