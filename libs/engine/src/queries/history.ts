import { Injectable } from '@nestjs/common';
import type { Sample } from '@turnpike/protocol';
import { Database } from '@turnpike/service';
import { type Counts, LedgerCounts } from './totals.js';

/** Seconds between two samples. */
export const SAMPLE_SECONDS = 5;

/** How long samples are kept: a day to look back on, and what a look may be late. */
const KEPT = '25 hours';

/** Ends that are younger may still be committed behind others; milliseconds. */
const SETTLED_MS = 1000;

/** Totals since the ledger began; the rates between two of them are for whoever reads. */
interface SampleRow extends Omit<Sample, 'at' | `${string}PerSecond`> {
  at: Date;
  accepted: number;
  finished: number;
  unsuccessful: number;
}

/** The ledger's numbers over time, taken by whichever process is the first in each SAMPLE_SECONDS. */
@Injectable()
export class Samples {
  constructor(
    private readonly database: Database,
    private readonly counts: LedgerCounts,
  ) {}

  /** Takes a sample, unless another process has taken that of this time. */
  async take(): Promise<void> {
    const [due] = await this.database.query<{ due: boolean }>(
      `select not exists (select 1 from samples where at > now() - $1 * interval '1 s') as due`,
      [SAMPLE_SECONDS - 1],
    );
    if (!due!.due) return;
    const { operations, accepted, finished, oldestWaitingMs } = await this.counts.now();
    await this.database.query(
      `with forgotten as (
         delete from samples where at < now() - interval '${KEPT}'
       ), last as materialized (
         select coalesce((select audited from samples order by at desc limit 1), (select max(id) from audit), 0) as audited
       ), ends as materialized (
         select a.id, extract(epoch from o.finished_at - o.created_at) * 1000 as ms
         from last, audit a left join operations o
           on o.id = a.operation_id and o.user_id = a.user_id and a.action like o.kind || '%'
         where a.id > last.audited and a.at < clock_timestamp() - $1 * interval '1 ms'
       )
       insert into samples (at, accepted, finished, unsuccessful, waiting, running, retrying, oldest_waiting_ms,
         p50_ms, p95_ms, p99_ms, audited)
       select date_bin($2 * interval '1 s', now(), 'epoch'), $3, $4, $5, $6, $7, $8, $9, p[1], p[2], p[3],
         coalesce(newest, audited)
       from last, (
         select percentile_cont(array[0.5, 0.95, 0.99]) within group (order by ms) as p, max(id) as newest from ends
       ) measured
       on conflict (at) do nothing`,
      [
        ...[SETTLED_MS, SAMPLE_SECONDS, accepted, finished, unsuccessfulIn(operations)],
        ...[
          operations.queued + operations.retrying,
          operations.running,
          operations.retrying,
          oldestWaitingMs,
        ],
      ],
    );
  }

  /** @returns the samples since then, the oldest first */
  async since(from: Date): Promise<Sample[]> {
    const rows = await this.read(from);
    return rows.slice(1).map((row, index) => sampleOf(row, rows[index]!));
  }

  /** @returns what happened each second between a sample of some seconds ago and `now` */
  async ratesUntil(now: Counts): Promise<{ acceptedPerSecond: number; finishedPerSecond: number }> {
    const [before] = await this.read(new Date(now.at.getTime() - 2 * SAMPLE_SECONDS * 1000));
    if (!before) return { acceptedPerSecond: 0, finishedPerSecond: 0 };
    return ratesBetween(before, now);
  }

  /** The totals are bigints, which a double holds up to 2^53. */
  private read(from: Date): Promise<SampleRow[]> {
    return this.database.query<SampleRow>(
      `select at, accepted::float8, finished::float8, unsuccessful::float8, waiting, running, retrying,
         oldest_waiting_ms as "oldestWaitingMs", p50_ms as "p50Ms", p95_ms as "p95Ms", p99_ms as "p99Ms"
       from samples where at >= $1 order by at`,
      [from],
    );
  }
}

function unsuccessfulIn({ failed, cancelled, rejected }: Counts['operations']): number {
  return failed + cancelled + rejected;
}

type Totals = Pick<SampleRow, 'at' | 'accepted' | 'finished'>;

function ratesBetween(
  before: Totals,
  after: Totals,
): { acceptedPerSecond: number; finishedPerSecond: number } {
  const perSecond = (count: number): number => count / secondsBetween(before, after);
  return {
    acceptedPerSecond: perSecond(after.accepted - before.accepted),
    finishedPerSecond: perSecond(after.finished - before.finished),
  };
}

function secondsBetween(before: Pick<Totals, 'at'>, after: Pick<Totals, 'at'>): number {
  return (after.at.getTime() - before.at.getTime()) / 1000;
}

function sampleOf({ at, accepted, finished, unsuccessful, ...now }: SampleRow, before: SampleRow): Sample {
  return {
    at: at.toISOString(),
    ...ratesBetween(before, { at, accepted, finished }),
    unsuccessfulPerSecond: (unsuccessful - before.unsuccessful) / secondsBetween(before, { at }),
    ...now,
  };
}
