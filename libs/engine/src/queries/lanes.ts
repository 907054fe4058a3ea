import {
  encodeCursor,
  type HoldReason,
  type LaneHold,
  type LaneState,
  type LanesQuery,
  type LaneSuspension,
  type LaneView,
  type Page,
} from '@turnpike/protocol';
import { Database, pageOf } from '@turnpike/service';
import { Injectable } from '@nestjs/common';
import { ID, positionIn, TIME } from '../support/cursors.js';
import { unfinishedInLine } from '../ledger/statements/fragments.js';

/*
 * Lanes as operators see them. A page takes its lanes first and looks at the heads of those alone; where heads decide
 * the order, at the heads of all lanes in which something waits.
 */

/** One word for two columns: a halted lane needs somebody; a deletion says more than a pause. */
export const LANE_STATE = `case
  when l.execution = 'halted' then 'halted'
  when l.admission = 'closed' then 'deleted'
  when l.admission <> 'open' then l.admission
  when l.execution = 'paused' then 'paused'
  else 'open' end`;

/** The head of a lane `l`, if it has one. Places are taken in order, so it is the oldest. */
const HEAD = `left join lateral (
    select id, seq, kind, state, next_attempt_at, created_at, started_at, released_at, lease_until, attempts, problem, steps
    from operations where ${unfinishedInLine('l')} order by seq limit 1
  ) head on l.depth > 0`;

/** Seconds after which a head that no worker has taken is shown: the reconciler releases a forgotten one within two. */
const UNTAKEN_SECONDS = 10;

/** The service of the step that is not through, as far as the ledger knows. */
const SERVICE = `coalesce(head.problem ->> 'breaker',
  (select step ->> 'service' from jsonb_array_elements(head.steps) step where step ->> 'state' = 'pending' limit 1))`;

/** A later attempt that is under way has cleared the problem of the one before. */
const HOLD = `case
  when head.id is null or l.execution <> 'running' then null
  when head.state = 'running' and head.lease_until < now() then ${holdOf('lease', 'null', 'head.lease_until')}
  when head.state = 'retrying' and head.problem ? 'breaker' then ${holdOf('breaker', SERVICE, 'head.started_at')}
  when head.state = 'retrying' or head.attempts > 1 then ${holdOf('retry', SERVICE, 'head.started_at')}
  when head.state = 'queued' and coalesce(head.released_at, head.created_at) < now() - interval '${UNTAKEN_SECONDS} s'
    then ${holdOf('worker', 'null', 'coalesce(head.released_at, head.created_at)')}
  end`;

function holdOf(reason: HoldReason, service: string, since: string): string {
  return `jsonb_build_object('reason', '${reason}', 'service', ${service}, 'since', extract(epoch from ${since}) * 1000)`;
}

const VIEW = `l.user_id as "userId", ${LANE_STATE} as state, l.execution = 'paused' as paused,
  l.paused_by as "pausedBy", l.reason, l.depth, l.last_seq as "lastSeq", head.created_at as "oldestQueuedAt",
  case when head.id is not null then jsonb_build_object('id', head.id, 'seq', head.seq, 'kind', head.kind,
    'state', head.state, 'nextAttemptAt', extract(epoch from head.next_attempt_at) * 1000) end as head, ${HOLD} as hold,
  case when l.suspended_at is not null then jsonb_build_object('at', extract(epoch from l.suspended_at) * 1000,
    'by', l.suspended_by, 'reason', l.suspension_reason) end as suspended`;

interface LaneRow extends Omit<LaneView, 'head' | 'hold' | 'oldestQueuedAt' | 'suspended'> {
  head: (Omit<NonNullable<LaneView['head']>, 'nextAttemptAt'> & { nextAttemptAt: number | null }) | null;
  hold: (Omit<LaneHold, 'since'> & { since: number }) | null;
  oldestQueuedAt: Date | null;
  suspended: (Omit<LaneSuspension, 'at'> & { at: number }) | null;
  /** What the list is sorted by, as text: to the microsecond, which a Date has not. */
  key: string;
}

/** What a list of lanes is sorted by, before the user's id; the cursor has it as text. */
const SORTS = {
  depth: { key: '-l.depth', type: 'integer', form: /^-?\d{1,9}$/ },
  // Lanes in which nothing waits come last.
  age: {
    key: `coalesce(head.created_at, 'infinity')`,
    type: 'timestamptz',
    form: { test: (part: string) => part === 'infinity' || TIME.test(part) },
  },
} as const;

@Injectable()
export class LaneViews {
  constructor(private readonly database: Database) {}

  /** @returns the lane, or null */
  async find(userId: string): Promise<LaneView | null> {
    const rows = await this.database.query<LaneRow>(
      `select ${VIEW} from lanes l ${HEAD} where l.user_id = $1`,
      [userId],
    );
    return rows[0] ? viewOf(rows[0]) : null;
  }

  /**
   * Lanes, the deepest or the oldest first.
   * @param userIds only those of these users; null for all
   */
  page(query: LanesQuery, userIds: string[] | null): Promise<Page<LaneView>> {
    return pageOf(query, {
      read: (cursor, count) => this.read(query, userIds, cursor, count),
      open: (rows) => rows.map(viewOf),
      cursorOf: ({ key, userId }) => encodeCursor([key, userId]),
    });
  }

  private read(
    { state, sort }: LanesQuery,
    userIds: string[] | null,
    cursor: string | undefined,
    count: number,
  ): Promise<LaneRow[]> {
    const { key, type, form } = SORTS[sort];
    const [afterKey, afterUser] = positionIn(cursor, [form, ID]) ?? [null, null];
    return this.database.query<LaneRow>(
      `select ${VIEW}, (${key})::text as key from lanes l ${HEAD}
       where ${stateIs(state)} and ($1::uuid[] is null or l.user_id = any($1))
         and ($2::text is null or (${key}, l.user_id) > ($2::${type}, $3::uuid))
       order by ${key}, l.user_id limit $4`,
      [userIds, afterKey, afterUser, count],
    );
  }
}

function stateIs(state: LaneState | 'busy' | undefined): string {
  if (state === undefined) return 'true';
  return state === 'busy' ? 'l.depth > 0' : `${LANE_STATE} = '${state}'`;
}

function viewOf({ key: _key, head, hold, oldestQueuedAt, suspended, ...lane }: LaneRow): LaneView {
  const at = head?.nextAttemptAt;
  return {
    ...lane,
    head: head && { ...head, nextAttemptAt: at ? new Date(at).toISOString() : null },
    hold: hold && { ...hold, since: new Date(hold.since).toISOString() },
    oldestQueuedAt: oldestQueuedAt?.toISOString() ?? null,
    suspended: suspended && { ...suspended, at: new Date(suspended.at).toISOString() },
  };
}
