import { Injectable } from '@nestjs/common';
import { Database } from '@turnpike/service';
import { UNFINISHED, unfinishedInLine } from '../ledger/statements/fragments.js';

/** What waits for one service. */
export interface Backlog {
  /** Operations whose next step is the service's, and those behind one of them. */
  waiting: number;
  /** Lanes with any of them. */
  waitingLanes: number;
}

/** The service of the first step of `o` that is not in force; of one whose steps all are, and that is to end, the last one's. */
const NEXT_SERVICE = `coalesce(
  (select step ->> 'service' from jsonb_array_elements(o.steps) step where step ->> 'state' <> 'applied' limit 1),
  o.steps -> -1 ->> 'service')`;

/**
 * A lane waits for what its head waits for, so one look at the head of each busy lane does for all that is in it. What is
 * carried out beside the lanes waits by itself; there is little of it, and an index of its own.
 */
const BACKLOGS = `
  with beside as (
    select user_id, ${NEXT_SERVICE} as service, count(*)::integer as waiting
    from operations o where beside and state in ${UNFINISHED} group by 1, 2
  ), in_line as (
    select l.user_id, head.service, l.depth - coalesce(others.waiting, 0) as waiting
    from lanes l
    cross join lateral (
      select ${NEXT_SERVICE} as service from operations o where ${unfinishedInLine('l')} order by seq limit 1
    ) head
    left join (select user_id, sum(waiting) as waiting from beside group by 1) others using (user_id)
    where l.depth > 0
  )
  select service, sum(waiting)::integer as waiting, count(distinct user_id)::integer as "waitingLanes"
  from (select * from beside union all select * from in_line) all_of_them
  group by service`;

@Injectable()
export class ServiceBacklogs {
  constructor(private readonly database: Database) {}

  /** @returns what waits for each service for which anything does */
  async now(): Promise<ReadonlyMap<string, Backlog>> {
    const rows = await this.database.query<Backlog & { service: string }>(BACKLOGS);
    return new Map(rows.map(({ service, ...backlog }) => [service, backlog]));
  }
}
