"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.end = end;
const changes_js_1 = require("./changes.js");
const claim_statements_js_1 = require("./claim-statements.js");
const leaving_statements_js_1 = require("./leaving-statements.js");
const sql_js_1 = require("./sql.js");
/**
 * Ends claimed operations, tells the audit trail, takes them out of their lanes, and gives or releases the next heads.
 * The guard over their steps is the promise itself: a success has every step in force, any other end has none, and
 * none that could still come into force.
 * @returns what has ended; of any other the claim no longer holds, or its steps contradict it
 */
async function end(tx, ends) {
    const rows = await tx.query(`/* ledger.end */ with e as materialized (
       select * from jsonb_to_recordset($1) as e (
         user_id uuid, id uuid, epoch integer, ends_as text, ends_with jsonb, because jsonb, failure jsonb, known jsonb,
         was jsonb, is_now jsonb, leaves text[], becomes text, voids_before timestamptz, proceeds boolean,
         worker text, lease_ms float8, deadline_ms float8)
       where user_id = any(${sql_js_1.LOCKED})
     ), ended as (
       update operations o
       set state = e.ends_as, finished_at = now(), result = e.ends_with, problem = e.because,
         cause = coalesce(e.failure, o.cause), steps = e.known,
         lease_until = null, worker = null, ${(0, changes_js_1.changesAnd)(changes_js_1.NEXT_PASSAGE)}
       from e
       where o.user_id = e.user_id and o.id = e.id and case o.state when 'running' then o.epoch = e.epoch end
         and steps_follow(o.steps, e.known) and steps_allow(e.known, e.ends_as)
       returning o.user_id, o.seq, o.id, o.kind, o.actor_id, e.ends_as, e.was, e.is_now, e.leaves, e.becomes,
         e.voids_before, e.proceeds, e.worker, e.lease_ms, e.deadline_ms, o.changes[cardinality(o.changes)] as passage
     ), told as (
       insert into audit (user_id, operation_id, actor_id, action, before, after)
       select user_id, id, actor_id, kind || case ends_as when 'succeeded' then '' else ' ' || ends_as end, was, is_now
       from ended
     ), gone as (
       update lanes l
       set depth = depth - 1, ended_to = ${(0, leaving_statements_js_1.endedToAfter)('ended')}, ${(0, leaving_statements_js_1.countedAs)('ended', '1')}, admission = ${(0, leaving_statements_js_1.admissionAfter)('ended')},
         deleted_at = ${(0, leaving_statements_js_1.deletedAtAfter)('ended')},
         sessions_valid_from = greatest(ended.voids_before, sessions_valid_from)
       from ended where l.user_id = ended.user_id
     ), heads as (
       select ended.*, (select o.id from operations o
         where o.user_id = ended.user_id and o.seq > ended.seq and o.state in ${sql_js_1.UNFINISHED}
         order by o.seq limit 1) as next
       from ended -- which was under way: what comes next cannot be, too
       where proceeds and (select execution from lanes where user_id = ended.user_id) = 'running'
     ), claimed as (
       update operations o set ${(0, claim_statements_js_1.claimAfter)('c.passage')}
       from heads c
       where o.user_id = c.user_id and o.id = c.next and c.worker is not null
       returning ${claim_statements_js_1.CLAIMED}
     ), released as (
       update operations o set release = release + 1, released_at = now()
       from heads
       where o.user_id = heads.user_id and o.id = heads.next and heads.worker is null
       returning o.user_id as "userId", o.id as "operationId", release, 0 as "delayMs"
     )
     select 'ended' as what, id, null::jsonb as value from ended
     union all select 'claimed', user_id, to_jsonb(claimed) from claimed
     union all select 'released', "userId", to_jsonb(released) from released`, [JSON.stringify(ends.map(rowOf))]);
    return {
        ended: new Set(valuesOf(rows, 'ended').keys()),
        claimed: valuesOf(rows, 'claimed'),
        released: valuesOf(rows, 'released'),
    };
}
/** Member by member: put together from parts it took 3 % of a busy worker's time. */
function rowOf({ key, change, move, next, ...end }) {
    return {
        user_id: key.userId,
        id: key.id,
        epoch: key.epoch,
        ends_as: end.state,
        ends_with: end.result,
        because: end.problem,
        failure: end.cause,
        known: end.steps,
        was: change?.before,
        is_now: change?.after,
        leaves: move?.from ?? [],
        becomes: move?.to,
        voids_before: end.voidsSessionsBefore,
        proceeds: end.proceeds,
        worker: next?.worker,
        lease_ms: next?.leaseMs,
        deadline_ms: next?.deadlineMs,
    };
}
/** @returns the values of that kind of rows, by their ids */
function valuesOf(rows, what) {
    return new Map(rows.flatMap((row) => (row.what === what ? [[row.id, row.value]] : [])));
}
//# sourceMappingURL=end-statements.js.map