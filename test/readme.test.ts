// What the documents tell a reader to type is typed here, in a fresh copy of the checkout, or stands in the list of what
// other tests run.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createDatabases, type Databases } from './support/databases.js';
import { freePort } from './support/ports.js';
import { pause } from './support/processes.js';
import { backends, redisUrl } from './support/servers.js';

const ROOT = path.resolve(__dirname, '..');
const DOCUMENTS = ['README.md', ...readdirSync(path.join(ROOT, 'docs')).map((file) => `docs/${file}`)].filter(
  (file) => file.endsWith('.md'),
);

/** Is not copied: made anew, linked, or nobody's business here. */
const NOT_COPIED = ['.git', '.turnpike', 'node_modules'];

/** The whole line, and why it is not typed here. */
const ELSEWHERE: Record<string, string> = {
  'npm test': 'this is it',
  'npm test -- test/ledger.test.ts': 'this is it',
  'FAULTS=full npm test -- test/faults': 'hours',
  'npm run lint': '.ci/run',
  'npm run typecheck': '.ci/run',
  'npm ci': '.ci/run',
  'npm run build': 'npm test, before it begins',
  'npm run new-service -- gift-cards': 'test/new-service.test.ts',
  'npm test -- services/gift-cards': 'test/new-service.test.ts',
  'npm start -- gift-cards': 'here, with loyalty',
  'npm run secrets': 'test/deploy-files.test.ts',
  'export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318': 'test/tracing.test.ts',
  'npm run tables': 'writes; test/docs-tables.test.ts compares',
  'npm run client': 'writes; test/client.test.ts compares',
  'npm run mutants': 'half an hour; test/mutants.test.ts runs its --check',
  'npm run bench': 'test/bench.test.ts',
  'npm run bench -- lanes http --runs 5': 'test/bench.test.ts',
  'npm run bench:lanes -- --users 1000 --writes 20 --handler-ms 5 --concurrency 50 --backend redis':
    'test/bench.test.ts',
};

/** There is no container engine and no cluster here; what they are given is held by test/deploy-*.test.ts. */
const NOT_HERE = /^(docker|kubectl|git clone|set -a) /;

/** An address of somebody else's. */
const EXAMPLE = 'https://turnpike.example/';

/** Lines that a shell is given, of all documents, each once. */
const typed = new Set<string>();

describe('a reader who follows the README', () => {
  let folder: string;
  let databases: Databases;
  const started: ChildProcess[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'turnpike-reader-'));
    databases = await createDatabases('gateway', 'identity', 'ordering', 'loyalty');
    const names = readdirSync(ROOT).filter((name) => !NOT_COPIED.includes(name));
    for (const name of names) await cp(path.join(ROOT, name), path.join(folder, name), { recursive: true });
    await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  }, 60_000);
  afterAll(async () => {
    await Promise.all(started.map(stop));
    await databases?.drop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  it('has a working system by one command, sees the demo keep its promises, and gets an operator’s token', async () => {
    const env = await ports();
    const start = type('npm start', env);
    const screen = await saying(start, /Turnpike is ready/);
    const [, password] = /password +(\S+)/.exec(screen)!;
    expect(await finished(type('npm run demo', env))).toMatch(/All \d+ promises hold/);

    const gateway = `http://127.0.0.1:${env.GATEWAY_PORT}`;
    const lines = shellLines('docs/runbook.md').map((line) =>
      line.replace('http://127.0.0.1:3000', gateway).replace('"password":"…"', `"password":"${password}"`),
    );
    shellLines('docs/runbook.md').forEach((line) => typed.add(line));
    const summary = `curl -s -H "Authorization: Bearer $TOKEN" $GATEWAY/v1/ops/summary`;
    expect(await finished(run([...lines, summary].join('\n'), env))).toMatch(/"acceptedPerSecond"/);
    await stop(start);
  }, 180_000);

  it('has each process by itself on servers of his own', async () => {
    const env = { ...(await ports()), ...ownServers() };
    await finished(type('npm run migrate', env));
    const commands = ['identity', 'ordering', 'gateway'].map((name) => `npm run start:${name}`);
    const processes = commands.map((command, index) =>
      // In a terminal of its own each has the metrics port that is its own.
      type(command, { ...env, METRICS_PORT: String(Number(env.METRICS_PORT) + index) }),
    );
    for (const name of ['IDENTITY', 'ORDERING', 'GATEWAY']) await ready(env[`${name}_PORT`]!);
    await stop(processes.pop()!);
    await severalGateways(env);
    await Promise.all(processes.map(stop));
  }, 120_000);

  it('has a service that joins, with the system and by itself', async () => {
    const env = { ...(await ports()), LOYALTY_PORT: String(await freePort()) };
    const start = type('npm start -- loyalty', env);
    expect(await saying(start, /Turnpike is ready/)).toContain(`http://127.0.0.1:${env.LOYALTY_PORT}`);
    await ready(env.LOYALTY_PORT);
    await stop(start);

    const [exported] = shellLines('docs/adding-a-service.md').filter((line) => line.startsWith('export '));
    typed.add(exported!);
    const own = { ...env, LOYALTY_DATABASE_URL: databases.urls.loyalty! };
    await finished(type('npm run migrate -- loyalty', own));
    const service = type('npm run start:service -- loyalty', own);
    await ready(env.LOYALTY_PORT);
    await stop(service);
  }, 180_000);

  it('has a signing key by the command that makes one', async () => {
    const [line] = shellLines('docs/tokens.md');
    const key = JSON.parse(await finished(type(line!, {}))) as Record<string, string>;
    expect(key).toMatchObject({ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' });
  });

  it('types every command of the documents, but for those that other tests run', () => {
    const possible = (line: string): boolean => !NOT_HERE.test(line) && !line.includes(EXAMPLE);
    const told = new Set(DOCUMENTS.flatMap(shellLines).filter(possible));
    expect([...told].filter((line) => !typed.has(line) && !(line in ELSEWHERE))).toEqual([]);
    expect(Object.keys(ELSEWHERE).filter((line) => !told.has(line))).toEqual([]);
  });

  /** Those of the README, on ports that are free. */
  async function severalGateways(env: Record<string, string>): Promise<void> {
    const lines = shellLines('README.md').filter((line) => line.startsWith('GATEWAY_ROLE='));
    expect(lines.map((line) => /GATEWAY_ROLE=(\w+)/.exec(line)![1])).toEqual([
      'api',
      'api',
      'worker',
      'worker',
    ]);
    const gateways: ChildProcess[] = [];
    for (const line of lines) {
      typed.add(line);
      const [GATEWAY_PORT, METRICS_PORT] = [String(await freePort()), String(await freePort())];
      gateways.push(run(line.replaceAll(/\w+_PORT=\d+ /g, ''), { ...env, GATEWAY_PORT, METRICS_PORT }));
      await ready(GATEWAY_PORT);
    }
    await Promise.all(gateways.map(stop));
  }

  /** Addresses as the README exports them, of the servers that are here. */
  function ownServers(): Record<string, string> {
    const exported = shellLines('README.md').filter((line) => line.startsWith('export '));
    exported.forEach((line) => typed.add(line));
    const names = exported.map((line) => /^export (\w+)=/.exec(line)![1]!);
    const addresses: Record<string, string | null> = {
      GATEWAY_DATABASE_URL: databases.urls.gateway!,
      IDENTITY_DATABASE_URL: databases.urls.identity!,
      ORDERING_DATABASE_URL: databases.urls.ordering!,
      QUEUE_URL: backends().includes('redis') ? `${redisUrl()}/15` : null,
    };
    expect(names).toEqual(Object.keys(addresses));
    return Object.fromEntries(names.flatMap((name) => (addresses[name] ? [[name, addresses[name]]] : [])));
  }

  function type(line: string, env: Record<string, string>): ChildProcess {
    typed.add(line);
    return run(line, env);
  }

  /** As a terminal does: in a group of its own, which Ctrl-C reaches as a whole. */
  function run(script: string, env: Record<string, string>): ChildProcess {
    const child = spawn('bash', ['-c', script], {
      cwd: folder,
      env: { PATH: process.env.PATH!, HOME: process.env.HOME!, ...env },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    started.push(child);
    return child;
  }
});

/** Free ones for everything that a start opens; the metrics take three in a row. */
async function ports(): Promise<Record<string, string>> {
  const names = ['GATEWAY_PORT', 'IDENTITY_PORT', 'ORDERING_PORT'];
  const free = await Promise.all(names.map(() => freePort()));
  // Below those that the system gives to others.
  const metrics = 20_000 + Math.floor(Math.random() * 10_000);
  return {
    ...Object.fromEntries(names.map((name, index) => [name, String(free[index])])),
    METRICS_PORT: String(metrics),
  };
}

/** Lines of what is marked as a shell's, those that are continued as one. */
function shellLines(document: string): string[] {
  const text = readFileSync(path.join(ROOT, document), 'utf8');
  const blocks = [...text.matchAll(/```sh\n([^]*?)```/g)].map(([, block]) => block!);
  return blocks.flatMap((block) => block.replaceAll(/\\\n\s*/g, '').split('\n')).filter(Boolean);
}

function saying(child: ChildProcess, words: RegExp): Promise<string> {
  let output = '';
  return new Promise((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      output += chunk.toString();
      if (words.test(output) && /password +\S+/.test(output)) resolve(output);
    };
    child.stdout!.on('data', listen);
    child.stderr!.on('data', listen);
    child.once('exit', (code) => reject(new Error(`ended with ${code}\n${output}`)));
  });
}

/** @returns what it said */
async function finished(child: ChildProcess): Promise<string> {
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`ended with ${code}\n${output}`);
  return output;
}

/** By Ctrl-C, until nothing of it is left. */
async function stop({ pid }: ChildProcess): Promise<void> {
  for (let signal: NodeJS.Signals | 0 = 'SIGINT'; tell(-pid!, signal); signal = 0) await pause(50);
}

/** @returns whether there is anybody to tell */
function tell(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

async function ready(port: string): Promise<void> {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => null);
    if (answer?.ok) return;
    await pause(50);
  }
}
