import type { Content, Stored } from '../../encryption/payload-encryption.js';
import { type NewOperation, pending } from './admit.js';
import { passageOf } from './change-numbers.js';
import { unfinishedInLine } from './fragments.js';

/*
 * What follows a success: parts of the statement that ends operations (complete.ts), so that no crash comes between. It has
 * them only where something follows one of its ends: of most batches nothing does, and to set these parts up takes a tenth
 * of the time that the end of one write does.
 */

/** An operation that follows the success of another one by itself, at the end of the same lane. */
export interface FollowOn<Value = Content> extends Pick<
  NewOperation,
  'id' | 'kind' | 'target' | 'creates' | 'steps'
> {
  payload: Value;
}

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

/** The parts, each where it stands in that statement. */
export interface Parts {
  /** Before the lane's row is written. */
  followed: string;
  /** What the lane's row is set to. */
  takes: string;
  /** After it was. */
  appended: string;
  /** Among what is to be queued. */
  released: string;
}

export const NOTHING: Parts = { followed: '', takes: 'depth = depth - 1', appended: '', released: '' };

export const WHAT_FOLLOWS: Parts = {
  followed: `followed as (
       ${FOLLOWED}
     ),`,
  takes: `last_seq = last_seq + ${FOLLOW_ONS}, depth = depth - 1 + ${FOLLOW_ONS}`,
  appended: `appended as (
       ${APPENDED}
     ), indexed as (
       insert into target_lanes (type, id, user_id) select target_type, target_id, user_id from followed where creates
       on conflict do nothing
     ),`,
  released: `union all select 'released', "userId", to_jsonb(appended) from appended where release > 0`,
};

/** @returns it as the statement reads it */
export function followOnRow({ id, kind, target, creates, payload, steps }: FollowOn<Stored>): object {
  return {
    ...{ id, kind, target_type: target.type, target_id: target.id, creates: creates === true, payload },
    steps: pending(steps),
  };
}
