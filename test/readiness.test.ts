// When a gateway says that it is ready: the first administrator is there, and its installation has a name of its own.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';
import { readConfig } from '../gateway/src/config.js';
import { api, register } from './support/client.js';
import { createMigratedDatabases, type Databases } from './support/databases.js';
import { freePort } from './support/ports.js';
import { pause, SystemProcess } from './support/processes.js';
import { backends } from './support/servers.js';
import { startSystem, type System } from './support/system.js';

const [queue] = backends().slice(-1);

// Gateways are restarted, and wait for administrators: on a busy machine each takes its time.
jest.setTimeout(150_000);

describe('a gateway', () => {
  let system: System;
  let gateway: SystemProcess;
  beforeAll(async () => {
    system = await startSystem({ queue });
    gateway = system.processes.gateways[0]!;
  });
  afterAll(() => system?.stop());

  const ready = () => api(gateway.url).get<{ checks: Record<string, boolean> }>('/health/ready');

  /** Waits until nothing is missing but this. */
  async function missesOnly(name: string): Promise<void> {
    for (;;) {
      const { status, body } = await ready().catch(() => ({ status: 0, body: { checks: {} } }));
      const missing = Object.entries(body.checks ?? {}).filter(([, isThere]) => !isThere);
      if (status === 503 && missing.length === 1 && missing[0]![0] === name) return;
      if (!gateway.isRunning) throw new Error(gateway.output());
      await pause(20);
    }
  }

  async function restartNotReady(): Promise<void> {
    await gateway.stop();
    gateway.start();
    await missesOnly('administrator');
  }

  async function signInIs503(email: string): Promise<void> {
    const answer = await api(gateway.url).post('/v1/sessions', { email, password: system.admin.password });
    expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(answer.headers.get('retry-after')).not.toBeNull();
  }

  const signIn = (email: string) =>
    api(gateway.url).post('/v1/sessions', { email, password: system.admin.password });

  it('that has an administrator from before is ready when identity has said so, and lets it in at once', async () => {
    await system.processes.identity.stop();
    await restartNotReady();
    await signInIs503(system.admin.email);
    system.processes.identity.start();
    await gateway.becomesReady();
    expect((await signIn(system.admin.email)).status).toBe(201);
  });

  /** As before the first start. */
  async function forgetAdministrators(): Promise<void> {
    await system.databases.identity.query(`update users set roles = '{}'`);
    await system.databases.gateway.query('delete from first_administrator');
  }

  it('makes no other one with another address, once there was one, and gives no old password back', async () => {
    const { ADMIN_EMAIL, ADMIN_PASSWORD } = gateway.env;
    const count = async (): Promise<number> =>
      (await system.databases.identity.query('select 1 from users')).rows.length;
    const before = await count();
    // Nobody has the address and nobody the role: as after a purge, or a change of both.
    await system.databases.identity.query(`update users set roles = '{}'`);
    gateway.env.ADMIN_EMAIL = 'back@turnpike.test';
    await system.restart(gateway);
    expect((await signIn('back@turnpike.test')).status).toBe(401);
    expect(await count()).toBe(before);
    Object.assign(gateway.env, { ADMIN_EMAIL, ADMIN_PASSWORD });
  });

  it('that is to make one is ready when it is made, and says meanwhile that it is to come', async () => {
    await forgetAdministrators();
    gateway.env.ADMIN_EMAIL = 'Second@turnpike.test';
    await system.processes.ordering.stop();
    await restartNotReady();
    await signInIs503('second@turnpike.test');
    const names = { firstName: 'A', lastName: 'Stranger' };
    const stranger = { email: 'second@turnpike.test', password: 'correct horse battery', ...names };
    expect((await api(gateway.url).post('/v1/users', stranger)).status).toBe(503);
    // Whoever is somebody else is not kept waiting.
    expect((await signIn('nobody@turnpike.test')).status).toBe(401);
    system.processes.ordering.start();
    await gateway.becomesReady();
    expect((await signIn('second@turnpike.test')).status).toBe(201);
  });

  it('whose administrator is refused stays not ready, and tells in the log what to do', async () => {
    await forgetAdministrators();
    gateway.env.ADMIN_EMAIL = 'third@turnpike.test';
    const before = gateway.env.ADMIN_PASSWORD!;
    gateway.env.ADMIN_PASSWORD = commonPassword();
    await restartNotReady();
    while (!gateway.output().includes('set another ADMIN_PASSWORD')) await pause(20);
    expect(gateway.output()).not.toContain(commonPassword());
    await signInIs503('third@turnpike.test');
    gateway.env.ADMIN_PASSWORD = before;
    await system.restart(gateway);
  });

  it('without ADMIN_EMAIL waits for nobody', async () => {
    delete gateway.env.ADMIN_EMAIL;
    await system.restart(gateway);
    expect((await ready()).body.checks).not.toHaveProperty('administrator');
  });

  const onRedis = queue === 'redis' ? describe : describe.skip;
  onRedis('beside another ledger on the same Redis', () => {
    let other: SystemProcess;
    let databases: Databases;
    beforeAll(async () => {
      databases = await createMigratedDatabases('gateway');
      const port = await freePort();
      other = new SystemProcess('gateway', `http://127.0.0.1:${port}`, {
        ...gateway.env,
        GATEWAY_PORT: String(port),
        METRICS_PORT: String(await freePort()),
        GATEWAY_DATABASE_URL: databases.urls.gateway!,
      });
    });
    afterAll(async () => {
      await other?.stop();
      await databases?.drop();
    });

    it('leaves the queue alone while they have one name, says so, and is not ready', async () => {
      while (!other.output().includes('INSTALLATION')) await pause(20);
      const { status, body } = await api(other.url).get('/health/ready');
      expect({ status, body }).toMatchObject({ status: 503, body: { checks: { installation: false } } });
      expect((await ready()).status).toBe(200);
      // A write does not wait for a job that another took.
      await register(gateway.url);
    });

    it('works with a name of its own', async () => {
      other.env.INSTALLATION = 'a-second';
      await system.restart(other);
      const redis = new Redis(gateway.env.QUEUE_URL!);
      const keys = await redis.keys('*').finally(() => redis.disconnect());
      const names = new Set(keys.map((key) => key.split(':')[0]));
      expect([...names].sort()).toEqual(['a-second', 'turnpike']);
      await register(gateway.url);
    });
  });
});

test.each(['', 'A', 'a_b', 'a:b', '{a}', 'ü', 'a'.repeat(41)].filter(Boolean))(
  'an installation cannot be named %s',
  (INSTALLATION) => {
    expect(() => readConfig({ INSTALLATION })).toThrow(/^INSTALLATION must be/);
  },
);

/** One that identity refuses, and the gateway does not know. */
function commonPassword(): string {
  const file = path.resolve(__dirname, '../identity/src/credentials/common-passwords.json');
  const passwords = JSON.parse(readFileSync(file, 'utf8')) as string[];
  return passwords.find((password) => password.length >= 10 && isAccepted(password))!;
}

function isAccepted(ADMIN_PASSWORD: string): boolean {
  try {
    return readConfig({ ADMIN_EMAIL: 'a@b.example', ADMIN_PASSWORD }).admin !== null;
  } catch {
    return false;
  }
}
