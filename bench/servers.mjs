// The servers of a benchmark: a PostgreSQL that flushes every commit to the disk, and a Redis.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startPostgres } from '../scripts/embedded-postgres.mjs';
import { startRedis } from '../test/support/redis-server.mjs';

/** Does `work` on fresh servers and removes them. */
export async function onServers(backend, work) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'turnpike-bench-'));
  await chmod(folder, 0o711); // run by root, PostgreSQL is another user and has to pass through
  const postgres = await startPostgres({
    folder: path.join(folder, 'postgres'),
    logFile: path.join(folder, 'postgres.log'),
    databases: ['gateway'],
  });
  const redis = backend === 'redis' ? await startRedis(folder) : null;
  try {
    return await work({ databaseUrl: postgres.urlOf('gateway'), redisUrl: redis?.url ?? null });
  } finally {
    await redis?.stop();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
