"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.halt = halt;
exports.pause = pause;
exports.resume = resume;
exports.release = release;
/*
 * Whether a lane's writes are carried out: operators pause lanes, contradictions halt them.
 *
 * What all statements keep to stands in sql.ts.
 */
/**
 * Stops a lane whose ledger contradicts the services, until an operator has looked at it. If it was paused, it
 * has stood still since then, and is paused again when it is released.
 */
async function halt(tx, userId, reason) {
    await tx.query(`update lanes set execution = 'halted', reason = $2, paused_at = coalesce(paused_at, now())
     where user_id = $1`, [userId, reason]);
}
/** Lets nothing more of the lane begin. What runs goes on. @returns whether the lane was running */
async function pause(tx, userId, actorId, reason) {
    const rows = await tx.query(`update lanes set execution = 'paused', paused_by = $2, reason = $3, paused_at = now()
     where user_id = $1 and execution = 'running' returning 1`, [userId, actorId, reason]);
    return rows.length > 0;
}
/** Lets a lane go on that was paused. @returns whether it was */
function resume(tx, userId) {
    return goOn(tx, userId, `execution = 'paused'`);
}
/** Lets a lane go on that was halted; one that somebody had paused before is paused again. @returns whether it was */
async function release(tx, userId) {
    if (await goOn(tx, userId, `execution = 'halted' and paused_by is null`))
        return true;
    const rows = await tx.query(`update lanes set execution = 'paused', reason = null
     where user_id = $1 and execution = 'halted' returning 1`, [userId]);
    return rows.length > 0;
}
async function goOn(tx, userId, guard) {
    // The time that the lane stood still does not count towards the deadline of what had begun.
    await tx.query(`update operations o set deadline_at = deadline_at + (now() - l.paused_at)
     from lanes l
     where l.user_id = $1 and ${guard} and o.user_id = $1 and o.state in ('running', 'retrying')`, [userId]);
    const rows = await tx.query(`update lanes set execution = 'running', paused_by = null, reason = null, paused_at = null
     where user_id = $1 and ${guard} returning 1`, [userId]);
    return rows.length > 0;
}
//# sourceMappingURL=execution-statements.js.map