import { Injectable } from '@nestjs/common';
import type { FenceView } from '@turnpike/protocol';
import { Database, type Statements } from '@turnpike/service';
import { ensureLanes, lockLanes } from '../ledger/statements/lane-lock.js';

/*
 * The walks over the services' fences, after the ledger was put back. Wherever a service has seen a later place of a
 * lane than the ledger knows, the ledger has forgotten writes: the lane goes on above that place, or every later write
 * would be stale; and a user who was deleted by what is forgotten is deleted. What the ledger itself has deleted stays so.
 */

/** How far a walk has come. */
export interface FenceWalk {
  service: string;
  cause: string;
  /** The last user of the page before. */
  afterUser: string | null;
}

@Injectable()
export class FenceWalks {
  constructor(private readonly database: Database) {}

  /** @returns the walks that have not come to their end */
  open(): Promise<FenceWalk[]> {
    return this.database.query<FenceWalk>(
      'select service, cause, after_user as "afterUser" from fence_walks order by service',
    );
  }

  /**
   * Lets the ledger catch up with a page of fences, and notes how far the walk has come.
   * @param isLast whether the walk ends with it
   * @returns how many lanes were behind
   */
  catchUp(walk: FenceWalk, page: readonly FenceView[], isLast: boolean): Promise<number> {
    return this.database.statements(async (tx) => {
      const behind = page.length > 0 ? await raise(tx, walk.cause, page) : 0;
      await (isLast ? end(tx, walk) : goOn(tx, walk, page.at(-1)!.userId));
      return behind;
    });
  }
}

/** Begins a walk over each of those services, also where one was under way. */
export async function beginWalks(tx: Statements, cause: string, services: readonly string[]): Promise<void> {
  await tx.query(
    `insert into fence_walks (service, cause) select distinct unnest($2::text[]), $1::uuid
     on conflict (service) do update set cause = excluded.cause, after_user = null`,
    [cause, services],
  );
}

/**
 * Whoever is unknown gets a lane that takes nothing; what identity says of that user may open it. An open lane that has
 * taken later writes than its forgotten deletion is made due alone, and loses its decision: that was an earlier restore,
 * which must not bring the user back.
 */
async function raise(tx: Statements, cause: string, page: readonly FenceView[]): Promise<number> {
  const userIds = page.map(({ userId }) => userId);
  await ensureLanes(tx, userIds);
  await lockLanes(tx, userIds, { wait: true });
  const [row] = await tx.query<{ behind: number }>(
    `with fences as materialized (
       select * from unnest($2::uuid[], $3::integer[], $4::boolean[]) as fence (user_id, seq, tombstoned)
     ), behind as materialized (
       select l.user_id, fences.seq,
         l.admission = 'closed' and l.decided_at is null as is_unknown,
         fences.seq <= l.last_seq as is_overtaken,
         fences.seq > l.last_seq and fences.tombstoned and l.admission in ('open', 'deleting') as is_deleted,
         fences.tombstoned or l.admission in ('deleted', 'closed') as is_due
       from lanes l join fences on fences.user_id = l.user_id
       where fences.seq > l.last_seq or (fences.tombstoned and l.admission = 'open' and not exists (
         select 1 from operations o where o.user_id = l.user_id and o.effect = 'reopens' and o.state = 'succeeded'
           and o.seq > fences.seq))
     ), raised as (
       update lanes l set last_seq = greatest(l.last_seq, behind.seq),
         admission = case when is_deleted then 'deleted' else admission end,
         deleted_at = case when is_deleted then coalesce(deleted_at, now()) else deleted_at end,
         decided_at = case when is_overtaken then null when is_due and not is_unknown then clock_timestamp() else decided_at end
       from behind where l.user_id = behind.user_id
     ), due as (
       insert into due_repairs (user_id, cause) select user_id, $1 from behind where is_due
       on conflict (user_id) do update set cause = excluded.cause
     )
     select count(*)::integer as behind from behind`,
    [cause, userIds, page.map(({ seq }) => seq), page.map(({ tombstoned }) => tombstoned)],
  );
  return row!.behind;
}

async function goOn(tx: Statements, { service, cause }: FenceWalk, after: string): Promise<void> {
  await tx.query(
    `update fence_walks set after_user = greatest(after_user, $3) where service = $1 and cause = $2`,
    [service, cause, after],
  );
}

async function end(tx: Statements, { service, cause }: FenceWalk): Promise<void> {
  await tx.query('delete from fence_walks where service = $1 and cause = $2', [service, cause]);
}
