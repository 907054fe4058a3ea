// Behind a pooler that pools by session, with roles that set everything otherwise. Where pgbouncer is not installed,
// there is nothing to test.
import { Database, migrate } from '@turnpike/service';
import { databaseOptions as gatewayOptions } from '../libs/engine/src/ledger/database.js';
import { migrateQueue } from '../libs/engine/src/queue/migrate.js';
import { databaseOptions as identityOptions } from '../identity/src/database.js';
import { databaseOptions as orderingOptions } from '../ordering/src/database.js';
import { api, expectStatus, LINE, persistently, register, signIn, WAIT } from './support/client.js';
import { createDatabases } from './support/databases.js';
import { PgBouncer } from './support/pgbouncer.js';
import { setOddly, terminateAll } from './support/superuser.js';
import { startSystem, type System } from './support/system.js';

const whereInstalled = PgBouncer.isInstalled() ? describe : describe.skip;

whereInstalled('behind a pooler', () => {
  let bouncer: PgBouncer;
  beforeAll(async () => {
    bouncer = await PgBouncer.start();
  });
  afterAll(() => bouncer?.stop());

  it('every migration is made, and sessions have their limits', async () => {
    const { urls, drop } = await createDatabases('gateway', 'identity', 'ordering');
    const url = (name: string): string => bouncer.through(urls[name]!);
    const gateway = gatewayOptions({ databaseUrl: url('gateway') });
    expect((await migrate(gateway)).length).toBeGreaterThan(0);
    expect((await migrate(identityOptions(url('identity')))).length).toBeGreaterThan(0);
    expect((await migrate(orderingOptions(url('ordering')))).length).toBeGreaterThan(0);
    await migrateQueue({
      backend: 'postgres',
      url: url('gateway'),
      installation: 'turnpike',
      partitions: 1,
      concurrency: 1,
    });
    const database = new Database(gateway);
    await database.start();
    const rows = await database.query(
      `select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
         current_setting('idle_in_transaction_session_timeout') as idle`,
    );
    expect(rows).toEqual([{ statement: '4s', lock: '4s', idle: '5s' }]);
    expect(await database.isReady()).toBe(true);
    await database.onApplicationShutdown();
    await drop();
  });

  describe('the whole system', () => {
    let system: System;
    beforeAll(async () => {
      system = await startSystem({ through: bouncer.through });
      for (const project of ['gateway', 'identity', 'ordering'] as const) {
        const { [`${project.toUpperCase()}_DATABASE_URL`]: url } = processOf(project).env;
        await setOddly(url!);
        await terminateAll(url!);
      }
      const { identity, ordering, gateways } = system.processes;
      await Promise.all([identity, ordering, ...gateways].map((one) => one.becomesReady()));
    }, 120_000);
    afterAll(() => system?.stop());

    const processOf = (project: 'gateway' | 'identity' | 'ordering') =>
      project === 'gateway' ? system.processes.gateways[0]! : system.processes[project];

    it('works as ever, whatever its roles set', async () => {
      const url = system.gatewayUrls[0]!;
      const user = await register(url);
      const client = api(url, user.token);
      const order = { lines: [LINE], reference: 'Grüße, 東京 \\' };
      const placed = expectStatus(await client.post('/v1/orders', order, WAIT), 201);
      expect(placed).toMatchObject({ reference: order.reference, status: 'placed' });
      expect(Date.parse(placed.createdAt as string)).toBeGreaterThan(Date.now() - 60_000);
      const operations = expectStatus(await client.get('/v1/operations'), 200);
      expect(operations.items).toHaveLength(2);
      await signIn(url, user);
      expectStatus(await client.delete(`/v1/users/${user.id}`, WAIT), 204);
      const refused = await persistently(() => api(url).post('/v1/sessions', user));
      expect(refused.status).not.toBe(201);
    });
  });
});
