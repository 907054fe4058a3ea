// The servers that all tests share: one PostgreSQL and, where it is installed, one Redis. Both are empty, on free
// ports, and gone afterwards; tests find them through the environment.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../scripts/embedded-postgres.mjs';
import { inventSecrets } from '../../scripts/secrets.mjs';
import { findRedis, startRedis } from './redis-server.mjs';

export default async function globalSetup() {
  const hasRedis = findRedis();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'turnpike-test-'));
  await chmod(folder, 0o711); // run by root, PostgreSQL is another user and has to pass through
  const { postgres, redis } = await startServers(folder, hasRedis);
  await leaveDiskBehind(postgres.superuserUrl);
  process.env.TEST_POSTGRES_URL = postgres.superuserUrl;
  process.env.TEST_SECRETS = JSON.stringify(inventSecrets());
  if (redis) process.env.TEST_REDIS_URL = redis.url;
  globalThis.turnpikeServers = { folder, postgres, redis };
}

/**
 * Lets PostgreSQL wait for no disk: what it has written outlives it, if not the machine, and more is not asked of tests.
 * A commit waits 5 ms for a busy disk, and the end of a database a second. Tests that kill a PostgreSQL have their own.
 */
async function leaveDiskBehind(connectionString) {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query('ALTER SYSTEM SET fsync = off');
  await client.query('SELECT pg_reload_conf()');
  await client.end();
}

async function startServers(folder, hasRedis) {
  try {
    const [postgres, redis] = await Promise.all([
      startPostgres({ folder: path.join(folder, 'postgres'), logFile: path.join(folder, 'postgres.log') }),
      hasRedis ? startRedis(folder) : undefined,
    ]);
    return { postgres, redis };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
