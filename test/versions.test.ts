// Two versions on one ledger: migrations are made once, and what they make is fit for the version before and after.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { AuditQuery, LanesQuery, OperationsQuery, OpsOperationsQuery } from '@turnpike/protocol';
import { Database, migrate } from '@turnpike/service';
import { Client } from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { databaseOptions } from '../libs/engine/src/ledger/database.js';
import { AuditTrail } from '../libs/engine/src/audit/audit-trail.js';
import { LedgerCounts } from '../libs/engine/src/queries/totals.js';
import { LaneControl } from '../libs/engine/src/ledger/lane-control.js';
import { OperationList } from '../libs/engine/src/queries/operation-list.js';
import { createDatabases, type Databases } from './support/databases.js';
import { inState, keyOf, TestLedger } from './support/ledger.js';
import { migrate as startMigration } from './support/processes.js';
import { type Call, recordCalls, replay } from './support/recorded-sql.js';

/** What the first version says to its database, in the life below; written anew by `FREEZE=1` for a release. */
const FIRST = path.resolve(__dirname, 'fixtures/ledger-of-0.1.0.json');

/** A later version: it adds, and takes nothing away. */
class Later2000000000000 implements MigrationInterface {
  name = 'Later2000000000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of ['lanes', 'operations', 'audit', 'idempotency_keys', 'target_lanes', 'data_keys']) {
      await runner.query(
        `alter table ${table} add column later text, add column later_too integer not null default 0`,
      );
    }
    await runner.query(
      'create table gifts (id uuid primary key, user_id uuid not null references lanes (user_id))',
    );
    await runner.query('alter table lanes drop constraint lanes_execution_check');
    await runner.query(`
      alter table lanes add constraint lanes_execution_check check (execution in ('running', 'paused', 'halted', 'slow'))`);
  }

  async down(): Promise<void> {}
}

/** Everything that can happen in a lane, once. */
async function live(t: TestLedger): Promise<void> {
  const userId = await t.newLane();
  const clientKey = { scope: userId, key: 'k', fingerprint: 'f' };
  const { id } = await t.accepted(userId, { clientKey });
  expect(await t.write(userId, { clientKey })).toMatchObject({ outcome: 'replayed', operationId: id });
  const waiting = await t.accepted(userId);
  const claimed = (await t.claim(userId, id))!;
  await t.ledger.renew([keyOf(claimed)], 60_000);
  await t.ledger.retryLater({ key: keyOf(claimed), delayMs: 0, problem: null, steps: claimed.steps });
  await t.succeed(userId, id);
  await t.ledger.cancel(userId, waiting.id);
  const control = new LaneControl(t.database);
  await control.pause(userId, userId, 'r');
  await control.resume(userId, userId, null);
  await t.done(userId, 'user.update', { change: { before: { lastName: 'Byron' }, after: null } });
  const failing = (await t.claim(userId, (await t.accepted(userId)).id))!;
  const problem = { type: '/problems/x', title: 'x', status: 409, code: 'order-state-conflict' } as const;
  await t.ledger.finish(keyOf(failing), {
    ...{ effect: failing.effect, state: 'failed', steps: inState(failing, 'refused'), result: null, problem },
  });
  await t.ledger.releaseOverdue(null, { olderThanMs: 2000, limit: 10 });
  await t.done(userId, 'user.delete');
  await t.done(userId, 'user.restore');
  await t.accepted(userId);
  const { id: deletion } = await t.accepted(userId, { kind: 'user.delete', cancelsWaiting: true });
  await t.succeed(userId, deletion);
  await t.done(userId, 'user.purge');
  expect(await t.queries.lane(userId)).toMatchObject({
    admission: 'closed',
    lastSeq: 10,
    depth: 0,
    failed: 1,
    cancelled: 2,
  });
}

/** Everything that is looked at. */
async function look(t: TestLedger): Promise<void> {
  const [{ seals }] = t.keys;
  await new LedgerCounts(t.database).now();
  await t.laneViews.page(new LanesQuery(), null);
  await new OperationList(t.database, t.queries).page(new OpsOperationsQuery());
  await new AuditTrail(t.database, seals).page(new AuditQuery());
  await t.queries.operationsOf(uuidv7(), new OperationsQuery());
  await t.queries.laneOf('order', uuidv7());
  await t.queries.standing(uuidv7());
  await t.trim();
}

function optionsFor(databases: Databases): ReturnType<typeof databaseOptions> {
  return databaseOptions({ databaseUrl: databases.urls['gateway']! });
}

describe('migrations', () => {
  let databases: Databases;
  beforeAll(async () => void (databases = await createDatabases('gateway')));
  afterAll(() => databases.drop());

  it('are made once, however many begin with them at the same time', async () => {
    const env = { PATH: process.env['PATH'] ?? '', GATEWAY_DATABASE_URL: databases.urls['gateway']! };
    await Promise.all(Array.from({ length: 4 }, () => startMigration('gateway', env)));
    const client = new Client(databases.urls['gateway']);
    await client.connect();
    const { rows } = await client.query<{ name: string }>('select name from migrations order by id');
    const all = optionsFor(databases).migrations as (new () => object)[];
    expect(rows.map(({ name }) => name)).toEqual(all.map(({ name }) => name));
    await client.end();
  });
});

describe('a version whose database a later one has migrated', () => {
  it('goes on while it happens, and starts afterwards', async () => {
    const t = await TestLedger.open();
    await live(t);
    await look(t);
    const options = { ...t.options, migrations: [...(t.options.migrations as []), Later2000000000000] };
    expect(await migrate(options)).toEqual(['Later2000000000000']);
    // The same connections, with what they have prepared.
    await live(t);
    await look(t);
    await t.database.query(
      `with lane as (insert into lanes (user_id, last_seq, depth, later) values ($1, 1, 1, 'x'))
       insert into operations (user_id, seq, id, kind, target_type, target_id, payload, steps, later)
       values ($1, 1, $2, 'gift.send', 'gift', $1, '{}', '[]', 'x')`,
      [uuidv7(), uuidv7()],
    );
    await look(t);
    expect(await migrate(t.options)).toEqual([]);
    const again = new Database(t.options);
    await again.start();
    expect(await again.isReady()).toBe(true);
    await again.onApplicationShutdown();
    await t.close();
  });
});

describe('the first version', () => {
  if (process.env['FREEZE']) {
    it('is written down', async () => {
      let t: TestLedger;
      const open = async (): Promise<TestLedger> => (t = await TestLedger.open());
      const calls = await recordCalls(open, live);
      writeFileSync(FIRST, `${JSON.stringify(calls)}\n`);
      await t!.close();
    });
  }

  it('finds on the tables of today what it found on its own', async () => {
    const databases = await createDatabases('gateway');
    await migrate(optionsFor(databases));
    const calls = JSON.parse(readFileSync(FIRST, 'utf8')) as Call[];
    expect(calls.length).toBeGreaterThan(50);
    await replay(databases.urls['gateway']!, calls);
    await databases.drop();
  });
});
