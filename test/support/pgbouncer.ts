// A pooler between processes and the shared PostgreSQL, as it is set up by default, but for pooling by session.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { freePort, isFree } from './ports.js';
import { pause } from './processes.js';
import { postgresUrl } from './servers.js';

const COMMAND = 'pgbouncer';
const STARTS_WITHIN_MS = 20_000;

export class PgBouncer {
  private constructor(
    private readonly folder: string,
    private readonly port: number,
    private readonly child: ChildProcess,
  ) {}

  /** @throws where the tests must not be left out, and it is missing */
  static isInstalled(): boolean {
    if (spawnSync(COMMAND, ['--version'], { stdio: 'ignore' }).status === 0) return true;
    if (process.env.CI === 'true')
      throw new Error('pgbouncer is missing: install it (apt-get install pgbouncer)');
    return false;
  }

  static async start(): Promise<PgBouncer> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'turnpike-bouncer-'));
    const port = await freePort();
    const config = path.join(folder, 'pgbouncer.ini');
    const users = path.join(folder, 'users.txt');
    const { hostname, port: serverPort, username, password } = new URL(postgresUrl());
    await writeFile(users, `"${decodeURIComponent(username)}" "${decodeURIComponent(password)}"\n`);
    await writeFile(
      config,
      `[databases]
* = host=${hostname} port=${serverPort}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
auth_user = ${decodeURIComponent(username)}
pool_mode = session
default_pool_size = 100
`,
    );
    await chmod(folder, 0o755); // run by root, it is another user and has to pass through
    const asUser = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
    const child = spawn(COMMAND, ['-q', ...asUser, config], { stdio: 'ignore' });
    const bouncer = new PgBouncer(folder, port, child);
    await bouncer.listens();
    return bouncer;
  }

  /** The address of a database of the shared server, by way of the pooler. */
  readonly through = (url: string): string => {
    const pooled = new URL(url);
    pooled.hostname = '127.0.0.1';
    pooled.port = String(this.port);
    return pooled.href;
  };

  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      this.child.kill('SIGKILL');
      await once(this.child, 'exit');
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  private async listens(): Promise<void> {
    const deadline = Date.now() + STARTS_WITHIN_MS;
    while (await isFree(this.port)) {
      if (this.child.exitCode !== null || Date.now() > deadline) throw new Error('pgbouncer does not start');
      await pause(25);
    }
  }
}
