import type { ProblemBody } from '@turnpike/protocol';
import type { Statements } from '@turnpike/service';
import type { Change } from '../../audit/audit-entries.js';
import type { StoredCause } from '../../encryption/operation-causes.js';
import { type NewOperation, pending } from './admit.js';
import { changesAnd, NEXT_PASSAGE, passageOf } from './change-numbers.js';
import {
  claimAs,
  CLAIMED,
  type ClaimedRow,
  type ClaimKey,
  type ClaimTerms,
  type StepOutcome,
} from './claim.js';
import { admissionAfter, countedAs, deletedAtAfter, endedToAfter } from './cancel.js';
import type { Release } from './enqueue.js';
import type { Content, Stored } from '../../encryption/payload-encryption.js';
import { LOCKED, UNFINISHED, unfinishedInLine, waitsForOthers } from './fragments.js';
import type { AdmissionMove, EndState } from '../states.js';

/*
 * The end of a claimed operation, and what its lane does then, in one statement. What all statements keep to stands
 * in fragments.ts.
 */

/** An operation that follows the success of another one by itself, at the end of the same lane. */
export interface FollowOn<Value = Content> extends Pick<
  NewOperation,
  'id' | 'kind' | 'target' | 'creates' | 'steps'
> {
  payload: Value;
}

/** How a claimed operation ends. */
export interface End {
  key: ClaimKey;
  state: EndState;
  steps: readonly StepOutcome[];
  result: Stored | null;
  problem: ProblemBody | null;
  /** Why its last attempt failed, where it learned of one. */
  cause?: StoredCause | null;
  /** For the audit trail. */
  change?: Change<Stored>;
  /** What it makes of the lane's admission. */
  move: AdmissionMove | null;
  /** Access tokens from before this instant are void. */
  voidsSessionsBefore?: string;
  /** Whether the lane may go on at once: some ends change first what waits. */
  proceeds: boolean;
  /** On which terms the same worker takes the next head. Without, it is released to the queue. */
  next: ClaimTerms | null;
  followOns?: readonly FollowOn<Stored>[];
}

/** The operations that have ended, and what their lanes do then, by their users. */
export interface EndedBatch {
  ended: Set<string>;
  claimed: Map<string, ClaimedRow<Stored>>;
  released: Map<string, Release[]>;
}

/**
 * What follows an `ended` one: the next in line, or the next beside the lane. A deletion that waits for what is carried
 * out beside the lane is left to the reconciler, once that has ended.
 */
const NEXT = `case when ended.beside
  then (select o.id from operations o
    where o.user_id = ended.user_id and o.seq > ended.seq and o.beside and o.state in ${UNFINISHED}
    order by o.seq limit 1)
  else (select case when ${waitsForOthers('o')} then null else o.id end from operations o
    where o.user_id = ended.user_id and o.seq > ended.seq and not o.beside and o.state in ${UNFINISHED}
    order by o.seq limit 1) end`;

/** What follows those that have `ended`, but for what is there already, which must not fail the others. */
const FOLLOWED = `select ended.user_id, ended.id as follows_id, ended.seq as follows_seq, ended.traceparent, ended.request_id,
    one.*, row_number() over (partition by ended.user_id order by ordinal)::integer as place,
    count(*) over (partition by ended.user_id)::integer as count
  from ended, rows from (jsonb_to_recordset(ended.follow_ons) as (
      id uuid, kind text, target_type text, target_id uuid, creates boolean, payload jsonb, steps jsonb))
    with ordinality as one (id, kind, target_type, target_id, creates, payload, steps, ordinal)
  where not exists (select 1 from operations known where known.id = one.id and known.user_id = ended.user_id)`;

/** How many writes of a lane `l` those are. */
const FOLLOW_ONS = `(select count(*)::integer from followed where followed.user_id = l.user_id)`;

/**
 * Gives what was `followed` the last places of its lane, whose row `gone` has as it is then: neither its depth nor its
 * admission keeps it out. Where nothing else of the lane is in line, the first is the head, and is released with it; it
 * cannot be claimed by the statement that makes it.
 */
const APPENDED = `insert into operations (user_id, seq, id, kind, effect, target_type, target_id, payload, traceparent, request_id,
    follows_id, steps, release, released_at, changes)
  select user_id, seq, id, kind, 'writes', target_type, target_id, payload, traceparent, request_id,
    follows_id, steps, is_head::integer, case when is_head then now() end, array[passage]
  from (
    select f.*, l.last_seq - f.count + f.place as seq,
      ${passageOf('(l.last_seq - f.count + f.place)', '(l.depth - f.count + f.place - 1)')} as passage,
      f.place = 1 and l.execution = 'running' and not exists (
        select 1 from operations where ${unfinishedInLine('l')} and seq <> f.follows_seq) as is_head
    from followed f join gone l using (user_id)
  ) placed
  returning user_id as "userId", id as "operationId", release, 0 as "delayMs"`;

type EndedRow =
  | { what: 'ended'; id: string; value: null }
  | { what: 'claimed'; id: string; value: ClaimedRow<Stored> }
  | { what: 'released'; id: string; value: Release };
type ValueOf<What extends EndedRow['what']> = Extract<EndedRow, { what: What }>['value'];

/**
 * Ends claimed operations, tells the audit trail, takes them out of their lanes, appends what follows them, and gives or
 * releases the next heads.
 * The guard over their steps is the promise itself: a success has every step in force, any other end has none, and
 * none that could still come into force.
 * @returns what has ended; of any other the claim no longer holds, or its steps contradict it
 */
export async function end(tx: Statements, ends: readonly End[]): Promise<EndedBatch> {
  const rows = await tx.query<EndedRow>(
    `/* ledger.end */ with e as materialized (
       select * from jsonb_to_recordset($1) as e (
         user_id uuid, id uuid, epoch integer, ends_as text, ends_with jsonb, because jsonb, failure jsonb, known jsonb,
         was jsonb, is_now jsonb, leaves text[], becomes text, voids_before timestamptz, proceeds boolean, follow_ons jsonb,
         worker text, lease_ms float8, deadline_ms float8)
       where user_id = any(${LOCKED})
     ), ended as (
       update operations o
       set state = e.ends_as, finished_at = now(), result = e.ends_with, problem = e.because,
         cause = coalesce(e.failure, o.cause), steps = e.known,
         lease_until = null, worker = null, ${changesAnd(NEXT_PASSAGE)}
       from e
       where o.user_id = e.user_id and o.id = e.id and case o.state when 'running' then o.epoch = e.epoch end
         and steps_follow(o.steps, e.known) and steps_allow(e.known, e.ends_as)
       returning o.user_id, o.seq, o.id, o.kind, o.beside, o.actor_id, o.traceparent, o.request_id, e.follow_ons, e.ends_as, e.was, e.is_now, e.leaves, e.becomes,
         e.voids_before, e.proceeds, e.worker, e.lease_ms, e.deadline_ms, o.changes[cardinality(o.changes)] as passage
     ), told as (
       insert into audit (user_id, operation_id, actor_id, action, before, after)
       select user_id, id, actor_id, kind || case ends_as when 'succeeded' then '' else ' ' || ends_as end, was, is_now
       from ended
     ), followed as (
       ${FOLLOWED}
     ), gone as (
       update lanes l
       set last_seq = last_seq + ${FOLLOW_ONS}, depth = depth - 1 + ${FOLLOW_ONS}, ended_to = ${endedToAfter('ended')}, ${countedAs('ended', '1')}, admission = ${admissionAfter('ended')},
         deleted_at = ${deletedAtAfter('ended')},
         sessions_valid_from = greatest(ended.voids_before, sessions_valid_from)
       from ended where l.user_id = ended.user_id
       returning l.user_id, l.last_seq, l.depth, l.ended_to, l.execution
     ), appended as (
       ${APPENDED}
     ), indexed as (
       insert into target_lanes (type, id, user_id) select target_type, target_id, user_id from followed where creates
       on conflict do nothing
     ), heads as (
       select ended.*, ${NEXT} as next
       from ended -- which was under way: what comes next cannot be, too
       where proceeds and (beside or (select execution from lanes where user_id = ended.user_id) = 'running')
     ), claimed as (
       update operations o set ${claimAs('c.passage + 2 * o.epoch + 1')}
       from heads c
       where o.user_id = c.user_id and o.id = c.next and c.worker is not null
       returning ${CLAIMED}
     ), released as (
       update operations o set release = release + 1, released_at = now()
       from heads
       where o.user_id = heads.user_id and o.id = heads.next and heads.worker is null
       returning o.user_id as "userId", o.id as "operationId", release, 0 as "delayMs"
     )
     select 'ended' as what, id, null::jsonb as value from ended
     union all select 'claimed', user_id, to_jsonb(claimed) from claimed
     union all select 'released', "userId", to_jsonb(released) from released
     union all select 'released', "userId", to_jsonb(appended) from appended where release > 0`,
    [JSON.stringify(ends.map(rowOf))],
  );
  return {
    ended: new Set(valuesOf(rows, 'ended').keys()),
    claimed: valuesOf(rows, 'claimed'),
    released: releasesIn(rows),
  };
}

/** Member by member: put together from parts it took 3 % of a busy worker's time. */
function rowOf({ key, change, move, next, ...end }: End): object {
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
    follow_ons: end.followOns?.map(followOnRow),
  };
}

function followOnRow({ id, kind, target, creates, payload, steps }: FollowOn<Stored>): object {
  return {
    ...{ id, kind, target_type: target.type, target_id: target.id, creates: creates === true, payload },
    steps: pending(steps),
  };
}

/** @returns what is to be queued, by the users: beside a lane and in line there may be one each */
function releasesIn(rows: readonly EndedRow[]): EndedBatch['released'] {
  const released: EndedBatch['released'] = new Map();
  for (const row of rows) {
    if (row.what === 'released') released.set(row.id, [...(released.get(row.id) ?? []), row.value]);
  }
  return released;
}

/** @returns the values of that kind of rows, by their ids */
function valuesOf<What extends EndedRow['what']>(
  rows: readonly EndedRow[],
  what: What,
): Map<string, ValueOf<What>> {
  return new Map(rows.flatMap((row) => (row.what === what ? [[row.id, row.value as ValueOf<What>]] : [])));
}
