import type { ProblemBody, Role, Effect } from '@turnpike/protocol';
import type { Statements } from '@turnpike/service';
import { OF_SYSTEM, UNFINISHED } from './fragments.js';
import type { AdmissionMove, EffectOnLane, EndState } from '../states.js';

/*
 * Leaving a lane: what is withdrawn or refused before it began, and what an end means for the lane.
 *
 * What all statements keep to stands in fragments.ts.
 */

/** Withdraws a write that has not begun. @returns its effect, or null if it has */
export async function cancelQueued(tx: Statements, userId: string, id: string): Promise<Effect | null> {
  const rows = await tx.query<{ effect: Effect }>(
    `update operations set state = 'cancelled', finished_at = now()
     where user_id = $1 and id = $2 and case state when 'queued' then effect not in ${OF_SYSTEM} end returning effect`,
    [userId, id],
  );
  return rows[0]?.effect ?? null;
}

/** Who withdraws what waits before a deletion. */
export interface Withdrawing {
  userId: string;
  /** The place of the deletion. */
  before: number;
  actorId: string | null;
}

/**
 * Withdraws what waits before a deletion and has not begun: only what its actor could withdraw one by one. Never the
 * write that makes the user, nor what is carried out beside the lane, for nothing in it waits for that. Users withdraw
 * what they asked for themselves; whoever deletes somebody else withdraws what anybody asked for, and the audit trail
 * tells of each write that was another's.
 * @returns how many
 */
export async function cancelWaiting(
  tx: Statements,
  { userId, before, actorId }: Withdrawing,
): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    `/* ledger.cancel-waiting */ with withdrawn as (
       update operations set state = 'cancelled', finished_at = now()
       where user_id = $1 and state = 'queued' and not beside and effect <> 'opens' and effect not in ${OF_SYSTEM} and seq < $2
         and ($3::uuid is distinct from user_id or actor_id = user_id)
       returning user_id, id, actor_id
     ), told as (
       insert into audit (user_id, operation_id, actor_id, action)
       select user_id, id, $3, 'operation.cancel' from withdrawn where actor_id is distinct from $3
     )
     select count(*)::integer as count from withdrawn`,
    [userId, before, actorId],
  );
  return row!.count;
}

/** What is refused because its actor may no longer. */
export interface Refusal {
  userId: string;
  actorId: string;
  roles: readonly Role[];
  problem: ProblemBody;
}

/** Rejects what an actor has waiting in a lane by one of those roles; the audit trail tells of each. @returns what that was */
export async function rejectOf(tx: Statements, refusal: Refusal): Promise<EffectOnLane[]> {
  const { userId, actorId, roles, problem } = refusal;
  return tx.query<EffectOnLane>(
    `/* ledger.reject-of */ with rejected as (
       update operations set state = 'rejected', finished_at = now(), problem = $4
       where user_id = $1 and actor_id = $2 and by_role = any($3) and state = 'queued'
       returning user_id, id, actor_id, kind, effect, reports_deletion
     ), told as (
       insert into audit (user_id, operation_id, actor_id, action)
       select user_id, id, actor_id, kind || ' rejected' from rejected
     )
     select effect, reports_deletion as "reportsDeletion" from rejected`,
    [userId, actorId, roles, JSON.stringify(problem)],
  );
}

/** Refuses every write of a lane whose user was never made. @returns how many */
export async function rejectWaiting(tx: Statements, userId: string, problem: ProblemBody): Promise<number> {
  const rows = await tx.query<unknown>(
    `update operations set state = 'rejected', finished_at = now(), problem = $2
     where user_id = $1 and state = 'queued' returning 1`,
    [userId, JSON.stringify(problem)],
  );
  return rows.length;
}

/**
 * The admission of a lane `l` after an end that lets it become `becomes` where it is one of `leaves`. A lane does not
 * open while another deletion waits in it, nor once it was closed by a decision of the register.
 * @param end where these columns, and the `id` of what ends, are to be found
 */
export function admissionAfter(end: string): string {
  return `case
    when ${end}.becomes is null or l.admission <> all(${end}.leaves)
      or (l.admission = 'closed' and l.decided_at is not null and ${end}.becomes = 'open')
      or (${end}.becomes = 'open' and exists (select 1 from operations waiting
        where waiting.user_id = l.user_id and waiting.id is distinct from ${end}.id
          and (waiting.effect = 'closes' or waiting.reports_deletion) and waiting.state in ${UNFINISHED}))
      then l.admission
    else ${end}.becomes end`;
}

/** When the user of a lane `l` was deleted, after the same end. */
export function deletedAtAfter(end: string): string {
  return `case ${admissionAfter(end)} when 'open' then null
    when 'deleted' then coalesce(l.deleted_at, now()) else l.deleted_at end`;
}

/**
 * When the register has decided last about the user of a lane `l`. The trigger note_decision dates a decision by the
 * lane as it is at the end of the statement that ends an operation: one that closes its lane only in a statement of its
 * own, as an end by hand does, is dated with the lane.
 */
function decidedAtAfter(end: string): string {
  return `case when ${end}.ends_as = 'succeeded' and ${admissionAfter(end)} in ('deleted', 'closed')
    and l.admission not in ('deleted', 'closed') then clock_timestamp() else l.decided_at end`;
}

/**
 * Up to where a lane `l` has ended, after the end of an operation: up to it, unless something before it has not. The
 * head ends before all that waits; what is ended beside it moves nothing.
 * @param end where the `seq` and the `user_id` of what ends are to be found
 */
export function endedToAfter(end: string): string {
  return `case when exists (select 1 from operations before
      where before.user_id = l.user_id and before.seq > l.ended_to and before.seq < ${end}.seq
        and before.state in ${UNFINISHED})
    then l.ended_to else greatest(l.ended_to, ${end}.seq) end`;
}

/**
 * Counts ends in their lane: how many writes have succeeded is what is left of `last_seq`. Operators see the sums over
 * all lanes, which to count in the operations themselves would take seconds.
 * @param end where `ends_as`, what they ended as, is to be found
 * @param count how many
 */
export function countedAs(end: string, count: string): string {
  return (['failed', 'cancelled', 'rejected'] satisfies EndState[])
    .map((state) => `${state} = l.${state} + case ${end}.ends_as when '${state}' then ${count} else 0 end`)
    .join(', ');
}

/** Operations that leave a lane, and what their end makes of its admission. */
export interface Leaving {
  userId: string;
  state: EndState;
  count: number;
  move?: AdmissionMove | null;
}

/** Takes operations that have ended already out of their lanes' depth, and lets the ends change the admission. */
export async function leaveLanes(tx: Statements, leaving: readonly Leaving[]): Promise<void> {
  await tx.query(
    `update lanes l set depth = depth - gone.count, ${countedAs('gone', 'gone.count')},
       admission = ${admissionAfter('gone')}, deleted_at = ${deletedAtAfter('gone')}, decided_at = ${decidedAtAfter('gone')}
     from jsonb_to_recordset($1)
       as gone (user_id uuid, id uuid, ends_as text, count integer, leaves text[], becomes text)
     where l.user_id = gone.user_id`,
    [
      JSON.stringify(
        leaving.map(({ userId, state, count, move }) => ({
          ...{ user_id: userId, ends_as: state, count, leaves: move?.from ?? [], becomes: move?.to },
        })),
      ),
    ],
  );
}
