// One process of the system under test: the real build, started, killed and started again.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';

export type Project = 'identity' | 'ordering' | 'gateway' | 'billing';
export type Variables = Record<string, string>;

const ROOT = path.resolve(__dirname, '../..');
const STOP_WITH_PARENT = path.join(ROOT, 'scripts/stop-with-parent.mjs');
/** Far longer than a process takes: a machine that runs other tests may be at something else for half a minute. */
const READY_WITHIN_MS = 90_000;
const STOP_WITHIN_MS = 30_000;
const POLL_MS = 25;
const OUTPUT_KEPT = 500_000;

export class SystemProcess {
  /** Exit code or signal of the current run. */
  exited: Promise<number | NodeJS.Signals>;
  private child: ChildProcess;
  private text = '';

  constructor(
    readonly project: string,
    readonly url: string,
    readonly env: Variables,
  ) {
    this.start();
  }

  get pid(): number {
    return this.child.pid!;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The end of what it wrote, over all its runs. */
  output(): string {
    return this.text;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  start(): void {
    this.child = spawn(process.execPath, ['--import', STOP_WITH_PARENT, entryOf(this.project, 'main')], {
      cwd: ROOT,
      env: this.env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.child.stdin?.on('error', () => undefined);
    for (const stream of [this.child.stdout!, this.child.stderr!]) stream.on('data', this.keep);
    this.exited = once(this.child, 'exit').then(
      ([code, signal]: (number | NodeJS.Signals | null)[]) => signal ?? code ?? 0,
    );
  }

  /** Waits for /health/ready; the error of one that does not come up has its output. */
  async becomesReady(): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    for (;;) {
      const refusal = await refusalOf(`${this.url}/health/ready`);
      if (refusal === null) return;
      if (!this.isRunning) throw this.trouble(`ended (${await this.exited}) before it was ready`);
      if (Date.now() > deadline) throw this.trouble(`was not ready in ${READY_WITHIN_MS} ms: ${refusal}`);
      await pause(POLL_MS);
    }
  }

  /** Asks it to stop. Answers what is wrong with the way in which it ended, or null. */
  async stop(): Promise<string | null> {
    if (!this.isRunning) return null;
    this.kill('SIGTERM');
    const timer = setTimeout(() => this.kill('SIGKILL'), STOP_WITHIN_MS);
    const code = await this.exited;
    clearTimeout(timer);
    return code === 0 ? null : this.trouble(`ended with ${code} after SIGTERM`).message;
  }

  private readonly keep = (chunk: Buffer): void => {
    this.text = (this.text + chunk.toString()).slice(-OUTPUT_KEPT);
  };

  private trouble(what: string): Error {
    return new Error(`${this.project} at ${this.url} ${what}\n${this.text}`);
  }
}

/** Runs a project's migrations on the database that `env` names. */
export async function migrate(project: string, env: Variables): Promise<void> {
  const child = spawn(process.execPath, [entryOf(project, 'migrate')], { cwd: ROOT, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the migrations of ${project} failed (${code})\n${output}`);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Waits until something is so.
 * @param withinMs after how many milliseconds it fails
 * @returns the milliseconds that it took
 */
export async function until(isSo: () => Promise<boolean>, withinMs = 30_000): Promise<number> {
  const begun = performance.now();
  while (!(await isSo())) {
    if (performance.now() - begun > withinMs)
      throw new Error(`not so within ${withinMs} ms: ${String(isSo)}`);
    await pause(POLL_MS);
  }
  return performance.now() - begun;
}

/** Longer than a process takes that looks at everything that it needs. */
const ANSWERS_WITHIN_MS = 3000;

/** @returns why it is not ready, in its own words, or null when it is */
async function refusalOf(url: string): Promise<string | null> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
    const text = await answer.text();
    return answer.ok ? null : text;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Services that join are in folders of their own. */
function entryOf(project: string, name: 'main' | 'migrate'): string {
  const folders = [project, `examples/${project}`, `services/${project}`];
  const folder = folders.find((one) => existsSync(path.join(ROOT, one, 'src', `${name}.ts`))) ?? project;
  return path.join(ROOT, 'dist', project, folder, 'src', `${name}.js`);
}
