// What one write costs does not grow with those before it: counted in entries of indexes that were read, which a busy
// machine does not change.
import { randomUUID } from 'node:crypto';
import { Database, migrate, Steps } from '@turnpike/service';
import { Client } from 'pg';
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

describe('a step', () => {
  it('does not look at the answers that its user was given before', async () => {
    const { urls, drop } = await createDatabases('ordering');
    const options = databaseOptions(urls['ordering']!);
    await migrate(options);
    const database = new Database(options);
    await database.start();
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
