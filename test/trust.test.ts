// An installation in which nobody is believed who cannot prove it: production, TLS between all parts by a private CA, keys
// that are pinned, and for each process a role that owns nothing. It does everything, and lets nothing more be done.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect as connectTls, type SecureVersion } from 'node:tls';
import { promisify } from 'node:util';
import { Database, Retention, SessionClient } from '@turnpike/service';
import axios from 'axios';
import { Client } from 'pg';
import { clusterAddressOf } from '../libs/engine/src/support/cluster-address.js';
import { readConfig } from '../gateway/src/config.js';
import { databaseOptions } from '../libs/engine/src/ledger/database.js';
import { ledgerRetention } from '../libs/engine/src/lifecycle/retention.js';
import { trimSignInPlaces } from '../gateway/src/sign-in/known-origins.js';
import { keptConnections } from '../libs/engine/src/execution/http-adapter.js';
import { openConnections } from '../libs/engine/src/queue/connections.js';
import { api, type Api, expectStatus, LINE, register, signIn, WAIT } from './support/client.js';
import { until } from './support/processes.js';
import { backends } from './support/servers.js';
import { startSystem, type System } from './support/system.js';
import { makeCertificates, speakTls, tlsOf, trustCa, verifyKeys } from './support/trust.js';

const LIMITS = {
  RATE_LIMIT_ADDRESS: '100000',
  RATE_LIMIT_USER: '100000',
  LOGIN_FAILURE_LIMIT: '100000',
  CONCURRENT_PER_USER: '1000',
  CONCURRENT_PER_ADDRESS: '1000',
};

const folder = mkdtempSync(path.join(tmpdir(), 'turnpike-trust-'));
const [certs, strangers] = [path.join(folder, 'certs'), path.join(folder, 'strangers')];
const undo: (() => unknown)[] = [];
let system: System;
let url: string;

beforeAll(async () => {
  for (const made of [certs, strangers]) makeCertificates(made);
  undo.unshift(trustCa(certs), await speakTls(certs));
  const own = { NODE_ENV: 'production', SHUTDOWN_DELAY_MS: '0', DELETION_GRACE_MS: '500' };
  // Nobody is there: whoever asks a gateway for its keys gets none.
  const env = { ...LIMITS, ...own, ...verifyKeys(), GATEWAY_URL: 'https://127.0.0.1:1' };
  system = await startSystem({ hardened: certs, queue: backends().at(-1)!, billing: true, env });
  url = system.gatewayUrls[0]!;
}, 180_000);

afterAll(async () => {
  await system?.stop();
  for (const back of undo) await back();
  rmSync(folder, { recursive: true });
});

const ca = (of: string): string => readFileSync(path.join(of, 'ca.crt'), 'utf8');
const environment = (): Record<string, string> => system.processes.gateways[0]!.env;

describe('a hardened installation', () => {
  let admin: Api;

  beforeAll(async () => {
    admin = api(url, await signIn(url, system.admin));
  });

  it('carries out writes of every service, an undo, a deletion and its purge', async () => {
    const user = await register(url);
    const me = api(url, user.token);
    const address = { line1: 'Ring 1', city: 'Linz', postalCode: '4020', country: 'AT' };
    expectStatus(await me.put(`/v1/customers/${user.id}`, { deliveryAddress: address }, WAIT), 200);
    const order = { lines: [LINE], deliveryAddress: address };
    const { id } = expectStatus(await me.post('/v1/orders', order, WAIT), 201);
    expectStatus(await me.post(`/v1/orders/${id}/pay`, { paymentReference: 'p-1' }, WAIT), 200);
    expectStatus(
      await me.post(`/v1/orders/${id}/invoice`, { billTo: { name: 'Ada', ...address } }, WAIT),
      200,
    );
    expectStatus(await admin.post(`/v1/orders/${id}/invoice/void`, { reason: 'a test' }, WAIT), 200);
    expectStatus(await admin.post(`/v1/orders/${id}/ship`, { trackingNumber: 't-1' }, WAIT), 200);
    expectStatus(await me.post(`/v1/orders/${id}/pay`, { paymentReference: 'p-2' }, WAIT), 409);
    expectStatus(await admin.delete(`/v1/users/${user.id}`, WAIT), 204);
    await until(async () => (await admin.get(`/v1/users/${user.id}`)).status === 410);
  }, 60_000);

  it('serves operators: pauses, the trail, a comparison, webhooks', async () => {
    const user = await register(url);
    const reason = { reason: 'a look' };
    expectStatus(await admin.post(`/v1/ops/lanes/${user.id}/pause`, reason), 200);
    expectStatus(await admin.post(`/v1/ops/lanes/${user.id}/resume`, reason), 200);
    const { id } = expectStatus(await admin.post('/v1/ops/integrity/runs', {}), 202);
    await until(async () => (await admin.get(`/v1/ops/integrity/runs/${id}`)).body.state === 'done');
    expect(
      expectStatus(await admin.get(`/v1/ops/audit?userId=${user.id}`), 200).items.length,
    ).toBeGreaterThan(1);
    const hook = { url: 'https://93.184.215.14/', events: ['operation.succeeded'], reason: 'a test' };
    expectStatus(await admin.post('/v1/ops/webhooks', hook), 201);
  }, 60_000);

  it('trims the ledger, and answers the command of the ledger', async () => {
    const { gateway } = system.databases;
    const user = await register(url);
    await gateway.query(`insert into audit (at, action) values (now() - interval '500 days', 'lane.paused')`);
    const config = readConfig(environment());
    const database = new Database(databaseOptions(config));
    await database.start();
    await new Retention(database, ledgerRetention(config.retention, [trimSignInPlaces])).round();
    await database.onApplicationShutdown();
    const old = await gateway.query(`select 1 from audit where at < now() - interval '400 days'`);
    expect(old.rowCount).toBe(0);
    const args = ['dist/gateway/gateway/src/ledger-command.js', 'inspect', user.id];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env: environment() });
    expect(stdout).toContain(user.id);
  }, 60_000);

  it('warns of no role that has too much, which it would of the owner', async () => {
    const { identity, ordering, gateways } = system.processes;
    for (const one of [identity, ordering, ...gateways])
      expect(one.output()).not.toContain('owns its tables');
  });
});

describe('by the role of a process', () => {
  const audit = `(select id from audit order by id limit 1)`;

  it.each([
    ['truncate audit', 'permission denied'],
    ['truncate operations cascade', 'permission denied'],
    ['drop table audit', 'must be owner'],
    ['alter table audit disable trigger all', 'must be owner'],
    ['alter table lanes drop column admission', 'must be owner'],
    [`create table mine (id int)`, 'permission denied'],
    [
      `create or replace function keep_audit() returns trigger language plpgsql as 'begin return new; end'`,
      'permission denied|must be owner',
    ],
    [`update audit set action = 'lane.paused' where id = ${audit}`, 'permission denied'],
    [`update audit set actor_id = gen_random_uuid() where id = ${audit}`, 'permission denied'],
    [`update audit set reason = 'another' where id = ${audit}`, 'only appended to'],
    [`delete from audit where id = ${audit}`, 'only appended to'],
    [`set session_replication_role = replica`, 'permission denied'],
    [`delete from migrations`, 'permission denied'],
  ])('%s is refused', async (sql, refusal) => {
    const { databaseUrl } = readConfig(environment());
    const asked = onConnection(databaseUrl, (client) => client.query(sql));
    await expect(asked).rejects.toThrow(new RegExp(refusal));
  });

  it.each(['identity', 'ordering', 'billing'] as const)(
    '%s can be read and written, not shaped',
    async (name) => {
      const { env } = system.processes[name]!;
      const url = new URL(env[`${name.toUpperCase()}_DATABASE_URL`]!);
      url.searchParams.set('sslrootcert', path.join(certs, 'ca.crt'));
      for (const [sql, refusal] of [
        ['truncate inbox', 'permission denied'],
        ['alter table inbox add column mine text', 'must be owner'],
      ] as const)
        await expect(onConnection(url.href, (client) => client.query(sql))).rejects.toThrow(refusal);
    },
  );
});

async function onConnection(
  connectionString: string,
  work: (client: Client) => Promise<unknown>,
): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  await work(client).finally(() => client.end());
}

describe('TLS between the parts', () => {
  const ask = (authority: string | null) =>
    axios
      .create({ adapter: keptConnections(1, authority), baseURL: system.identityUrl })
      .get('/health/live', { timeout: 2000 });

  it('a service answers whoever trusts the CA, and nobody by plain HTTP', async () => {
    expect((await ask(ca(certs))).status).toBe(200);
    await expect(fetch(system.identityUrl.replace('https:', 'http:'))).rejects.toThrow();
  });

  it.each([
    ['another CA', () => ca(strangers)],
    ['those that come with Node.js', () => null],
  ])('the gateway does not speak with a service that is certified by %s', async (_what, authority) => {
    await expect(ask(authority())).rejects.toThrow(/certificate/);
  });

  it('a service speaks TLS 1.2 and 1.3, and nothing older', async () => {
    const { hostname: host, port } = new URL(system.identityUrl);
    const speak = async (maxVersion: SecureVersion): Promise<string | null> => {
      // Node.js itself would not ask for what is older.
      const old = { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
      const socket = connectTls({ host, port: Number(port), ca: ca(certs), ...old, maxVersion });
      await once(socket, 'secureConnect');
      const protocol = socket.getProtocol();
      socket.destroy();
      return protocol;
    };
    expect(await speak('TLSv1.3')).toBe('TLSv1.3');
    expect(await speak('TLSv1.2')).toBe('TLSv1.2');
    await expect(speak('TLSv1.1')).rejects.toThrow(/protocol version/);
  });

  it('a process does not speak with a database that another CA has certified', async () => {
    const own = new URL(environment().GATEWAY_DATABASE_URL!);
    const connect = async (authority: string): Promise<void> => {
      own.searchParams.set('sslrootcert', path.join(authority, 'ca.crt'));
      const client = new SessionClient({ connectionString: own.href });
      await client.connect();
      await client.end();
    };
    await connect(certs);
    await expect(connect(strangers)).rejects.toThrow(/certificate/);
  });

  it('the address of a database that asks for TLS is completed by the CA, unless it names one', () => {
    const { TLS_CA_FILE } = tlsOf(certs, 'gateway');
    const urlOf = (GATEWAY_DATABASE_URL: string) =>
      readConfig({ TLS_CA_FILE, GATEWAY_DATABASE_URL }).databaseUrl;
    const address = 'postgres://g:p@db/g';
    expect(urlOf(address)).toBe(address);
    expect(new URL(urlOf(`${address}?sslmode=verify-full`)).searchParams.get('sslrootcert')).toBe(
      TLS_CA_FILE,
    );
    const named = `${address}?sslmode=verify-full&sslrootcert=/other`;
    expect(urlOf(named)).toBe(named);
  });

  (backends().includes('redis') ? it : it.skip)(
    'a gateway does not speak with a Redis that another CA has certified',
    async () => {
      const { queue } = readConfig({ ...environment(), TLS_CA_FILE: path.join(certs, 'ca.crt') });
      expect(queue.url).toMatch(/^rediss:/);
      const connections = await openConnections(queue, AbortSignal.timeout(5000));
      expect(connections).not.toBeNull();
      await connections!.close();
      expect(await openConnections({ ...queue, ca: ca(strangers) }, AbortSignal.timeout(1000))).toBeNull();
    },
  );

  it('a cluster speaks TLS where its address says so', () => {
    const address = clusterAddressOf('rediss+cluster://user:s@one:7000,two');
    expect(address).toEqual({
      nodes: [
        { host: 'one', port: 7000 },
        { host: 'two', port: 6379 },
      ],
      ...{ username: 'user', password: 's', tls: true },
    });
    expect(clusterAddressOf('redis+cluster://one')!.tls).toBe(false);
  });
});
