// What a process does when its database is away, silent, read-only, or set to something else: each mechanism by itself,
// on the database of each process.
import { Database, type DatabaseOptions, migrate, problemOf } from '@turnpike/service';
import { databaseOptions as gatewayOptions } from '../libs/engine/src/ledger/database.js';
import { type Hit, RateWindows } from '../libs/engine/src/limits/rate-windows.js';
import { databaseOptions as identityOptions } from '../identity/src/database.js';
import { databaseOptions as orderingOptions } from '../ordering/src/database.js';
import { createDatabases, type Databases } from './support/databases.js';
import { freePort } from './support/ports.js';
import { pause, until } from './support/processes.js';
import { TcpProxy } from './support/proxy.js';
import { ODD_SETTINGS, setOddly, turnReadOnly, turnWritable } from './support/superuser.js';

/** What is back is used again within 2 s; the rest is for a machine that runs other tests too. */
const USED_AGAIN_WITHIN_MS = 2000 + 3000;

let databases: Databases;
let proxy: TcpProxy;
const opened: Database[] = [];

beforeAll(async () => {
  databases = await createDatabases('gateway', 'identity', 'ordering');
  const { gateway, identity, ordering } = databases.urls;
  await migrate(gatewayOptions({ databaseUrl: gateway! }));
  await migrate(identityOptions(identity!));
  await migrate(orderingOptions(ordering!));
  proxy = await TcpProxy.to(gateway!, await freePort()).up();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((database) => database.onApplicationShutdown()));
  proxy.slow(0);
});
afterAll(async () => {
  await proxy.down();
  await databases.drop();
});

async function open(options: DatabaseOptions): Promise<Database> {
  const database = new Database(options);
  opened.push(database);
  await database.start();
  return database;
}

function optionsOf(name: string, url = databases.urls[name]!): DatabaseOptions {
  if (name === 'gateway') return gatewayOptions({ databaseUrl: url });
  return name === 'identity' ? identityOptions(url) : orderingOptions(url);
}

function ledgerByProxy(options: Partial<DatabaseOptions> = {}): Promise<Database> {
  const url = proxy.through(databases.urls.gateway!);
  return open({ ...optionsOf('gateway', url), ...options });
}

/** A write that changes nothing. */
function write(database: Database): Promise<unknown> {
  return database.query('update migrations set name = name where $1', [false]);
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: unknown) => problemOf(error).code,
  );
}

describe.each(['gateway', 'identity', 'ordering'])('the database of %s', (name) => {
  it('that turns read-only is not ready, answers unavailable, and is used again when it is writable', async () => {
    const url = databases.urls[name]!;
    const database = await open(optionsOf(name));
    expect(await database.isReady()).toBe(true);
    await turnReadOnly(url);
    try {
      await until(async () => !(await database.isReady()), USED_AGAIN_WITHIN_MS);
      expect(await codeOf(write(database))).toBe('unavailable');
      expect(await codeOf(database.query('select 1'))).toBe('unavailable');
    } finally {
      await turnWritable(url);
    }
    await until(async () => (await codeOf(write(database))) === 'done', USED_AGAIN_WITHIN_MS);
    await until(() => database.isReady(), USED_AGAIN_WITHIN_MS);
  });

  it('that refuses its tables is not ready, until it allows them again', async () => {
    const database = await open(optionsOf(name));
    const [table] = { gateway: ['lanes'], identity: ['users'], ordering: ['orders'] }[name]!;
    const change = `update ${table} set version = version where $1`;
    const role = new URL(databases.urls[name]!).username;
    await database.query(`revoke all on ${table} from ${role}`);
    try {
      await until(async () => !(await database.isReady()), USED_AGAIN_WITHIN_MS);
      if (name !== 'gateway') expect(await codeOf(database.query(change, [false]))).toBe('unavailable');
    } finally {
      await database.query(`grant all on ${table} to ${role}`);
    }
    await until(() => database.isReady(), USED_AGAIN_WITHIN_MS);
  });

  it('whose role sets everything otherwise gets sessions as they have to be', async () => {
    await setOddly(databases.urls[name]!);
    await migrate(optionsOf(name));
    const database = await open(optionsOf(name));
    const settings = Object.keys(ODD_SETTINGS);
    const rows = await database.query<{ name: string; value: string }>(
      'select name, current_setting(name) as value from unnest($1::text[]) as names (name)',
      [settings],
    );
    expect(Object.fromEntries(rows.map((row) => [row.name, row.value]))).toEqual({
      DateStyle: 'ISO, MDY',
      TimeZone: 'UTC',
      IntervalStyle: 'postgres',
      bytea_output: 'hex',
      extra_float_digits: '1',
      array_nulls: 'on',
      client_encoding: 'UTF8',
      search_path: '"$user", public',
      synchronous_commit: 'on',
      default_transaction_isolation: 'read committed',
      statement_timeout: '4s',
    });
    const [row] = await database.query<{ at: Date }>(`select timestamptz '2026-02-03 04:05:06Z' as at`);
    expect(row!.at.toISOString()).toBe('2026-02-03T04:05:06.000Z');
  });
});

describe('a connection of the pool', () => {
  const pidOf = async (database: Database): Promise<number> =>
    (await database.query<{ pid: number }>('select pg_backend_pid() as pid'))[0]!.pid;

  it('on which the server says that it is read-only is not used again', async () => {
    const database = await open({ ...optionsOf('gateway'), poolSize: 1 });
    const pid = await pidOf(database);
    await database.query('set default_transaction_read_only = on');
    expect(await codeOf(write(database))).toBe('unavailable');
    expect(await codeOf(write(database))).toBe('done');
    expect(await pidOf(database)).not.toBe(pid);
  });

  it('whose server turns read-only is left within seconds, though it is only read from', async () => {
    const database = await open({ ...optionsOf('gateway'), poolSize: 1 });
    const pid = await pidOf(database);
    await database.query('set default_transaction_read_only = on');
    await until(async () => {
      await pause(3500);
      return (await pidOf(database)) !== pid;
    }, 20_000);
  });

  it('that comes back in a transaction is not handed on', async () => {
    const database = await open({ ...optionsOf('gateway'), poolSize: 1 });
    await database.query('begin');
    expect(await codeOf(database.query('select 1 / $1::integer', [0]))).toBe('internal-error');
    expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('that keeps its place after a mistake of the statement', async () => {
    const database = await open({ ...optionsOf('gateway'), poolSize: 1 });
    const pid = await pidOf(database);
    expect(await codeOf(database.query('select 1 / $1::integer', [0]))).toBe('internal-error');
    expect(await pidOf(database)).toBe(pid);
  });

  it('that leads nowhere is found though nobody uses it, and the pool is well within 10 s', async () => {
    const database = await ledgerByProxy();
    const all = (): Promise<unknown> =>
      Promise.all(Array.from({ length: 5 }, () => database.query('select pg_sleep(0.05)')));
    await all();
    proxy.forget();
    // The heartbeat needs 6 s at the most.
    await pause(7000);
    const begun = performance.now();
    await all();
    expect(performance.now() - begun).toBeLessThan(2000);
  });

  it('costs a transaction that loses it no more than to be told so', async () => {
    const database = await ledgerByProxy({ poolSize: 1 });
    const work = database.transaction(async (tx) => {
      await tx.query('select 1');
      proxy.cut();
      await tx.query('select 1').catch(() => undefined);
      await tx.query('select 1');
    });
    expect(await codeOf(work)).toBe('unavailable');
    expect(await codeOf(write(database))).toBe('done');
  });
});

describe('the counts that a sign-in needs', () => {
  it('are had from a ledger that is slow', async () => {
    const windows = new RateWindows(await ledgerByProxy());
    await hitOf(windows, 'slow');
    proxy.slow(300);
    expect((await hitOf(windows, 'slow')).number).toBe(2);
  });

  it('are had again at once, though a request before has not got its own in time', async () => {
    const windows = new RateWindows(await ledgerByProxy());
    const held = proxy.trap('request', (message) => message.includes('late'), { type: 'hold' });
    await expect(windows.increment('late', 60_000, 10)).rejects.toMatchObject({ code: 'unavailable' });
    expect((await hitOf(windows, 'other')).number).toBe(1);
    held.release();
  });

  it('are had within 2 s of the return of a ledger that was away', async () => {
    const windows = new RateWindows(await ledgerByProxy());
    for (const [leave, comeBack] of [
      [() => proxy.down(), () => proxy.up()],
      [() => proxy.vanish(), () => proxy.appear()],
    ] as const) {
      await leave();
      const waiting = Array.from({ length: 20 }, () => codeOf(hitOf(windows, 'away')));
      expect(new Set(await Promise.all(waiting))).toEqual(new Set(['unavailable']));
      await comeBack();
      await until(async () => (await codeOf(hitOf(windows, 'away'))) === 'done', USED_AGAIN_WITHIN_MS);
    }
  });
});

async function hitOf(windows: RateWindows, key: string): Promise<Hit> {
  return (await windows.hitEach([key], 60_000))[0]!;
}
