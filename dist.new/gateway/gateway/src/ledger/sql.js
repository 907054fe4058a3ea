"use strict";
/*
 * Every statement that changes the ledger is a named, guarded one in a file *-statements.ts. None is used outside
 * a transaction of the ledger, which has locked the lanes' rows in a statement of its own before: one statement
 * that locks a row and reads another table would see that table as it was before the wait.
 *
 * Those that write batches say with their parts (`with … as`) what follows from what. All parts see the tables as
 * they were before the statement; what a part has changed the others know from its `returning` alone. They look
 * rows up by their keys and ask for the state in a `case`: where a condition says plainly that a row is unfinished,
 * the planner may walk the partial index of all that are, which is short when it plans and long in a backlog.
 */
Object.defineProperty(exports, "__esModule", { value: true });
exports.UNREPEATED = exports.UNFINISHED = exports.LOCKED = void 0;
exports.unfinishedIn = unfinishedIn;
exports.positionBefore = positionBefore;
/** The users whose lanes this transaction has locked: those that a batch may write in. */
exports.LOCKED = `array(select unnest(string_to_array(current_setting('turnpike.locked', true), ','))::uuid)`;
/** The states of an operation that has not ended, for SQL. */
exports.UNFINISHED = `('queued', 'running', 'retrying')`;
/**
 * The condition of a look for what is unfinished in a lane: it begins behind what is known to have ended. Else it would
 * pass by an entry of the index for each write that has ended since the oldest open snapshot: 5,000 pages after as many
 * writes as an hour's.
 * @param lane the alias of the lane's row
 */
function unfinishedIn(lane) {
    return `user_id = ${lane}.user_id and seq > ${lane}.ended_to and state in ${exports.UNFINISHED}`;
}
/** The states of a repetition after which another one may come, for SQL; the index `one_repetition` has the same. */
exports.UNREPEATED = `('failed', 'cancelled', 'rejected')`;
/** How many writes of a lane have to end before that place, and the last of those. */
function positionBefore(userId, seq) {
    return `select count(*)::integer as position, (array_agg(id order by seq desc))[1] as behind
    from (select user_id, ended_to from lanes where user_id = ${userId}) l,
      lateral (select id, seq from operations where ${unfinishedIn('l')} and seq < ${seq}) before`;
}
//# sourceMappingURL=sql.js.map