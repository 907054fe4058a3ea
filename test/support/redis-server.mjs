// A Redis for the tests, if the machine has one.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { until } from '../../scripts/child.mjs';
import { Trouble } from '../../scripts/console.mjs';
import { freePort } from '../../scripts/embedded-postgres.mjs';

const MISSING = 'redis-server is missing: apt-get install redis-server';
const READY_WITHIN_MS = 10_000;
const DATABASES = 1024; // every system under test takes one of its own

/** The end of its standard input, a pipe from us, kills the server: it cannot outlive us, however we die. */
const GUARD = '"$@" </dev/null & server=$!; cat >/dev/null; kill -KILL "$server"; wait "$server"';

/** Whether there is a Redis to test on. On a build server its absence is an error, elsewhere a warning. */
export function findRedis() {
  if (spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0) return true;
  if (process.env.CI === 'true') throw new Trouble(MISSING);
  console.warn(`${MISSING} (its half of the tests is left out)`);
  return false;
}

/** Configured as the gateway needs it: nothing may be evicted. Nothing is kept on disk. */
export async function startRedis(folder) {
  const port = await freePort();
  const settings = {
    port,
    bind: '127.0.0.1',
    dir: folder,
    save: '',
    appendonly: 'no',
    databases: DATABASES,
    'maxmemory-policy': 'noeviction',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const guard = spawn('/bin/sh', ['-c', GUARD, 'guard', 'redis-server', ...args], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const exited = once(guard, 'exit');
  if (!(await until(() => accepts(port), { withinMs: READY_WITHIN_MS })))
    throw new Trouble('Redis did not start');
  const stop = async () => {
    guard.stdin.end();
    await exited;
  };
  return { url: `redis://127.0.0.1:${port}`, stop };
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}
