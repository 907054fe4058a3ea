import { setTimeout as pause } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Counter } from 'prom-client';
import type { Database } from './database.js';
import type { Statements } from './transaction.js';

/*
 * Retention: what is over is removed, a batch of rows at a time, so that nobody waits for it longer than for any other
 * statement. Between two batches it rests as long as the last one took. A batch is a transaction of its own, under an
 * advisory lock of its table: of several processes one works on a table, and one that dies leaves nothing to mend.
 *
 * Rows that somebody holds are passed by and found by the next round: it waits for nobody, so it is never part of a
 * circle of waiters. What a row must be like to go is said by the statement itself and not by who sends it.
 */

/** Rows of a batch: some ten milliseconds, and as many locks. */
const BATCH = 1000;

/** Milliseconds between two rounds, and before the first: who has just started has better things to do. */
const ROUND_MS = 60_000;

/** Milliseconds between two walks, which look at rows that stay, too. */
const WALK_MS = 3_600_000;

const trimmedRows = new Counter({
  name: 'turnpike_trimmed_rows_total',
  help: 'Rows that were removed because their time was over.',
  labelNames: ['table'] as const,
});

/** Which rows of a table go, and when. */
export interface Trim {
  table: string;
  /** Milliseconds from one look at the table to the next. */
  everyMs: number;
  /** Removes some rows. @param after where the walk has come to, as {@link Trimmed} says; null where it begins */
  batch(tx: Statements, after: string | null): Promise<Trimmed>;
}

export interface Trimmed {
  /** How many rows are gone. */
  trimmed: number;
  /** Where the walk goes on; null at its end. */
  next: string | null;
}

/** A walk over a table in the order of a key. */
export interface Walk {
  key: string;
  type: keyof typeof LOWEST;
  /** How long rows are kept, as an interval of PostgreSQL. */
  kept: string;
  /** The column with a row's time of birth, if keys grow with it: a page of young rows ends the walk. */
  since?: string;
  /** Which rows `t` go. */
  goes: string;
}

/** Below every key. */
const LOWEST = { uuid: '00000000-0000-0000-0000-000000000000', bigint: '-1', text: '' };

/**
 * For a table without an index on the age of its rows: the rows are looked at page by page, by the index of the key.
 * However many of them stay, no statement looks at more than a page.
 */
export function walkOver(table: string, { key, type, kept, since, goes }: Walk): Trim {
  const isOld = since ? `${since} < now() - interval '${kept}'` : 'true';
  const sql = `with page as materialized (
      select ${key} as key, ${isOld} as is_old from ${table} where ${key} > $1::${type} order by ${key} limit ${BATCH}
    ), old as materialized (
      select t.ctid from page join ${table} t on t.${key} = page.key where ${goes} for update of t skip locked
    ), trimmed as (
      delete from ${table} where ctid = any(array(select ctid from old)) returning 1
    )
    select (select count(*)::integer from trimmed) as trimmed,
      case when count(*) = ${BATCH} and bool_or(is_old) then (array_agg(key::text order by key desc))[1] end as next
    from page`;
  return {
    table,
    everyMs: WALK_MS,
    batch: async (tx, after) => (await tx.query<Trimmed>(sql, [after ?? LOWEST[type]]))[0]!,
  };
}

/** For a table in which the rows that go are found without looking at others. @param old selects rows `t` of it */
export function trimAll(table: string, old: string): Trim {
  const sql = `with old as materialized (
      ${old} limit ${BATCH} for update of t skip locked
    ), trimmed as (
      delete from ${table} where ctid = any(array(select ctid from old)) returning 1
    )
    select count(*)::integer as trimmed from trimmed`;
  return {
    table,
    everyMs: ROUND_MS,
    batch: async (tx) => {
      const [{ trimmed }] = (await tx.query<{ trimmed: number }>(sql)) as [{ trimmed: number }];
      return { trimmed, next: trimmed === BATCH ? '' : null };
    },
  };
}

/** For a table with an index on the age of its rows. @param at the column with their age, of which is kept `kept` */
export function trimOldest(table: string, at: string, kept: string): Trim {
  return trimAll(
    table,
    `select t.ctid from ${table} t where t.${at} < now() - interval '${kept}' order by t.${at}`,
  );
}

/** Trims the tables of a process, until that stops. */
export class Retention implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Retention.name);
  private readonly stopped = new AbortController();
  private readonly dueAt = new Map<Trim, number>();
  private finished: Promise<void> = Promise.resolve();

  /** @param trims none for a process that leaves it to others */
  constructor(
    private readonly database: Database,
    private readonly trims: readonly Trim[],
  ) {}

  onApplicationBootstrap(): void {
    if (this.trims.length > 0) this.finished = this.run();
  }

  /** Before the connections of the process are closed. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped.abort();
    await this.finished;
  }

  /** Walks over all tables that are due, a batch of each in turn: much to do in one keeps no other waiting. */
  async round(): Promise<void> {
    let walks = this.trims
      .filter((trim) => this.isDue(trim))
      .map((trim) => ({ trim, after: null as string | null }));
    while (walks.length > 0) {
      const unfinished: typeof walks = [];
      for (const { trim, after } of walks) {
        if (this.stopped.signal.aborted) return;
        const next = await this.step(trim, after);
        if (next !== null) unfinished.push({ trim, after: next });
      }
      walks = unfinished;
    }
  }

  private async run(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      await this.rest(ROUND_MS);
      await this.round();
    }
  }

  private isDue(trim: Trim): boolean {
    const now = performance.now();
    if (now < (this.dueAt.get(trim) ?? 0)) return false;
    // A round that is late by less than itself is not one too few.
    this.dueAt.set(trim, now + trim.everyMs - ROUND_MS / 2);
    return true;
  }

  /** One batch, and the rest after it. @returns where the walk goes on, or null */
  private async step(trim: Trim, after: string | null): Promise<string | null> {
    const begun = performance.now();
    try {
      const { trimmed, next } = await this.batch(trim, after);
      trimmedRows.inc({ table: trim.table }, trimmed);
      if (next !== null) await this.rest(performance.now() - begun);
      return next;
    } catch (error) {
      this.logger.warn(`${trim.table} is left to the next round: ${(error as Error).message}`);
      this.dueAt.delete(trim);
      return null;
    }
  }

  /** The transaction says which table it trims: a trigger that lets nothing be removed can let this pass. */
  private batch(trim: Trim, after: string | null): Promise<Trimmed> {
    return this.database.statements(async (tx) => {
      const [turn] = await tx.query<{ mine: boolean }>(
        `select pg_try_advisory_xact_lock(hashtext('turnpike.retention.' || $1)) as mine,
           set_config('turnpike.trims', $1, true)`,
        [trim.table],
      );
      return turn!.mine ? trim.batch(tx, after) : { trimmed: 0, next: null };
    });
  }

  private async rest(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.stopped.signal }).catch(() => undefined);
  }
}
