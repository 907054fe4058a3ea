"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.appendIntervention = appendIntervention;
exports.appendSetting = appendSetting;
exports.appendNotice = appendNotice;
/** Tells what an operator did. */
async function appendIntervention(ledger, done) {
    await ledger.query(`insert into audit (user_id, operation_id, actor_id, action, reason, before, after)
     values ($1, $2, $3, $4, $5, $6, $7)`, [
        ...[done.userId, done.operationId, done.actorId, done.action, done.reason],
        ...[jsonOrNull(done.change?.before ?? null), jsonOrNull(done.change?.after ?? null)],
    ]);
}
/** Tells what was done to a setting. */
async function appendSetting(ledger, done) {
    await ledger.query(`insert into audit (actor_id, action, reason, before, after) values ($1, $2, $3, $4, $5)`, [done.actorId, done.action, done.reason, jsonOrNull(done.before), jsonOrNull(done.after)]);
}
/** Tells what the system noticed by itself. */
async function appendNotice(ledger, { action, reason, before, after }) {
    await ledger.query(`insert into audit (action, reason, before, after) values ($1, $2, $3, $4)`, [
        action,
        reason,
        JSON.stringify(before),
        JSON.stringify(after),
    ]);
}
function jsonOrNull(content) {
    return content && JSON.stringify(content);
}
//# sourceMappingURL=audit.js.map