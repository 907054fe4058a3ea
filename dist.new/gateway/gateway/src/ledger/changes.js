"use strict";
/*
 * Every change of an operation's state has a number, which grows within its lane in the order of the commits and is
 * the same for whoever looks. Two things move a lane: writes come into it and go out of it, its passages, of which
 * `last_seq` and `depth` know how many there were; and between two passages its head alone is claimed and put back,
 * which the head's epoch counts, as its turn: 2 * epoch - 1 when it is claimed, 2 * epoch when it is put back, 0 for a
 * passage itself. A number is passages * 2^32 + turn. A plain counter in the lane's row would be written with every
 * claim, which otherwise only locks that row.
 *
 * The lane is locked when a number is given, and stays so to the commit. A trigger sees to it that no state changes
 * without one (migrations/1764400000000-changes.ts).
 */
Object.defineProperty(exports, "__esModule", { value: true });
exports.NEXT_PASSAGE = exports.LATEST_PASSAGE = void 0;
exports.passageOf = passageOf;
exports.changesAnd = changesAnd;
/**
 * Of each operation so many of its latest changes are known: fifty attempts, which with the usual backoff last longer
 * than its deadline. A longer list would make every version of the row larger that an outage leads to.
 */
const CHANGES_KEPT = 100;
/** How many writes have come into the lane of an operation `o` and gone out of it. */
const PASSAGES = '(select 2::bigint * last_seq - depth from lanes where user_id = o.user_id)';
/** The number of the latest passage of that lane. */
exports.LATEST_PASSAGE = `(${PASSAGES} << 32)`;
/** The number of the passage that comes next. */
exports.NEXT_PASSAGE = `((${PASSAGES} + 1) << 32)`;
/**
 * The number of an acceptance.
 * @param seq its place
 * @param position how many unfinished ones come before it
 */
function passageOf(seq, position) {
    return `((2::bigint * ${seq} - ${position} - 1) << 32)`;
}
/** Of an operation `o`: its changes, and that one. */
function changesAnd(number) {
    return `changes = o.changes[cardinality(o.changes) - ${CHANGES_KEPT - 2}:] || ${number}`;
}
//# sourceMappingURL=changes.js.map