// A Redis of one test's own, which it may kill.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { freePort } from '../support/ports.js';

const LOOK_AGAIN_MS = 20;

/** The end of its standard input, a pipe from us, kills the server: it cannot outlive us, however we die. */
const GUARD = '"$@" </dev/null & server=$!; cat >/dev/null; kill -KILL "$server"; wait "$server"';

export class OwnRedis {
  private guard: ChildProcess | null = null;

  private constructor(private readonly port: number) {}

  static async start(): Promise<OwnRedis> {
    const redis = new OwnRedis(await freePort());
    await redis.start();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Empty again: nothing of it is kept on disk. */
  async start(): Promise<void> {
    const settings = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    const policy = ['--maxmemory-policy', 'noeviction'];
    this.guard = spawn('/bin/sh', ['-c', GUARD, 'guard', 'redis-server', ...settings, ...policy], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const client = new Redis(this.url, { retryStrategy: () => LOOK_AGAIN_MS, maxRetriesPerRequest: null });
    client.on('error', () => undefined);
    await client.ping();
    client.disconnect();
  }

  async kill(): Promise<void> {
    const { guard } = this;
    this.guard = null;
    if (!guard) return;
    const exited = once(guard, 'exit');
    guard.stdin?.end();
    await exited;
  }
}
