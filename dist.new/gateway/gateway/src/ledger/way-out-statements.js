"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.findHalted = findHalted;
exports.reopen = reopen;
exports.endByHand = endByHand;
exports.voidSessions = voidSessions;
/** Of an operation `o` of the user `$1`. */
const IS_HALTED = `o.state = 'retrying' and (select execution from lanes where user_id = $1) = 'halted'`;
/** @returns the write at which that lane is halted, or null */
async function findHalted(ledger, userId) {
    const rows = await ledger.query(`select id, kind, seq, epoch, steps from operations o where user_id = $1 and ${IS_HALTED}`, [userId]);
    return rows[0] ?? null;
}
/**
 * Has a write carried out again from its beginning. A step that is closed gets a new key, since its service answers the
 * old one for ever as it did first; one that is in force, or may be, keeps its key. Its deadline begins anew, counted
 * from the halt, whose length is added when the lane goes on.
 * @returns whether the lane was halted at it
 */
async function reopen(tx, { userId, id, epoch }, deadlineMs) {
    const rows = await tx.query(`/* ledger.reopen */ update operations o
     set cancel_requested = false, crashes = 0, next_attempt_at = now(),
       deadline_at = (select paused_at from lanes where user_id = $1) + $4 * interval '1 ms',
       steps = (
         select jsonb_agg(case when step ->> 'state' in ('applied', 'pending') then step || '{"reopened": true}'
           else step - 'undoGeneration' - 'reopened' || jsonb_build_object('state', 'pending',
             'generation', coalesce((step ->> 'generation')::integer, 1) + 1) end order by place)
         from jsonb_array_elements(o.steps) with ordinality as known (step, place))
     where user_id = $1 and id = $2 and epoch = $3 and ${IS_HALTED} returning 1`, [userId, id, epoch, deadlineMs]);
    return rows.length > 0;
}
/**
 * Ends a write by hand, whatever its steps say, and tells the audit trail. The row names the operator: without one the
 * table refuses an end that contradicts its steps.
 * @returns the write's kind, or null where the lane is not halted at it
 */
async function endByHand(tx, end) {
    const { key, state, problem, steps, actorId } = end;
    const rows = await tx.query(`/* ledger.end-by-hand */ with ended as (
       update operations o
       set state = $4, finished_at = now(), next_attempt_at = null, problem = $5, steps = $6, ended_by = $7
       where user_id = $1 and id = $2 and epoch = $3 and ${IS_HALTED} and steps_follow(o.steps, $6)
       returning user_id, id, kind
     ), told as (
       insert into audit (user_id, operation_id, actor_id, action)
       select user_id, id, $7, kind || case $4 when 'succeeded' then '' else ' ' || $4 end from ended
     )
     select kind from ended`, [
        ...[key.userId, key.id, key.epoch, state],
        ...[problem && JSON.stringify(problem), JSON.stringify(steps), actorId],
    ]);
    return rows[0]?.kind ?? null;
}
/** A deletion that an operator calls carried out voids the user's tokens, as one does that a worker has carried out. */
async function voidSessions(tx, userId) {
    await tx.query('update lanes set sessions_valid_from = now() where user_id = $1', [userId]);
}
//# sourceMappingURL=way-out-statements.js.map