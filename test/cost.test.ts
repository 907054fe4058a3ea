// What one write costs does not grow with those before it: counted in entries of indexes that were read, which a busy
// machine does not change.
import { randomUUID } from 'node:crypto';
import { declarationOf } from '@turnpike/contracts';
import { Database, declareSteps, migrate, Steps } from '@turnpike/service';
import { Client } from 'pg';
import { readConfig } from '../libs/engine/src/config.js';
import { Endings } from '../libs/engine/src/notify/operation-watcher.js';
import { databaseOptions } from '../ordering/src/database.js';
import { createDatabases } from './support/databases.js';
import { TestLedger } from './support/ledger.js';

/** Enough that a cost which grows with each write is far above one that does not. */
const WRITES = 120;

/** Entries of the index that each write may read; one that walks over all before it reads up to WRITES, and often. */
const ENTRIES_PER_WRITE = 10;

/** @returns how many entries of that index all sessions have read that have ended; the others may still count */
async function entriesRead(url: string, index: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ read: number }>(
    'select idx_tup_read::integer as read from pg_stat_user_indexes where indexrelname = $1',
    [index],
  );
  await client.end();
  return rows[0]!.read;
}

describe('the head of a lane', () => {
  let ledger: TestLedger;
  let analyst: Client;
  beforeAll(async () => {
    ledger = await TestLedger.open();
    analyst = new Client({ connectionString: ledger.url });
    await analyst.connect();
    await analyst.query('begin isolation level repeatable read');
    await analyst.query('select count(*) from lanes');
  });
  afterAll(async () => {
    await analyst.end();
    await ledger.drop();
  });

  it('is found without passing by what has ended, though a snapshot is open that sees it unfinished', async () => {
    const userId = await ledger.newLane();
    for (let write = 0; write < WRITES; write += 1) {
      await ledger.accepted(userId);
      const { id } = await ledger.accepted(userId);
      await ledger.ledger.cancel(userId, id);
      await ledger.queries.firstUnfinished(userId);
      await ledger.succeed(userId, (await ledger.laneViews.find(userId))!.head!.id);
    }
    await ledger.disconnect();
    expect(await entriesRead(ledger.url, 'unfinished_operations')).toBeLessThan(
      WRITES * 2 * ENTRIES_PER_WRITE,
    );
  }, 60_000);
});

describe('those who wait in one lane', () => {
  const CHANGES = 40;
  let ledger: TestLedger;
  let endings: Endings;
  /** Every statement of every connection. */
  const said = jest.spyOn(Client.prototype, 'query');
  beforeAll(async () => {
    ledger = await TestLedger.open();
    endings = new Endings(readConfig({ GATEWAY_DATABASE_URL: ledger.url }), ledger.queries);
    endings.onApplicationBootstrap();
  });
  afterAll(async () => {
    await endings.beforeApplicationShutdown();
    await ledger.close();
    said.mockRestore();
  });

  /** @returns how many statements were sent, and how many rows they had for an answer */
  async function costs(): Promise<{ statements: number; rows: number }> {
    const answers = await Promise.all(
      said.mock.results.map(({ value }) => value as Promise<{ rowCount?: number } | null>),
    );
    const rows = answers.map((answer) => answer?.rowCount ?? 0);
    return { statements: answers.length, rows: rows.reduce((sum, count) => sum + count, 0) };
  }

  /** Lets so many wait for writes, for the lane, and by streams, while the writes end one after the other. */
  async function costsOf(waiters: number): ReturnType<typeof costs> {
    const userId = await ledger.newLane();
    const writes: { id: string; seq: number }[] = [];
    for (let write = 0; write < CHANGES; write += 1) writes.push(await ledger.accepted(userId));
    const patience = { timeoutMs: 60_000 };
    const wait = async (waiter: number): Promise<boolean> => {
      const { id, seq } = writes[waiter % CHANGES]!;
      if (waiter % 2) return endings.ofLane(userId, seq, patience);
      return (await endings.ofOperation(id, patience)) !== null;
    };
    const over = new AbortController();
    const follow = (): Promise<void> => {
      let told = 0n;
      return endings.follow(userId, over.signal, async () => {
        told = (await ledger.changes.after(userId, told)).upTo;
        return true;
      });
    };
    said.mockClear();
    const ended = Promise.all(Array.from({ length: waiters }, (_, waiter) => wait(waiter)));
    const followed = Array.from({ length: 10 }, follow);
    for (const { id } of writes) await ledger.succeed(userId, id);
    expect(new Set(await ended)).toEqual(new Set([true]));
    over.abort();
    await Promise.all(followed);
    return costs();
  }

  it('read as much as changes, and not as often as they are many', async () => {
    const [some, many] = [await costsOf(100), await costsOf(1600)];
    for (const { statements, rows } of [some, many]) {
      // Of each write its claim and its end, a look for it, one for its lane, and those of the streams.
      expect(statements).toBeLessThan(CHANGES * 25);
      expect(rows).toBeLessThan(CHANGES * 19);
    }
  }, 60_000);
});

describe('a step', () => {
  it('does not look at the answers that its user was given before', async () => {
    const { urls, drop } = await createDatabases('ordering');
    const options = databaseOptions(urls['ordering']!);
    await migrate(options);
    const database = new Database(options);
    await database.start();
    declareSteps(declarationOf('ordering').steps!);
    const steps = new Steps(database);
    const userId = randomUUID();
    for (let seq = 1; seq <= WRITES; seq += 1) {
      const call = { key: `${randomUUID()}/ordering.place`, userId, fence: { seq, epoch: 1 }, beside: false };
      await steps.apply(call, () => Promise.resolve({ body: {} }));
    }
    await database.onApplicationShutdown();
    expect(await entriesRead(urls['ordering']!, 'inbox_by_lane')).toBeLessThan(WRITES);
    await drop();
  }, 60_000);
});
