// The connections of BullMQ's PostgreSQL backend, without BullMQ.
import { Logger } from '@nestjs/common';
import type { Pool, PoolClient } from 'pg';
import { openConnections } from '../libs/engine/src/queue/connections.js';
import { migrateQueue } from '../libs/engine/src/queue/migrate.js';
import { createDatabases, type Databases } from './support/databases.js';
import { freePort } from './support/ports.js';
import { pause } from './support/processes.js';
import { TcpProxy } from './support/proxy.js';

describe('the connections of a queue in PostgreSQL', () => {
  let databases: Databases;
  let proxy: TcpProxy;
  let pool: Pool;
  const stopped = new AbortController();
  beforeAll(async () => {
    jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    databases = await createDatabases('queue');
    const direct = {
      backend: 'postgres',
      url: databases.urls.queue!,
      installation: 'turnpike',
      partitions: 1,
      concurrency: 1,
    } as const;
    await migrateQueue(direct);
    proxy = await TcpProxy.to(direct.url, await freePort()).up();
    const connections = await openConnections({ ...direct, url: proxy.through(direct.url) }, stopped.signal);
    pool = connections!.producer as unknown as Pool;
  });
  afterAll(async () => {
    await pool.end();
    await proxy.down();
    await databases.drop();
    jest.restoreAllMocks();
  });

  /** The pool has heard of the end of what it had. */
  async function emptied(): Promise<void> {
    while (pool.totalCount > 0) await pause(10);
  }

  // BullMQ would remember the failure for ever.
  it('are had in the end by whoever waits for one', async () => {
    await proxy.down();
    await emptied();
    const waiting = pool.connect();
    await expect(pool.query('select 1')).rejects.toThrow();
    await proxy.up();
    const client = await waiting;
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    client.release();
  });

  // BullMQ would ask again at once, and the process would do nothing else.
  it('are refused to a statement no faster than they are asked for anew', async () => {
    await proxy.down();
    await emptied();
    const begun = performance.now();
    await expect(pool.query('select 1')).rejects.toThrow();
    expect(performance.now() - begun).toBeGreaterThan(400);
    await proxy.up();
  });

  it('that are listened on say within 10 s that they lead nowhere', async () => {
    const client: PoolClient = await pool.connect();
    await client.query('listen jobs');
    const lost = new Promise((resolve) => client.once('error', resolve));
    proxy.forget();
    const begun = performance.now();
    await lost;
    expect(performance.now() - begun).toBeLessThan(10_000 + 3000);
    client.release(true);
  });

  it('are given up when the process stops', async () => {
    await proxy.down();
    await emptied();
    stopped.abort();
    await expect(pool.connect()).rejects.toThrow();
    await proxy.up();
  });
});
