"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.forgetOldAnswers = exports.RecordedAnswer = void 0;
exports.lockAndLook = lockAndLook;
exports.lockUser = lockUser;
exports.remembered = remembered;
exports.undoEffect = undoEffect;
exports.setTombstone = setTombstone;
exports.record = record;
exports.forgetAnswers = forgetAnswers;
exports.forgetUndone = forgetUndone;
const retention_js_1 = require("./retention.js");
/** A final answer: it was committed, and will be given again to whoever asks with its key. */
class RecordedAnswer {
    constructor(status, body) {
        this.status = status;
        this.body = body;
    }
}
exports.RecordedAnswer = RecordedAnswer;
/** How long an answer is remembered at least. It is forgotten only below the fence, where nobody can repeat it. */
const REMEMBER_AT_LEAST = '1 day';
/** The savepoint before a step's effect. */
const EFFECT = 'effect';
/** What is set is set now; what is neither set nor cleared stays. */
const TOMBSTONE = `tombstoned_at = case $5::text when 'set' then now() when 'clear' then null else tombstoned_at end`;
/**
 * Locks the user's row to the end of the transaction, making it if absent, and looks then, in a new statement, whether
 * the call was answered before. A savepoint comes with it, for {@link undoEffect}: the three are one round trip.
 */
async function lockAndLook(tx, { userId, key }) {
    const look = () => tx.together(() => Promise.all([lockFence(tx, userId), remembered(tx, key), tx.query(`savepoint ${EFFECT}`)]));
    let [fence, answer] = await look();
    if (!fence) {
        await makeFence(tx, userId);
        [fence, answer] = await look();
    }
    return { fence: fence, answer };
}
/** Locks the user's row to the end of the transaction, making it if absent. */
async function lockUser(tx, userId) {
    if (await lockFence(tx, userId))
        return;
    await makeFence(tx, userId);
    await lockFence(tx, userId);
}
async function lockFence(tx, userId) {
    const rows = await tx.query('select seq, epoch, tombstoned_at is not null as tombstoned from fences where user_id = $1 for update', [userId]);
    return rows[0];
}
async function makeFence(tx, userId) {
    await tx.query('insert into fences (user_id) values ($1) on conflict do nothing', [userId]);
}
async function remembered(tx, key) {
    const rows = await tx.query('select status, body, before from inbox where key = $1', [key]);
    return rows[0];
}
/** Takes back what was done since {@link lockAndLook}. */
async function undoEffect(tx) {
    await tx.query(`rollback to savepoint ${EFFECT}`);
}
/** Sets or takes away the tombstone of a user whose row is locked. */
async function setTombstone(tx, userId, tombstone) {
    const at = tombstone === 'set' ? 'now()' : 'null';
    await tx.query(`update fences set tombstoned_at = ${at} where user_id = $1`, [userId]);
}
/**
 * Commits the answer, together with the fence, the tombstone and the event of what was done. Old answers are not
 * forgotten here but by {@link forgetOldAnswers}: a step that looked for them passed by every answer of its user's day.
 */
async function record(tx, { key, userId, fence }, answer, { before, tombstone, event } = {}) {
    await tx.last.query(`/* step.record */
     with moved as (
       update fences set seq = $3, epoch = $4, ${TOMBSTONE}
       where user_id = $2
     ), told as (
       insert into outbox (user_id, type, operation_id)
       select $2, $9, $10 where $9::text is not null
     )
     insert into inbox (key, user_id, seq, status, body, before) values ($1, $2, $3, $6, $7, $8)`, [
        key,
        userId,
        fence.seq,
        fence.epoch,
        tombstone ?? null,
        answer.status,
        json(answer.body),
        json(before),
        event?.type ?? null,
        event?.operationId ?? null,
    ]);
    return answer;
}
/**
 * Forgets the answers of all earlier operations at once, for a purge: they repeat what the rows held. The step that
 * calls it moves the fence, below which nobody can ask for them any more.
 * @returns how many there were
 */
async function forgetAnswers(tx, { userId, fence }) {
    const [, forgotten] = await tx.query('delete from inbox where user_id = $1 and seq < $2', [userId, fence.seq]);
    return forgotten;
}
/** Forgets what a step answered, once it is undone: that it was applied, and no more, is still true. */
async function forgetUndone(tx, stepKey) {
    await tx.query(`update inbox set body = '{}', before = null where key = $1`, [stepKey]);
}
/**
 * Forgets old answers below the fence. Keys begin with the ids of operations, so they grow with
 * time. The last operation's answers stay however old they are: a lane that was paused may still ask for them.
 */
exports.forgetOldAnswers = (0, retention_js_1.walkOver)('inbox', {
    ...{ key: 'key', type: 'text', kept: REMEMBER_AT_LEAST, since: 'answered_at' },
    goes: `t.answered_at < now() - interval '${REMEMBER_AT_LEAST}'
    and t.seq < (select seq from fences where user_id = t.user_id)`,
});
function json(value) {
    return value === undefined ? null : JSON.stringify(value);
}
//# sourceMappingURL=inbox.js.map