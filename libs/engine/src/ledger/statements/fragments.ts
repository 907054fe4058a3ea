import { EFFECTS, isOfSystem } from '@turnpike/protocol';
import { CLOSING } from '../states.js';

/*
 * Every statement that changes the ledger is a named, guarded one in a file of this folder. None is used outside
 * a transaction of the ledger, which has locked the lanes' rows in a statement of its own before: one statement
 * that locks a row and reads another table would see that table as it was before the wait.
 *
 * Those that write batches say with their parts (`with … as`) what follows from what. All parts see the tables as
 * they were before the statement; what a part has changed the others know from its `returning` alone. They look
 * rows up by their keys and ask for the state in a `case`: where a condition says plainly that a row is unfinished,
 * the planner may walk the partial index of all that are, which is short when it plans and long in a backlog.
 */

/** The users whose lanes this transaction has locked: those that a batch may write in. */
export const LOCKED = `array(select unnest(string_to_array(current_setting('turnpike.locked', true), ','))::uuid)`;

/** The states of an operation that has not ended, for SQL. */
export const UNFINISHED = `('queued', 'running', 'retrying')`;

/**
 * The condition of a look for what is unfinished in a lane: it begins behind what is known to have ended. Else it would
 * pass by an entry of the index for each write that has ended since the oldest open snapshot: 5,000 pages after as many
 * writes as an hour's.
 * @param lane the alias of the lane's row
 */
export function unfinishedIn(lane: string): string {
  return `user_id = ${lane}.user_id and seq > ${lane}.ended_to and state in ${UNFINISHED}`;
}
/** The states of a repetition after which another one may come, for SQL; the index `one_repetition` has the same. */
export const UNREPEATED = `('failed', 'cancelled', 'rejected')`;

/** The same for those that are carried out in the order of the lane, of which the first is its head. */
export function unfinishedInLine(lane: string): string {
  return `${unfinishedIn(lane)} and not beside`;
}

/** The same for those that are carried out beside the lane. The index `unfinished_beside` has them alone. */
export function unfinishedBeside(lane: string): string {
  return `${unfinishedIn(lane)} and beside`;
}

/** Whether `o` waits for what is carried out beside the lane, too. */
export function isClosing(o: string): string {
  return `${o}.effect in ${listed(CLOSING)}`;
}

/** The effects of what the system alone asks for, for SQL. */
export const OF_SYSTEM = listed(EFFECTS.filter(isOfSystem));

function listed(words: readonly string[]): string {
  return `('${words.join("', '")}')`;
}

/**
 * Whether an unfinished `before` of a lane has to end before `o`, a later one, begins. What is carried out beside the
 * lane waits for its like, and for the registration, without which there is no user.
 */
export function holdsUp(before: string, o: string): string {
  return `case when ${o}.beside then ${before}.beside or ${before}.effect = 'opens'
    when ${isClosing(o)} then true else not ${before}.beside end`;
}

/**
 * Whether the registration of that user, always the first of its lane, has not ended.
 * @param userId the column with the user's id
 */
export function isRegistering(userId: string): string {
  // By its key: the planner may else go by the effect, of which there are few while it plans.
  return `coalesce((select case when effect = 'opens' then state in ${UNFINISHED} end from operations first
    where first.user_id = ${userId} and first.seq = 1), false)`;
}

/**
 * Whether `o`, the first in line of its lane or the first beside it, waits for one of the others. It is asked without
 * `exists`, which the planner may answer from a hash of all lanes.
 */
export function waitsForOthers(o: string): string {
  return `case when ${o}.beside then ${isRegistering(`${o}.user_id`)}
    when ${isClosing(o)} then (select min(seq) from operations
      where user_id = ${o}.user_id and beside and state in ${UNFINISHED}) < ${o}.seq
    else false end`;
}

/**
 * The operations that may be carried out now, or are: of each lane its head, where the lane runs, and the first beside it.
 * @param lanes the condition for lanes `l`
 */
export function headsOf(lanes: string): string {
  const first = (which: string): string =>
    `select user_id, id, seq, effect, beside from operations where ${which} order by seq limit 1`;
  return `select o.user_id, o.id
    from lanes l, lateral (
      (${first(unfinishedInLine('l'))}) union all (${first(unfinishedBeside('l'))})
    ) o
    where ${lanes} and (o.beside or l.execution = 'running') and ${waitsForOthers('o')} is not true`;
}

/** How many writes of a lane have to end before the one at that place, and the last of those. */
export function positionBefore(userId: string, seq: string): string {
  return `with l as materialized (
      select l.user_id, l.ended_to, o.seq as place, o.effect, o.beside
      from lanes l join operations o on o.user_id = l.user_id and o.seq = ${seq} where l.user_id = ${userId}
    )
    select count(*)::integer as position, (array_agg(id order by seq desc))[1] as behind
    from l, lateral (select id, seq from operations earlier
      where ${unfinishedIn('l')} and seq < l.place and ${holdsUp('earlier', 'l')}) before`;
}
