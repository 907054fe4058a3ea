import { Injectable } from '@nestjs/common';
import { Database } from '@turnpike/service';

/** Where a page of the walk over the users to be purged ends. */
export interface DuePurge {
  userId: string;
  /** As text: a Date would lose the microseconds that the walk goes by. */
  deletedAt: string;
}

/** Finds the users whose time to be restored is over. It decides nothing: admission does, under the lane's lock. */
@Injectable()
export class DuePurges {
  constructor(private readonly database: Database) {}

  /**
   * @returns those after that one who are due, the longest deleted first. Whom the services have yet to follow is left
   *   out: a restore of that user may be what one of them has lost.
   */
  page(graceMs: number, after: DuePurge | null, limit: number): Promise<DuePurge[]> {
    return this.database.query<DuePurge>(
      `select user_id as "userId", deleted_at::text as "deletedAt" from lanes
       where admission = 'deleted' and depth = 0 and deleted_at <= now() - $1 * interval '1 ms'
         and ($2::timestamptz is null or (deleted_at, user_id) > ($2, $3::uuid))
         and not exists (select 1 from due_repairs d where d.user_id = lanes.user_id)
       order by deleted_at, user_id limit $4`,
      [graceMs, after?.deletedAt ?? null, after?.userId ?? null, limit],
    );
  }
}
