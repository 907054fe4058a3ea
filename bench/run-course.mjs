// One load, one contender, one run: on an empty database and an empty Redis, in a process of its own.
import { runChild } from './child.mjs';

/** Milliseconds after which a contender tries a failed write again, where it can be told. */
const RETRY_MS = 20;

export async function runCourse({ module, node }, load, servers, { concurrency }) {
  const { contender: databaseUrl } = await servers.fresh('contender');
  const settings = { databaseUrl, redisUrl: servers.redisUrl, concurrency, retryMs: RETRY_MS };
  return runChild('course.mjs', { module, load, settings }, { node });
}
