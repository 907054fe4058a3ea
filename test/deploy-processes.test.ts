// What docker-compose.yml starts, started without containers: its commands, with its environment and with secrets as
// `npm run secrets` makes them, in production. Only addresses are others.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { api, expectStatus, placeOrder, register, signIn, waitFor } from './support/client.js';
import { type ComposeService, environmentOf, readCompose, readEnvFile, ROOT } from './support/compose.js';
import { freePort } from './support/ports.js';
import { pause, type Project, SystemProcess, type Variables } from './support/processes.js';
import { backends, postgresUrl } from './support/servers.js';

const run = promisify(execFile);
const folder = mkdtempSync(path.join(tmpdir(), 'turnpike-compose-'));

/** Roles and databases as the file for PostgreSQL makes them; their names are nobody else's on the tests' server. */
const DATABASES = ['gateway', 'identity', 'ordering'];
const ROLES = DATABASES.flatMap((name) => [name, `${name}_runtime`]);

let secrets: Variables;
let services: Record<string, ComposeService>;
/** The names that Compose gives to addresses, and those that they have here. */
const addresses: Variables = {};
const started: Record<string, SystemProcess[]> = {};
let redis: { stop: () => Promise<void> } | undefined;

beforeAll(async () => {
  const file = path.join(folder, '.env');
  await run(process.execPath, ['deploy/make-secrets.mjs', file], { cwd: ROOT });
  secrets = readEnvFile(file);
  services = readCompose('docker-compose.yml', secrets).services;
  addresses['postgres:5432'] = new URL(postgresUrl()).host;
  await makeDatabases();
  if (backends().includes('redis')) redis = await startRedis();
  await run(process.execPath, services.migrate!.command!.slice(1), {
    cwd: ROOT,
    env: environment('migrate'),
  });
  for (const name of ['gateway-api', 'identity', 'ordering', 'gateway-worker']) await choosePlaces(name);
  for (const name of Object.keys(places)) started[name] = places[name]!.map((place) => start(name, place));
  await Promise.all(Object.values(started).flatMap((all) => all.map((one) => one.becomesReady())));
}, 120_000);

afterAll(async () => {
  await Promise.all(Object.values(started).flatMap((all) => all.map((one) => one.stop())));
  await redis?.stop();
  await dropDatabases();
  rmSync(folder, { recursive: true });
});

interface Place {
  port: number;
  metricsPort: number;
}

const places: Record<string, Place[]> = {};

/** Everything that is to be reached has its place before anything is started. */
async function choosePlaces(name: string): Promise<void> {
  const replicas = services[name]!.deploy?.replicas ?? 1;
  places[name] = [];
  for (let index = 0; index < replicas; index += 1)
    places[name].push({ port: await freePort(), metricsPort: await freePort() });
  const usual = { 'gateway-api': 3000, identity: 3001, ordering: 3002 }[name];
  if (usual) addresses[`${name}:${usual}`] = `127.0.0.1:${places[name][0]!.port}`;
}

function projectOf(name: string): Project {
  return name.split('-')[0] as Project;
}

/** The environment of a container, with NODE_ENV from its image. */
function environment(name: string): Variables {
  const variables = environmentOf(services[name]!, secrets);
  // Where there is no Redis the queue is in the gateway's database.
  if (!redis) delete variables.QUEUE_URL;
  const entries = Object.entries(variables).map(([key, value]) => {
    const address = Object.keys(addresses).find((known) => value.includes(known));
    return [key, address ? value.replace(address, addresses[address]!) : value];
  });
  return { PATH: process.env.PATH!, NODE_ENV: 'production', ...Object.fromEntries(entries) };
}

function start(name: string, { port, metricsPort }: Place): SystemProcess {
  const project = projectOf(name);
  // What a process under test is started by.
  expect(services[name]!.command).toEqual(['node', `dist/${project}/${project}/src/main.js`]);
  const own = { HOST: '127.0.0.1', [portVariable(name)]: String(port), METRICS_PORT: String(metricsPort) };
  return new SystemProcess(project, `http://127.0.0.1:${port}`, { ...environment(name), ...own });
}

function portVariable(name: string): string {
  return `${projectOf(name).toUpperCase()}_PORT`;
}

/** The server's file of SQL, with psql's variables in their places. */
async function makeDatabases(): Promise<void> {
  const lines = readFileSync(path.join(ROOT, 'deploy/postgres/databases.sql'), 'utf8').split('\n');
  const values: Variables = {};
  for (const line of lines) {
    const [, name, variable] = /^\\getenv (\w+) (\w+)$/.exec(line) ?? [];
    if (name) values[name] = environmentOf(services.postgres!, secrets)[variable!]!;
  }
  const statements = lines
    .filter((line) => line !== '' && !/^(\\|--)/.test(line))
    .map((line) => line.replace(/:'(\w+)'/, (_, name: string) => `'${values[name]}'`));
  await asSuperuser(statements);
}

async function dropDatabases(): Promise<void> {
  await asSuperuser([
    ...DATABASES.map((name) => `drop database if exists ${name} with (force)`),
    ...ROLES.map((name) => `drop role if exists ${name}`),
  ]);
}

/** @returns the rows of the last statement */
async function asSuperuser(statements: string[]): Promise<object[]> {
  const client = new Client({ connectionString: postgresUrl() });
  await client.connect();
  let rows: object[] = [];
  for (const statement of statements) ({ rows } = await client.query<object>(statement));
  await client.end();
  return rows;
}

/** The container's command, on a port and with data of its own. */
async function startRedis(): Promise<{ stop: () => Promise<void> }> {
  const port = await freePort();
  const { command, volumes } = services.redis!;
  const mounts = volumes!.map((volume) => volume.split(':'));
  const args = command!.map((arg) => mounts.find(([, target]) => target === arg)?.[0] ?? arg);
  const [program, ...rest] = [...args, '--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder];
  const server = spawn(program, rest, { cwd: ROOT, stdio: 'ignore' });
  const exited = once(server, 'exit');
  addresses['redis:6379'] = `127.0.0.1:${port}`;
  while (!(await accepts(port))) await pause(20);
  return {
    stop: async () => {
      server.kill('SIGKILL');
      await exited;
    },
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

it('the first administrator signs in, and a write goes through from either gateway', async () => {
  const [first, second] = started['gateway-api']!.map(({ url }) => url);
  const login = { email: secrets.ADMIN_EMAIL!, password: secrets.ADMIN_PASSWORD! };
  while ((await api(first!).post('/v1/sessions', login)).status !== 201) await pause(100);
  const person = await register(first!);
  const order = await placeOrder(second!, person.token);
  expect(await waitFor(first!, person.token, order.id)).toMatchObject({
    kind: 'order.place',
    state: 'succeeded',
  });
  const admin = api(second!, await signIn(second!, login));
  const summary = expectStatus(await admin.get('/v1/ops/summary'), 200);
  expect(summary.workers).toHaveLength(2);
});

it('the health check of a container tells a process that is there from one that is not', async () => {
  const { test } = services.identity!.healthcheck!;
  expect(test!.slice(0, 2)).toEqual(['CMD', 'node']);
  const check = (env: Variables) => run(process.execPath, test!.slice(2), { cwd: ROOT, env });
  const nobody = {
    GATEWAY_PORT: String(await freePort()),
    IDENTITY_PORT: String(await freePort()),
    ORDERING_PORT: String(await freePort()),
  };
  for (const [name, [place]] of Object.entries(places))
    await check({ ...nobody, [portVariable(name)]: String(place!.port) });
  await expect(check(nobody)).rejects.toMatchObject({ code: 1 });
});

it('a role is nobody else and has no power over the server', async () => {
  const powerful = await asSuperuser([
    `select rolname from pg_roles where rolname = any('{${ROLES.join()}}')
     and (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls
       or exists (select from pg_auth_members where member = pg_roles.oid))`,
  ]);
  expect(powerful).toEqual([]);
});

it('a role enters its own database and no other, by the password of the file', async () => {
  for (const own of DATABASES)
    for (const name of DATABASES) {
      const service = services[own === 'gateway' ? 'gateway-api' : own]!;
      const url = new URL(environmentOf(service, secrets)[`${own.toUpperCase()}_DATABASE_URL`]!);
      url.host = addresses['postgres:5432']!;
      url.pathname = name;
      const client = new Client({ connectionString: url.href });
      const complaint = await client.connect().then(
        () => null,
        (error: Error) => error.message,
      );
      await client.end();
      const refusal = expect.stringContaining('permission denied for database');
      expect([own, name, complaint]).toEqual([own, name, name === own ? null : refusal]);
    }
});

(backends().includes('redis') ? it : it.skip)(
  'Redis evicts nothing, keeps a log, and asks for its password',
  async () => {
    const server = new Redis(environment('gateway-worker').QUEUE_URL!);
    const settings = {
      'maxmemory-policy': 'noeviction',
      appendonly: 'yes',
      appendfsync: 'everysec',
      maxmemory: '419430400',
    };
    try {
      for (const [name, value] of Object.entries(settings))
        expect(await server.config('GET', name)).toEqual([name, value]);
    } finally {
      server.disconnect();
    }
    const stranger = new Redis(`redis://${addresses['redis:6379']}`).on('error', () => undefined);
    await expect(stranger.ping()).rejects.toThrow('NOAUTH');
    stranger.disconnect();
  },
);

it('all stop in order when they are told to', async () => {
  const complaints = await Promise.all(Object.values(started).flatMap((all) => all.map((one) => one.stop())));
  expect(complaints.filter((complaint) => complaint !== null)).toEqual([]);
});
