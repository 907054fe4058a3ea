// How a process that is told to stop while it starts does so: real processes of the build, which have the machine to themselves.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createMigratedDatabases, type Databases } from '../support/databases.js';
import { freePort } from '../support/ports.js';
import { pause, type Variables } from '../support/processes.js';
import { secrets } from '../support/servers.js';

/** Milliseconds between two stops of a start: one takes about a second. */
const MOMENTS = [0, 100, 400, 1200];

/** A stop during the start takes no longer, on whatever machine. */
const PROMPTLY_MS = 10_000;

let databases: Databases;
let env: Variables;
beforeAll(async () => {
  databases = await createMigratedDatabases('identity');
  env = {
    PATH: process.env.PATH!,
    HOST: '127.0.0.1',
    LOG_LEVEL: 'warn',
    IDENTITY_PORT: String(await freePort()),
    METRICS_PORT: String(await freePort()),
    IDENTITY_DATABASE_URL: databases.urls.identity!,
    GATEWAY_URL: 'http://127.0.0.1:1',
    TOKEN_SIGNING_KEYS: secrets().TOKEN_SIGNING_KEYS,
  };
});
afterAll(() => databases?.drop());

describe('a process that is told to stop while it starts', () => {
  it('listens for the signal before it loads anything', async () => {
    const tell = `import { createRequire } from 'node:module';
      const { cache } = createRequire(process.cwd() + '/');
      process.on('newListener', (name) => {
        if (name === 'SIGTERM') console.log(Object.keys(cache).length);
      });`;
    const args = ['--import', `data:text/javascript,${encodeURIComponent(tell)}`, MAIN];
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const [modules] = (await once(child.stdout, 'data')) as [Buffer];
    child.kill('SIGTERM');
    await once(child, 'exit');
    // The framework is some thousand files.
    expect(Number(modules)).toBeLessThan(10);
  });

  it('ends promptly and without a complaint, at whatever moment', async () => {
    const ends = await inTurn(MOMENTS, (ms) => stoppedAfter(ms, [process.execPath, ...ENTRY]));
    expect(ends.filter(({ promptly, code }) => !promptly || ![0, 143, 'SIGTERM'].includes(code))).toEqual([]);
    expect(ends.map(({ output }) => withoutSecurityLog(output))).toEqual(MOMENTS.map(() => LISTENING));
  }, 120_000);

  /** Nothing stops the first process of a container that does not listen for the signal. */
  const asFirst = canUnshare() ? it : it.skip;
  asFirst(
    'does so as the first process of a container',
    async () => {
      const command = ['unshare', '--pid', '--fork', '--kill-child', process.execPath, ...ENTRY];
      // The signal goes to the first process. Until the first line of ours it would be lost, whatever we do: Node has no
      // handler then, and the kernel kills no first process that has none.
      const ends = await inTurn(MOMENTS, (ms) => stoppedAfter(ms, command, childOf));
      expect(ends.filter(({ promptly, code }) => !promptly || ![0, 143].includes(code as number))).toEqual(
        [],
      );
    },
    120_000,
  );
});

const MAIN = path.resolve(__dirname, '../../dist/identity/identity/src/main.js');

/** What the process says as soon as it listens for the signal. */
const LISTENING = 'listening\n';
const TELL = `process.on('newListener', (name) => {
  if (name === 'SIGTERM') process.nextTick(() => process.stdout.write(${JSON.stringify(LISTENING)}));
});`;
const ENTRY = ['--import', `data:text/javascript,${encodeURIComponent(TELL)}`, MAIN];

interface End {
  ms: number;
  promptly: boolean;
  code: number | NodeJS.Signals;
  output: string;
}

/** Tells it to stop so many milliseconds after it began to listen for the signal. */
async function stoppedAfter(
  ms: number,
  [command, ...args]: string[],
  targetOf: (child: ChildProcess) => number = ({ pid }) => pid!,
): Promise<End> {
  const child = spawn(command!, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  await once(child.stdout, 'data');
  await pause(ms);
  const since = performance.now();
  process.kill(targetOf(child), 'SIGTERM');
  const late = setTimeout(() => process.kill(targetOf(child), 'SIGKILL'), PROMPTLY_MS);
  const [code, signal] = await exited;
  clearTimeout(late);
  return { ms, promptly: performance.now() - since < PROMPTLY_MS, code: signal ?? code!, output };
}

/** @returns the one child of a process; 0, which is nobody's number, while it has none */
function childOf({ pid }: ChildProcess): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
}

function canUnshare(): boolean {
  return spawnSync('unshare', ['--pid', '--fork', '--kill-child', 'true']).status === 0;
}

async function inTurn<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

/** The security log tells of every start and every stop. */
function withoutSecurityLog(output: string): string {
  return output.replaceAll(/^.*"event":"sys_(?:startup|shutdown)".*\n/gm, '');
}
