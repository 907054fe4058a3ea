// The servers of a benchmark: a PostgreSQL that flushes every commit to the disk, and a Redis.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { startPostgres } from '../scripts/embedded-postgres.mjs';
import { startRedis } from '../test/support/redis-server.mjs';
import { onRedis } from './redis.mjs';

/**
 * Does `work` on fresh servers and removes them. They have `fresh(...names)`: an empty Redis, and the addresses of
 * new databases of those names; those that were given before are dropped.
 */
export async function onServers(backend, work) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'turnpike-bench-'));
  await chmod(folder, 0o711); // run by root, PostgreSQL is another user and has to pass through
  const postgres = await startPostgres({
    folder: path.join(folder, 'postgres'),
    logFile: path.join(folder, 'postgres.log'),
  });
  const redis = backend === 'redis' ? await startRedis(folder) : null;
  try {
    return await work(serversOf({ folder, postgres, redisUrl: redis?.url ?? null }));
  } finally {
    await redis?.stop();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function serversOf({ folder, postgres: { superuserUrl }, redisUrl }) {
  let given = [];
  const fresh = async (...names) => {
    await query(superuserUrl, ...given.map((name) => `drop database if exists ${name} with (force)`));
    await query(superuserUrl, ...names.map((name) => `create database ${name}`), 'checkpoint');
    if (redisUrl) await onRedis(redisUrl, emptied);
    given = names;
    return Object.fromEntries(names.map((name) => [name, urlOf(superuserUrl, name)]));
  };
  return { folder, superuserUrl, redisUrl, fresh };
}

/** Scripts take memory too, which is measured. */
async function emptied(redis) {
  await redis.flushall();
  await redis.script('FLUSH');
}

/** Each statement by itself: databases are not made in transactions. @returns the rows of the last */
export async function query(url, ...statements) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let rows = [];
    for (const statement of statements) ({ rows } = await client.query(statement));
    return rows;
  } finally {
    await client.end();
  }
}

function urlOf(superuserUrl, database) {
  const url = new URL(superuserUrl);
  url.pathname = database;
  return url.href;
}
