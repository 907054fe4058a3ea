import { unfinishedBeside, unfinishedInLine } from './fragments.js';

/*
 * Every change of an operation's state has a number, which grows within its lane in the order of the commits and is
 * the same for whoever looks. Two things move a lane: writes come into it and go out of it, its passages, of which
 * `last_seq` and `depth` know how many there were; and between two passages its head alone is claimed and put back,
 * which the head's epoch counts, as its turn: 2 * epoch - 1 when it is claimed, 2 * epoch when it is put back, 0 for a
 * passage itself. A number is passages * 2^32 + turn. A plain counter in the lane's row would be written with every
 * claim, which otherwise only locks that row.
 *
 * What is carried out beside the lane is claimed and put back between the same passages. So a turn is at least the next
 * after the newest of both: claims stay odd, and whatever puts back even.
 *
 * The lane is locked when a number is given, and stays so to the commit. A trigger sees to it that no state changes
 * without one (migrations/1764400000000-changes.ts).
 */

/**
 * Of each operation so many of its latest changes are known: fifty attempts, which with the usual backoff last longer
 * than its deadline. A longer list would make every version of the row larger that an outage leads to.
 */
const CHANGES_KEPT = 100;

/** How many writes have come into the lane of an operation `o` and gone out of it. */
const PASSAGES = '(select 2::bigint * last_seq - depth from lanes where user_id = o.user_id)';

/** The newest change of an operation. */
const NEWEST = 'changes[cardinality(changes)]';

/** Of an operation `o`, the newest change of what may be under way beside it: of the first beside the lane, or of the head. */
const NEWEST_OF_OTHER = `(select case
    when o.beside then (select ${NEWEST} from operations where ${unfinishedInLine('l')} order by seq limit 1)
    else (select ${NEWEST} from operations where ${unfinishedBeside('l')} order by seq limit 1) end
  from lanes l where l.user_id = o.user_id)`;

/** The newest change of an operation `o` and of that other one. Of those from before there were numbers it is null. */
const NEWEST_OF_BOTH = `greatest(o.changes[cardinality(o.changes)], ${NEWEST_OF_OTHER})`;

/** The number of a claim of an operation `o`: the next odd turn. */
export const CLAIM_NUMBER = `greatest((${PASSAGES} << 32) + 2 * o.epoch + 1, (${NEWEST_OF_BOTH} + 1) | 1)`;

/** The number of putting back an operation `o`: the next even turn. */
export const RETRY_NUMBER = `greatest((${PASSAGES} << 32) + 2 * o.epoch, (${NEWEST_OF_BOTH} | 1) + 1)`;

/** The number of the passage that comes next. */
export const NEXT_PASSAGE = `((${PASSAGES} + 1) << 32)`;

/**
 * The number of an acceptance.
 * @param seq its place
 * @param position how many unfinished ones come before it
 */
export function passageOf(seq: string, position: string): string {
  return `((2::bigint * ${seq} - ${position} - 1) << 32)`;
}

/** Of an operation `o`: its changes, and that one. */
export function changesAnd(number: string): string {
  return `changes = o.changes[cardinality(o.changes) - ${CHANGES_KEPT - 2}:] || ${number}`;
}
