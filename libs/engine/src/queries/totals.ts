import { Injectable } from '@nestjs/common';
import { type LaneState, LANE_STATES, type OperationState } from '@turnpike/protocol';
import { Database } from '@turnpike/service';
import { LANE_STATE } from './lanes.js';

/** The ledger in numbers. */
export interface Counts {
  at: Date;
  operations: Record<OperationState, number>;
  lanes: Record<LaneState | 'busy', number>;
  accepted: number;
  finished: number;
  oldestWaitingMs: number | null;
}

type CountsRow = Record<LaneState | OperationState | 'busy', number> &
  Pick<Counts, 'at' | 'accepted' | 'finished' | 'oldestWaitingMs'>;

const LANES = LANE_STATES.map(
  (state) => `count(*) filter (where ${LANE_STATE} = '${state}')::integer as ${state}`,
);

const SUMS = ['last_seq', 'depth', 'failed', 'cancelled', 'rejected'].map(
  (column) => `coalesce(sum(${column}), 0)::float8 as ${column}`,
);

/**
 * A write whose first attempt is under way does not wait; one that is tried again, or whose worker has gone silent, does:
 * else the age would be gone for as long as each attempt takes. One pass over the lanes, which count their own writes, and a look at the oldest that waits in each busy one. Nothing in
 * it grows with the operations that have ended.
 */
const COUNTS = `
  with sums as (
    select ${LANES.join(', ')}, count(*) filter (where depth > 0)::integer as busy, ${SUMS.join(', ')}
    from lanes l
  ), under_way as (
    select count(*) filter (where state = 'running')::integer as running,
      count(*) filter (where state = 'retrying')::integer as retrying
    from operations where state in ('running', 'retrying')
  ), oldest as (
    select min(head.created_at) as at from lanes l, lateral (
      select created_at from operations
      where user_id = l.user_id and state in ('queued', 'running', 'retrying')
        and (state <> 'running' or attempts > 1 or lease_until < clock_timestamp())
      order by seq limit 1
    ) head
    where l.depth > 0
  )
  select clock_timestamp() as at, ${LANE_STATES.join(', ')}, busy, last_seq as accepted, last_seq - depth as finished,
    depth - running - retrying as queued, running, retrying,
    last_seq - depth - failed - cancelled - rejected as succeeded, failed, cancelled, rejected,
    (extract(epoch from clock_timestamp() - oldest.at) * 1000)::float8 as "oldestWaitingMs"
  from sums, under_way, oldest`;

@Injectable()
export class LedgerCounts {
  constructor(private readonly database: Database) {}

  async now(): Promise<Counts> {
    const [row] = await this.database.query<CountsRow>(COUNTS);
    const {
      at,
      accepted,
      finished,
      oldestWaitingMs,
      open,
      paused,
      halted,
      deleting,
      deleted,
      busy,
      ...states
    } = row!;
    return {
      ...{ at, accepted, finished, oldestWaitingMs },
      operations: states,
      lanes: { open, paused, halted, deleting, deleted, busy },
    };
  }
}
