import { Injectable, Logger } from '@nestjs/common';
import type { ThrottlerStorage } from '@nestjs/throttler';
import { Database, inTime, problemOf, unavailable } from '@turnpike/service';
import { LRUCache } from 'lru-cache';
import { batched } from '../support/batch-reads.js';

/*
 * Counts in windows of time, over all processes: a key's window begins with its first hit, and the first hit after
 * its end begins the next. PostgreSQL counts, under the lock of the key's row, so every hit has a number of its own
 * whichever process it came to. All hits that a process has at a time are one statement, and the keys are locked in
 * their order, so that two statements never wait for each other in a circle. How long a window still lasts is
 * told by the database alone: the processes' clocks need not agree.
 */

/** Milliseconds that a request waits for its count; it may go on without, and what it asks for takes time as well. */
const PATIENCE_MS = 500;

/**
 * Milliseconds that those wait who cannot go on without: a database that is slow for a moment is no reason to refuse
 * them, and what is away is told within 2 s.
 */
const NEEDED_WITHIN_MS = 1800;

/**
 * Milliseconds for which requests that may go on without a count do not wait for one again, unless it was had by
 * another. Those who need it ask all the same: one late answer would otherwise refuse all sign-ins of a second.
 */
const SPARED_MS = 1000;

/** Keys that are remembered as spent, some 2 MB; one that is forgotten costs a hit in the next statement. */
const MAX_SPENT = 10_000;

/** One of a key's hits. */
export interface Hit {
  key: string;
  /** Its number in the window, from 1. */
  number: number;
  /** Milliseconds to the end of the window. */
  leftMs: number;
  /** Which window it was, as text: a Date would lose the microseconds. */
  window: string;
}

/** Hits that are not to count after all. */
export interface Return {
  hit: Hit;
  count: number;
}

interface Request {
  key: string;
  windowMs: number;
}

interface WindowRow {
  key: string;
  hits: number;
  window: string;
  leftMs: number;
}

type StorageRecord = Awaited<ReturnType<ThrottlerStorage['increment']>>;

@Injectable()
export class RateWindows implements ThrottlerStorage {
  private readonly logger = new Logger(RateWindows.name);
  private readonly count = batched((requests: readonly Request[]) => this.write(requests));
  private readonly spent = new LRUCache<string, true>({ max: MAX_SPENT, ttlAutopurge: false });
  private sparedUntil = 0;

  constructor(private readonly database: Database) {}

  /**
   * Counts a request. A key that is known to be spent is answered from memory, so that a flood costs nothing.
   * @param ttl milliseconds of a window
   * @throws Problem `unavailable` where the database does not count in time
   */
  async increment(key: string, ttl: number, limit: number): Promise<StorageRecord> {
    const spentForMs = this.spent.getRemainingTTL(key);
    if (spentForMs > 0) return recordOf(limit + 1, limit, spentForMs);
    const { number, leftMs } = await this.hitIfAnswered(key, ttl);
    if (number > limit) this.spent.set(key, true, { ttl: Math.ceil(leftMs) });
    return recordOf(number, limit, leftMs);
  }

  /**
   * Counts one of each key, all or none: what is counted too late, when nothing comes of it, is given back.
   * @throws Problem `unavailable` where the database does not count in time
   */
  async hitEach(keys: readonly string[], windowMs: number): Promise<Hit[]> {
    const counted = keys.map((key) => this.count({ key, windowMs }));
    try {
      return await inTime(Promise.all(counted), NEEDED_WITHIN_MS, notCounted);
    } catch (error) {
      void this.giveBackLate(counted);
      throw error;
    }
  }

  /** Takes hits back; those whose window is over are gone already. */
  async giveBack(returns: readonly Return[]): Promise<void> {
    await this.database.query(
      `with present as (
         select w.key, returned.hits
         from unnest($1::text[], $2::timestamptz[], $3::integer[]) as returned (key, ends_at, hits)
         join rate_windows w on w.key = returned.key and w.ends_at = returned.ends_at
         order by w.key for update of w
       )
       update rate_windows w set hits = greatest(0, w.hits - present.hits) from present where w.key = present.key`,
      [
        returns.map(({ hit }) => hit.key),
        returns.map(({ hit }) => hit.window),
        returns.map(({ count }) => count),
      ],
    );
  }

  private async giveBackLate(counted: readonly Promise<Hit>[]): Promise<void> {
    const settled = await Promise.allSettled(counted);
    const hits = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    if (hits.length === 0) return;
    await this.giveBack(hits.map((hit) => ({ hit, count: 1 }))).catch((error: Error) =>
      this.logger.warn(`What was counted too late stays counted: ${error.message}`),
    );
  }

  private async hitIfAnswered(key: string, windowMs: number): Promise<Hit> {
    if (performance.now() < this.sparedUntil) throw notCounted();
    try {
      return await inTime(this.count({ key, windowMs }), PATIENCE_MS, notCounted);
    } catch (error) {
      if (problemOf(error).code === 'unavailable') this.sparedUntil = performance.now() + SPARED_MS;
      throw error;
    }
  }

  private async write(requests: readonly Request[]): Promise<Hit[]> {
    const rows = await this.upsert(requests);
    this.sparedUntil = 0;
    return numbered(requests, rows);
  }

  private upsert(requests: readonly Request[]): Promise<WindowRow[]> {
    const keys = [...new Map(requests.map(({ key, windowMs }) => [key, windowMs]))];
    const hits = occurrences(requests);
    return this.database.query<WindowRow>(
      `insert into rate_windows as w (key, hits, ends_at)
       select key, hits, now() + ms * interval '1 ms'
       from unnest($1::text[], $2::integer[], $3::integer[]) as new (key, hits, ms) order by key
       on conflict (key) do update set
         hits = excluded.hits + case when w.ends_at > now() then w.hits else 0 end,
         ends_at = case when w.ends_at > now() then w.ends_at else excluded.ends_at end
       returning key, hits, ends_at::text as window,
         greatest(1, extract(epoch from ends_at - clock_timestamp()) * 1000)::float8 as "leftMs"`,
      [keys.map(([key]) => key), keys.map(([key]) => hits.get(key)), keys.map(([, windowMs]) => windowMs)],
    );
  }
}

function recordOf(totalHits: number, limit: number, leftMs: number): StorageRecord {
  const seconds = Math.ceil(leftMs / 1000);
  const isBlocked = totalHits > limit;
  return { totalHits, timeToExpire: seconds, isBlocked, timeToBlockExpire: isBlocked ? seconds : 0 };
}

function occurrences(requests: readonly Request[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { key } of requests) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** The last hits of each key are those of this statement, in the order in which they came. */
function numbered(requests: readonly Request[], rows: readonly WindowRow[]): Hit[] {
  const hits = occurrences(requests);
  const windows = new Map(rows.map((row) => [row.key, { ...row, number: row.hits - hits.get(row.key)! }]));
  return requests.map(({ key }) => {
    const row = windows.get(key)!;
    row.number += 1;
    return { key, number: row.number, leftMs: row.leftMs, window: row.window };
  });
}

function notCounted(): Error {
  return unavailable('Requests cannot be counted at the moment.');
}
