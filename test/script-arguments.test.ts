// The scripts as somebody meets them who does not know them, and who has had enough of them half-way.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { freePort } from './support/ports.js';
import { pause } from './support/processes.js';

const ROOT = path.resolve(__dirname, '..');

/** Those that hand their arguments on to a program, which refuses what it does not know. */
const HANDED_ON = ['test', 'ledger'];

const SCRIPTS = [
  ...[
    'start',
    'start-service',
    'new-service',
    'build',
    'demo',
    'migrate',
    'client',
    'storefront',
    'licenses',
    'sbom',
    'mutants',
  ].map((name) => `scripts/${name}.mjs`),
  ...[
    'bench/run.mjs',
    'bench/lanes.mjs',
    'deploy/make-secrets.mjs',
    'deploy/certificates.mjs',
    'deploy/pin-images.mjs',
  ],
];

/** As long as a slow machine takes to load and say a line. */
const PROMPTLY_MS = 20_000;

/** Is not copied: made anew, linked, or nobody's business here. */
const NOT_COPIED = ['.git', '.turnpike', 'node_modules', 'dist'];

interface End {
  code: number | null;
  output: string;
}

async function run(script: string, ...args: string[]): Promise<End> {
  const child = spawn(process.execPath, [path.join(ROOT, script), ...args], { timeout: PROMPTLY_MS });
  const output = collect(child);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output: output() };
}

function collect(child: ChildProcess): () => string {
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  return () => output;
}

describe('a script', () => {
  it.each([...SCRIPTS, ...HANDED_ON.map((name) => `scripts/${name}.mjs`)])(
    '%s says with --help how it is used, and does nothing',
    async (script) => {
      const { code, output } = await run(script, '--help');
      expect({ code, output }).toEqual({
        code: 0,
        output: expect.stringMatching(/^npm (run )?[\w:]+/) as string,
      });
    },
    2 * PROMPTLY_MS,
  );

  it.each(SCRIPTS)('%s refuses what it does not know, in a line', async (script) => {
    const { code, output } = await run(script, '--no-such-thing');
    expect({ code, output }).toEqual({
      code: 2,
      output: expect.stringMatching(/^.*'--no-such-thing'.*\n$/) as string,
    });
  });
});

describe('npm start that is told to stop while it builds', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'turnpike-stopped-'));
    const names = readdirSync(ROOT).filter((name) => !NOT_COPIED.includes(name));
    for (const name of names) await cp(path.join(ROOT, name), path.join(folder, name), { recursive: true });
    await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
    await mkdir(path.join(folder, 'dist'));
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** By their working folder. */
  function processesHere(): number[] {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return pids.filter((pid) => folderOf(pid) === folder).map(Number);
  }

  const onLinux = existsSync('/proc/self/cwd') ? it.each : it.skip.each;
  onLinux(['SIGINT', 'SIGTERM'] as const)('leaves no process by %s', async (signal) => {
    const start = spawn(process.execPath, ['scripts/start.mjs'], { cwd: folder, env: await environment() });
    const output = collect(start);
    const exited = once(start, 'exit') as Promise<[number | null]>;
    // npm, its shell, and the compiler.
    while (processesHere().length < 4) {
      if (start.exitCode !== null) throw new Error(output());
      await pause(20);
    }
    start.kill(signal);
    expect((await exited)[0]).toBe(0);
    expect(processesHere().map(commandOf)).toEqual([]);
  });

  async function environment(): Promise<NodeJS.ProcessEnv> {
    const [GATEWAY_PORT, IDENTITY_PORT, ORDERING_PORT, METRICS_PORT] = await Promise.all(
      [...Array(4)].map(async () => String(await freePort())),
    );
    return {
      ...{ PATH: process.env.PATH, HOME: process.env.HOME },
      ...{ GATEWAY_PORT, IDENTITY_PORT, ORDERING_PORT, METRICS_PORT },
    };
  }
});

function folderOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return ''; // it has ended
  }
}

function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
}
