import { Injectable } from '@nestjs/common';
import { Database, type Statements } from '@turnpike/service';
import { UNFINISHED } from '../ledger/statements/fragments.js';

/*
 * The users whom the services have to be made to follow again, because one of them was put back. A row is there until
 * the write that does it has its place in the lane; whoever asks for the same write twice gets the first.
 */

/**
 * Whether the success of an operation decides that a user is there, or is not; the trigger note_decision knows it too. As a
 * `case`, so that each lane is looked at by its places, and not by the index of all such operations.
 */
const DECIDES = `case effect when 'opens' then false when 'writes' then false else true end`;

/**
 * How much earlier than a service's mark the decisions begin that it may have lost. A decision is dated before it is
 * committed, by a transaction's length at most: no statement takes longer than 4 s.
 */
const MARGIN_MS = 10_000;

/** Lanes of one statement, some 50 ms. */
const PAGE = 5000;

/** A user who is to be followed, and why. */
export interface DueRepair {
  userId: string;
  cause: string;
  /** Whether the register has brought the user back. */
  isRestored: boolean;
}

/** Up to where a service must have come with a user, by the newest decision of the register. */
export interface Decision {
  userId: string;
  seq: number;
  decidedAt: Date;
}

@Injectable()
export class DueRepairs {
  constructor(private readonly database: Database) {}

  /** @returns some of them; none while it is not known of every service how far it has come with whom */
  some(limit: number): Promise<DueRepair[]> {
    return this.database.query<DueRepair>(
      `select d.user_id as "userId", d.cause, coalesce(l.admission = 'open' and l.decided_at is not null, false)
         as "isRestored"
       from due_repairs d left join lanes l on l.user_id = d.user_id
       where not exists (select 1 from fence_walks) limit $1`,
      [limit],
    );
  }

  /** The writes of those have their places. */
  async done(repairs: readonly DueRepair[]): Promise<void> {
    await this.database.query(
      `delete from due_repairs d using unnest($1::uuid[], $2::uuid[]) as done (user_id, cause)
       where d.user_id = done.user_id and d.cause = done.cause`,
      [repairs.map(({ userId }) => userId), repairs.map(({ cause }) => cause)],
    );
  }

  /**
   * @returns the newest decisions that the service has carried out. Whoever is about to be followed is left out: for
   *   that user the service may be behind, and it is known. So is whoever was never made: anybody's failed
   *   registrations would take the places of the decisions that a service can have lost.
   */
  newestDecisions(service: string, limit: number): Promise<Decision[]> {
    return this.database.query<Decision>(
      `select l.user_id as "userId", o.seq, l.decided_at as "decidedAt"
       from (select user_id, decided_at from lanes
           where decided_at is not null and not (admission = 'closed' and deleted_at is null)
           order by decided_at desc limit $2) l,
         lateral (select seq, steps from operations
           where user_id = l.user_id and state = 'succeeded' and ${DECIDES} order by seq desc limit 1) o
       where o.steps @> jsonb_build_array(jsonb_build_object('service', $1::text, 'state', 'applied'))
         and not exists (select 1 from due_repairs d where d.user_id = l.user_id)
         and not exists (select 1 from operations r
           where r.user_id = l.user_id and r.effect = 'follows' and r.state in ${UNFINISHED})`,
      [service, limit],
    );
  }

  /** @returns whether that decision is older than all that a service with such a mark may have lost */
  static isBefore({ decidedAt }: Decision, markedAt: string): boolean {
    return decidedAt.getTime() < Date.parse(markedAt) - MARGIN_MS;
  }
}

/**
 * Makes everybody due about whom the register has decided since then, or ever. Whoever is due already is so for the new
 * cause: the write for the one before may have run by now.
 * @returns how many that are
 */
export async function dueSince(tx: Statements, cause: string, since: string | null): Promise<number> {
  let [after, count] = [await beginningOf(tx, since), 0];
  for (;;) {
    const [page] = await tx.query<{ count: number; at: string | null; user: string | null }>(
      `with page as (
         select user_id, decided_at from lanes
         where decided_at is not null and (decided_at, user_id) > ($2::timestamptz, $3::uuid)
         order by decided_at, user_id limit ${PAGE}
       ), due as (
         insert into due_repairs (user_id, cause) select user_id, $1 from page
         on conflict (user_id) do update set cause = excluded.cause
       ), last as (
         select decided_at, user_id from page order by decided_at desc, user_id desc limit 1
       )
       select (select count(*)::integer from page) as count, (select decided_at::text from last) as at,
         (select user_id from last) as user`,
      [cause, ...after],
    );
    count += page!.count;
    if (page!.count < PAGE) return count;
    after = [page!.at!, page!.user!];
  }
}

/** As text: a Date would lose the microseconds that the pages go by. */
async function beginningOf(tx: Statements, since: string | null): Promise<[at: string, user: string]> {
  const user = '00000000-0000-0000-0000-000000000000';
  if (since === null) return ['-infinity', user];
  const [row] = await tx.query<{ at: string }>(
    `select ($1::timestamptz - ${MARGIN_MS} * interval '1 ms')::text as at`,
    [since],
  );
  return [row!.at, user];
}
