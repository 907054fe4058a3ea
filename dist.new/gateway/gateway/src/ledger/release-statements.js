"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.releaseHeads = releaseHeads;
exports.releaseHead = releaseHead;
exports.requestCancel = requestCancel;
exports.hurryRetries = hurryRetries;
exports.releaseOverdue = releaseOverdue;
exports.lockReconciliation = lockReconciliation;
const contracts_1 = require("../../../libs/contracts/src/index.js");
const sql_js_1 = require("./sql.js");
/**
 * Releases the heads of these lanes, where a lane runs and no worker has its head; one in retry when its time has come.
 * @returns the releases by the user
 */
async function releaseHeads(tx, userIds) {
    const rows = await tx.query(
    // Materialized: the planner may else look for the head of a lane once for each operation of it.
    `with heads as materialized (
       select l.user_id, head.id
       from lanes l, lateral (select id from operations where ${(0, sql_js_1.unfinishedIn)('l')} order by seq limit 1) head
       where l.user_id = any($1) and l.execution = 'running'
     )
     update operations o set release = release + 1, released_at = now() from heads
     where o.user_id = heads.user_id and o.id = heads.id and case state when 'running' then false else true end
     returning o.user_id, o.id, release,
       greatest(0, coalesce(extract(epoch from next_attempt_at - now()) * 1000, 0))::float8 as delay`, [userIds]);
    return new Map(rows.map(({ user_id, id, release, delay }) => [
        user_id,
        { userId: user_id, operationId: id, release, delayMs: Math.ceil(delay) },
    ]));
}
/** Releases the head of one lane. */
async function releaseHead(tx, userId) {
    return [...(await releaseHeads(tx, [userId])).values()];
}
/** Asks for a write in retry to be withdrawn, at once: a worker has to close its steps first. */
async function requestCancel(tx, userId, id) {
    const rows = await tx.query(`update operations
     set cancel_requested = true, next_attempt_at = now(), release = release + 1, released_at = now()
     where user_id = $1 and id = $2 and case state when 'retrying' then kind <> all($3) end returning release`, [userId, id, contracts_1.SYSTEM_KINDS]);
    return rows[0] ? { userId, operationId: id, release: rows[0].release, delayMs: 0 } : null;
}
/**
 * Lets writes in retry be due now whose last attempt that service has failed, or was held back from. It locks no lane, as
 * releaseOverdue does not; a lane that an operator holds keeps its time.
 * @param before only what was released earlier: a write that fails again while pages are gone through would otherwise be
 *   tried without a pause for as long as its service fails. Null for the first page
 * @returns the releases, none of which is a write that was due within the second
 */
async function hurryRetries(tx, service, { limit, before }) {
    const rows = await tx.query(`/* ledger.hurry */ with waiting as materialized (
       select o.user_id, o.id from operations o join lanes l using (user_id)
       where state in ${sql_js_1.UNFINISHED} and state = 'retrying' and l.execution = 'running'
         and next_attempt_at > now() + interval '1 s' and coalesce(problem ->> 'breaker', cause ->> 'service') = $1
         and released_at < coalesce($3::timestamptz, now())
       limit $2 for update of o skip locked
     )
     update operations o set next_attempt_at = now(), release = release + 1, released_at = now()
     from waiting where o.user_id = waiting.user_id and o.id = waiting.id
     returning o.user_id, o.id, release, now()::text as instant`, [service, limit, before]);
    const releases = rows.map(({ user_id, id, release }) => ({
        userId: user_id,
        operationId: id,
        release,
        delayMs: 0,
    }));
    return { releases, before: before ?? rows[0]?.instant ?? null };
}
/**
 * Finds, in a page of the lanes that have work and run, the heads that are due, without a live lease, and
 * released long enough ago, and marks them as released now. A head that somebody died with gets a new release
 * number, since its old job may still be held; a lost job is added again under the same one. It locks no
 * lane: all that it changes is a hint; and it passes by what somebody is at, since batches that are at several
 * would wait for it in another order.
 */
async function releaseOverdue(tx, after, { olderThanMs, limit }) {
    const users = await busyUsers(tx, after ?? BEFORE_ALL, limit);
    const rows = await tx.query(`/* ledger.reconcile */ with heads as materialized (
       select o.user_id, o.id
       from unnest($1::uuid[]) as busy (user_id), lanes lane,
         lateral (select id from operations where ${(0, sql_js_1.unfinishedIn)('lane')} order by seq limit 1) head,
         operations o
       where lane.user_id = busy.user_id and lane.execution = 'running'
         and o.user_id = lane.user_id and o.id = head.id and (released_at is null or released_at < now() - $2 * interval '1 ms')
         and case state
           when 'queued' then true
           when 'retrying' then next_attempt_at <= now()
           when 'running' then lease_until <= now() end
       for update of o skip locked
     )
     update operations o
     set release = release + case when release = 0 or state = 'running' then 1 else 0 end, released_at = now()
     from heads where o.user_id = heads.user_id and o.id = heads.id
     returning o.user_id, o.id, release`, [users, olderThanMs]);
    return {
        releases: rows.map(({ user_id, id, release }) => ({
            userId: user_id,
            operationId: id,
            release,
            delayMs: 0,
        })),
        next: users.length === limit ? users.at(-1) : null,
    };
}
/** No user has it: the walk begins behind it. */
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';
/**
 * The users after that one who have unfinished writes, in the order of their ids: from each to the next by the index of
 * what is unfinished, however much of it is theirs. Lanes know their depth, but an index of it would have to be kept
 * with every write.
 */
async function busyUsers(tx, after, limit) {
    const rows = await tx.query(`with recursive busy (user_id) as (
       select $1::uuid
       union all
       select (select user_id from operations
         where user_id > busy.user_id and state in ${sql_js_1.UNFINISHED} order by user_id limit 1)
       from busy where busy.user_id is not null
     )
     select user_id from busy where user_id is not null offset 1 limit $2`, [after, limit]);
    return rows.map((row) => row.user_id);
}
/**
 * One transaction at a time may reconcile: the others go their ways, or wait.
 * @returns whether this one may
 */
async function lockReconciliation(tx, turn) {
    const rows = await tx.query(turn === 'now' ? LOCK_NOW : LOCK_WAITING);
    return rows[0].locked;
}
const LOCK_KEY = `hashtext('turnpike.reconciler')`;
const LOCK_NOW = `select pg_try_advisory_xact_lock(${LOCK_KEY}) as locked`;
const LOCK_WAITING = `select true as locked from pg_advisory_xact_lock(${LOCK_KEY})`;
//# sourceMappingURL=release-statements.js.map