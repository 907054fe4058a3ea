// A ledger with a past: so many lanes and writes as a system has after years, most of them done.
import { query } from './servers.mjs';

/**
 * Straight into the tables, for carrying a million writes out takes an hour. Every hundredth write failed; of every fifth
 * lane, which is paused, the last write waits; and in one lane a thousand wait.
 * @returns the lane with the most, and a write that failed
 */
export async function makeHistory(databaseUrl, { lanes, writes }) {
  const perLane = Math.floor(writes / lanes);
  const [found] = await query(
    databaseUrl,
    `create temp table planned as
       select uuidv7() as user_id, number, number % 5 = 0 as waits,
         case number when 0 then ${perLane} + 1000 else ${perLane} end as last_seq,
         case when number = 0 then 1000 when number % 5 = 0 then 1 else 0 end as depth
       from generate_series(0, ${lanes} - 1) as number`,
    `insert into lanes (user_id, execution, reason, paused_at, last_seq, depth, failed)
       select user_id, case when waits then 'paused' else 'running' end, case when waits then 'a benchmark' end,
         case when waits then now() end, last_seq, depth, (last_seq - depth) / 100 from planned`,
    `insert into operations (user_id, seq, id, kind, state, actor_id, target_type, target_id, payload, epoch, attempts,
         started_at, deadline_at, finished_at, created_at, problem, steps)
       select user_id, seq, uuidv7(-age), 'order.place', state, user_id, 'order', uuidv7(-age), '{}',
         claims, claims, began, began, case state when 'queued' then null else now() - age end, now() - age,
         case state when 'failed' then '{"code": "order-state-conflict", "status": 409, "title": "No"}'::jsonb end,
         jsonb_build_array(jsonb_build_object('name', 'ordering.place', 'service', 'ordering', 'attempts', claims,
           'state', case state when 'succeeded' then 'applied' when 'failed' then 'refused' else 'pending' end))
       from planned, generate_series(1, last_seq) as seq,
         lateral (select (last_seq - seq) * interval '1 minute' as age) as times,
         lateral (select case when seq > last_seq - depth then 'queued' when seq % 100 = 0 then 'failed'
           else 'succeeded' end as state) as states,
         lateral (select case state when 'queued' then 0 else 1 end as claims,
           case state when 'queued' then null else now() - age end as began) as claimed`,
    `insert into audit (at, actor_id, action, user_id, operation_id)
       select finished_at, actor_id, kind || case state when 'failed' then ' failed' else '' end, user_id, id
       from operations where finished_at is not null order by id`,
    `insert into audit (actor_id, action, user_id, reason)
       select user_id, 'lane.pause', user_id, 'a benchmark' from planned where waits`,
    'analyze',
    `select (select user_id from planned where number = 0) as "deepLane",
       (select id from operations where state = 'failed' order by id desc limit 1) as "failedId"`,
  );
  return found;
}
