// A PostgreSQL of one test's own, on the real embedded server, which the test may kill.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '../support/ports.js';
import { pause } from '../support/processes.js';

const SCRIPT = path.join(__dirname, '../support/run-postgres.mjs');

/** The server's own processes notice within moments that their parent is gone; until then no other can start. */
const TRIES = 50;
const TRY_AGAIN_MS = 100;

export class OwnPostgres {
  url = '';
  private child: ChildProcess | null = null;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
  ) {}

  static async start(): Promise<OwnPostgres> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'turnpike-faults-'));
    await chmod(folder, 0o711); // run by root, PostgreSQL is another user and has to pass through
    const postgres = new OwnPostgres(folder, await freePort());
    await postgres.start();
    return postgres;
  }

  /** On the same folder and port as before. */
  async start(): Promise<void> {
    for (let tries = 1; !(await this.tryToStart()); tries += 1) {
      if (tries === TRIES) throw new Error(`PostgreSQL does not start on ${this.folder}`);
      await pause(TRY_AGAIN_MS);
    }
  }

  /** As a machine does that loses its power, but for what is on its way to the disk. */
  async kill(): Promise<void> {
    const { child } = this;
    const server = parseInt(await readFile(path.join(this.data, 'data/postmaster.pid'), 'utf8'));
    process.kill(server, 'SIGKILL');
    child?.kill('SIGKILL');
    if (child) await once(child, 'exit');
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (child && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  private get data(): string {
    return path.join(this.folder, 'postgres');
  }

  private async tryToStart(): Promise<boolean> {
    const child = spawn(process.execPath, [SCRIPT, this.data, String(this.port)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const started = once(child.stdout, 'data') as Promise<[Buffer]>;
    const first = await Promise.race([started, once(child, 'exit').then(() => null)]);
    if (!first) return false;
    this.child = child;
    this.url = (JSON.parse(first[0].toString()) as { superuser: string }).superuser;
    return true;
  }
}
