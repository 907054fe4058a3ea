import { Injectable } from '@nestjs/common';
import {
  type DeliveriesQuery,
  type DeliveryError,
  type DeliveryState,
  encodeCursor,
  type Page,
  TEST_EVENT,
  type WebhookDelivery,
} from '@turnpike/protocol';
import { Database, pageOf, type Statements } from '@turnpike/service';
import { v7 as uuidv7 } from 'uuid';
import { positionIn, TIME } from '../support/cursors.js';
import { noteFailure, noteSuccess } from './webhook-store.js';

/*
 * What is to be sent to webhooks. A delivery is inserted by the trigger of what it tells of, in its transaction, and is
 * due at once. Who claims it finds out whether it is its user's turn; one whose turn it is not is parked (it has no
 * due time), and whoever ends the one before it makes it due again. Parking and waking cannot miss each other: a claim
 * locks the rows that are due first, and looks in a new statement whether something stands before them.
 *
 * A claim is a due time in the future, by the database's clock. If its process dies, the time comes, and another sends
 * the same again under the same id; what the dead one may still have to say is about an attempt that is past.
 */

/** Seconds in which a claim has to be settled: the time limit of an attempt, and enough for a slow database. */
const LEASE_SECONDS = 30;

/** How long what was accepted or given up can be replayed. */
export const KEPT = '7 days';

/** Deliveries to look at beyond those for which there are places: some turn out to wait for another. */
const LOOK_AHEAD = 8;

/** Rows of one statement. */
const AT_ONCE = 1000;

/** A delivery that this process sends now. */
export interface ClaimedDelivery {
  webhookId: string;
  id: string;
  userId: string | null;
  type: string;
  data: unknown;
  occurredAt: Date;
  /** This one included. */
  attempts: number;
  url: string;
  /** Sealed; the newest first. */
  secrets: string[];
}

/** What has come of an attempt. */
export type Attempted =
  | { type: 'delivered'; status: number }
  | { type: 'given-up'; status: number | null; error: DeliveryError; isGone: boolean }
  | { type: 'retry'; status: number | null; error: DeliveryError; isGone: boolean; delayMs: number };

export interface WebhookHealth {
  /** How long ago the oldest happened that is still to be delivered; 0 where nothing is. */
  oldestSeconds: number;
  disabled: number;
}

interface DeliveryRow extends Omit<WebhookDelivery, 'occurredAt' | 'nextAttemptAt' | 'finishedAt'> {
  occurredAt: Date;
  nextAttemptAt: Date | null;
  finishedAt: Date | null;
  /** Where a page goes on: the time to the microsecond, and the place. */
  at: string;
  position: string;
}

const DELIVERIES = `select id, type, user_id as "userId", state, attempts, last_status as "lastStatus",
  last_error as "lastError", occurred_at as "occurredAt", due_at as "nextAttemptAt", finished_at as "finishedAt",
  occurred_at::text as at, position from webhook_deliveries`;

/** The time and the place of a delivery. */
const POSITION = [TIME, /^\d{1,18}$/] as const;

@Injectable()
export class WebhookDeliveries {
  constructor(private readonly database: Database) {}

  /**
   * Gives this process deliveries whose turn it is.
   * @param inFlight what it sends now, by webhook
   * @param places how many it may send to one webhook at once
   * @returns them, and whether there may be more
   */
  claim(
    inFlight: ReadonlyMap<string, number>,
    places: number,
  ): Promise<{ claimed: ClaimedDelivery[]; more: boolean }> {
    return this.database.statements(async (tx) => {
      const due = await lockDue(tx, inFlight, places);
      if (due.length === 0) return { claimed: [], more: false };
      return { claimed: await claimHeads(tx, due), more: true };
    });
  }

  /**
   * Writes down what has come of a claimed delivery, and wakes the next of its user if it is over. Of a claim that
   * another process has taken over nothing is written.
   * @returns whether its webhook was disabled by it
   */
  settle({ webhookId, id, userId, attempts }: ClaimedDelivery, what: Attempted): Promise<boolean> {
    return this.database.statements(async (tx) => {
      const isRetry = what.type === 'retry';
      const rows = await tx.query<unknown>(
        `update webhook_deliveries
         set state = $4, last_status = $5, last_error = $6,
           due_at = case when $4 = 'pending' then now() + $7 * interval '1 ms' end,
           finished_at = case when $4 <> 'pending' then now() end
         where webhook_id = $1 and id = $2 and state = 'pending' and attempts = $3 returning 1`,
        [
          ...[webhookId, id, attempts, STATE_AFTER[what.type], what.status],
          ...[what.type === 'delivered' ? null : what.error, isRetry ? what.delayMs : 0],
        ],
      );
      if (rows.length === 0) return false;
      if (!isRetry) await wakeNext(tx, webhookId, userId);
      if (what.type !== 'delivered') return noteFailure(tx, webhookId, what.isGone);
      await noteSuccess(tx, webhookId);
      return false;
    });
  }

  /** Lets go of a claim of which nothing is known: it is sent again at once, by whichever process. */
  async letGo({ webhookId, id, attempts }: ClaimedDelivery): Promise<void> {
    await this.database.query(
      `update webhook_deliveries set due_at = now()
       where webhook_id = $1 and id = $2 and state = 'pending' and attempts = $3`,
      [webhookId, id, attempts],
    );
  }

  /** Has an event without content sent to a webhook. It is nobody's and waits for no other. */
  async addTest(webhookId: string): Promise<WebhookDelivery> {
    const id = uuidv7();
    await this.database.query(
      'insert into webhook_deliveries (webhook_id, id, type, data) values ($1, $2, $3, $4)',
      [webhookId, id, TEST_EVENT, JSON.stringify({ webhookId })],
    );
    await this.announce();
    return (await this.find(webhookId, id))!;
  }

  async find(webhookId: string, id: string): Promise<WebhookDelivery | null> {
    const [row] = await this.database.query<DeliveryRow>(`${DELIVERIES} where webhook_id = $1 and id = $2`, [
      webhookId,
      id,
    ]);
    return row ? viewOf(row) : null;
  }

  /** Newest first. */
  page(webhookId: string, query: DeliveriesQuery): Promise<Page<WebhookDelivery>> {
    return pageOf(query, {
      read: (cursor, count) => this.read(webhookId, query, cursor, count),
      open: (rows) => rows.map(viewOf),
      cursorOf: ({ at, position }) => encodeCursor([at, position]),
    });
  }

  private read(
    webhookId: string,
    { state, userId }: DeliveriesQuery,
    cursor: string | undefined,
    count: number,
  ): Promise<DeliveryRow[]> {
    const [at, position] = positionIn(cursor, POSITION) ?? [null, null];
    return this.database.query<DeliveryRow>(
      // The state stands in the statement itself: the index knows those that were not accepted only.
      `${DELIVERIES} where webhook_id = $1 ${state ? `and state = '${state}'` : ''}
         and ($2::uuid is null or user_id = $2)
         and ($3::timestamptz is null or (occurred_at, position) < ($3::timestamptz, $4::bigint))
       order by occurred_at desc, position desc limit $5`,
      [webhookId, userId ?? null, at, position, count],
    );
  }

  /** Has one sent again that is over, in its old place; one that waits for its next attempt is sent now. */
  async replay(webhookId: string, id: string): Promise<void> {
    await this.database.query(
      `update webhook_deliveries set ${ANEW} where webhook_id = $1 and id = $2 and state <> 'pending'`,
      [webhookId, id],
    );
    await this.hurry(webhookId, id);
  }

  /** Has all sent again that are over and of that time, in their old places. @returns how many */
  async replayRange(webhookId: string, from: Date, to: Date): Promise<number> {
    let count = 0;
    // What was sent again meanwhile is over once more: each is looked at once, by its place.
    let after: { at: Date | string; position: string } | undefined = { at: from, position: '-1' };
    while (after) {
      const page = await this.replayPage(webhookId, after, to);
      count += page.length;
      after = page.length === AT_ONCE ? page.at(-1) : undefined;
    }
    await this.announce();
    return count;
  }

  /** Makes due what waits for its next attempt; what is being sent now is let alone. */
  async hurry(webhookId: string, id: string | null = null): Promise<void> {
    await this.database.query(
      `update webhook_deliveries set due_at = now()
       where webhook_id = $1 and ($2::uuid is null or id = $2) and state = 'pending'
         and due_at > now() + $3 * interval '1 s'`,
      [webhookId, id, LEASE_SECONDS],
    );
    await this.announce();
  }

  /** Forgets some deliveries of webhooks that were removed. @returns how many */
  async forgetOrphans(): Promise<number> {
    const rows = await this.database.query<unknown>(
      `with recursive known (webhook_id) as (
         (select webhook_id from webhook_deliveries order by webhook_id limit 1)
         union all
         select (select webhook_id from webhook_deliveries
           where webhook_id > known.webhook_id order by webhook_id limit 1)
         from known where known.webhook_id is not null
       ), orphans as (
         select d.webhook_id, d.id from known, lateral (
           select webhook_id, id from webhook_deliveries where webhook_id = known.webhook_id limit $1) d
         where not exists (select from webhooks where id = known.webhook_id) limit $1
       ), forgotten as (
         delete from webhook_deliveries d using orphans o
         where d.webhook_id = o.webhook_id and d.id = o.id returning 1
       )
       select * from forgotten`,
      [AT_ONCE],
    );
    return rows.length;
  }

  /** What operators watch. */
  async health(): Promise<WebhookHealth> {
    const [row] = await this.database.query<WebhookHealth>(
      `select coalesce(extract(epoch from now() - min(oldest.occurred_at)), 0)::float8 as "oldestSeconds",
         count(*) filter (where not enabled)::integer as disabled
       from webhooks w left join lateral (
         select occurred_at from webhook_deliveries
         where webhook_id = w.id and state = 'pending' and w.enabled order by occurred_at limit 1) oldest on true`,
    );
    return row!;
  }

  /** Lets the processes look that send. */
  private async announce(): Promise<void> {
    await this.database.query(`select pg_notify('webhook_due', '')`);
  }

  private replayPage(
    webhookId: string,
    after: { at: Date | string; position: string },
    to: Date,
  ): Promise<{ at: string; position: string }[]> {
    return this.database.query(
      `with over as (
         select webhook_id, id, occurred_at, position from webhook_deliveries
         where webhook_id = $1 and (occurred_at, position) > ($2::timestamptz, $3::bigint)
           and occurred_at < $4::timestamptz and state <> 'pending'
         order by occurred_at, position limit $5 for update
       ), replayed as (
         update webhook_deliveries d set ${ANEW}
         from over where d.webhook_id = over.webhook_id and d.id = over.id
       )
       select occurred_at::text as at, position from over order by occurred_at, position`,
      [webhookId, after.at, after.position, to, AT_ONCE],
    );
  }
}

const STATE_AFTER: Readonly<Record<Attempted['type'], DeliveryState>> = {
  delivered: 'delivered',
  'given-up': 'failed',
  retry: 'pending',
};

/** As it was when it was recorded. */
const ANEW = `state = 'pending', attempts = 0, due_at = now(), finished_at = null, last_status = null,
  last_error = null`;

interface DueDelivery {
  webhookId: string;
  id: string;
  /** How many may be sent to its webhook now. */
  free: number;
}

/** Locks what is due and locked by nobody else, the longest due first, for as many as there are places and some more. */
function lockDue(
  tx: Statements,
  inFlight: ReadonlyMap<string, number>,
  places: number,
): Promise<DueDelivery[]> {
  return tx.query<DueDelivery>(
    `/* webhooks.due */ select due.webhook_id as "webhookId", due.id, free.places as free
     from webhooks w
     left join unnest($1::uuid[], $2::integer[]) as busy (webhook_id, count) on busy.webhook_id = w.id,
       lateral (select $3 - coalesce(busy.count, 0) as places) free,
       lateral (
         select webhook_id, id from webhook_deliveries
         where webhook_id = w.id and due_at <= now()
         order by due_at limit case when free.places > 0 then free.places + $4 else 0 end
         for update skip locked
       ) due
     where w.enabled`,
    [[...inFlight.keys()], [...inFlight.values()], places, LOOK_AHEAD],
  );
}

/**
 * Claims those whose turn it is, and parks the others. One that has begun keeps its turn, also where one that was
 * committed later has the earlier place.
 */
function claimHeads(tx: Statements, due: readonly DueDelivery[]): Promise<ClaimedDelivery[]> {
  return tx.query<ClaimedDelivery>(
    `/* webhooks.claim */ with judged as materialized (
       select d.webhook_id, d.id, due.free, d.position,
         d.attempts = 0 and (
           exists (select from webhook_deliveries other
             where other.webhook_id = d.webhook_id and other.user_id = d.user_id
               and other.state = 'pending' and other.attempts > 0)
           or exists (select from webhook_deliveries other
             where other.webhook_id = d.webhook_id and other.user_id = d.user_id
               and other.state = 'pending' and other.position < d.position)) as waits
       from unnest($1::uuid[], $2::uuid[], $3::integer[]) as due (webhook_id, id, free)
       join webhook_deliveries d on d.webhook_id = due.webhook_id and d.id = due.id
     ), parked as (
       update webhook_deliveries d set due_at = null
       from judged j where j.waits and d.webhook_id = j.webhook_id and d.id = j.id
     ), heads as (
       select webhook_id, id from (
         select *, row_number() over (partition by webhook_id order by position) as place from judged where not waits) h
       where place <= free
     )
     update webhook_deliveries d set attempts = attempts + 1, due_at = now() + $4 * interval '1 s'
     from heads h join webhooks w on w.id = h.webhook_id
     where d.webhook_id = h.webhook_id and d.id = h.id
     returning d.webhook_id as "webhookId", d.id, d.user_id as "userId", d.type, d.data,
       d.occurred_at as "occurredAt", d.attempts, w.url,
       array_remove(array[w.secret, case when w.previous_signs_until > now() then w.previous_secret end], null)
         as secrets`,
    [
      due.map(({ webhookId }) => webhookId),
      due.map(({ id }) => id),
      due.map(({ free }) => free),
      LEASE_SECONDS,
    ],
  );
}

/** Makes the next of that user due, unless it has begun. */
async function wakeNext(tx: Statements, webhookId: string, userId: string | null): Promise<void> {
  if (userId === null) return;
  await tx.query(
    `update webhook_deliveries set due_at = now()
     where attempts = 0 and webhook_id = $1 and id = (select id from webhook_deliveries
       where webhook_id = $1 and user_id = $2 and state = 'pending' order by position limit 1)`,
    [webhookId, userId],
  );
}

function viewOf({ at: _at, position: _position, ...row }: DeliveryRow): WebhookDelivery {
  return {
    ...row,
    occurredAt: row.occurredAt.toISOString(),
    nextAttemptAt: row.nextAttemptAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
  };
}
