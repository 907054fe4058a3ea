import { randomUUID } from 'node:crypto';
import { Database, migrate, Retention } from '@turnpike/service';
import { readConfig } from '../gateway/src/config.js';
import { databaseOptions } from '../libs/engine/src/ledger/database.js';
import { type Hit, RateWindows } from '../libs/engine/src/limits/rate-windows.js';
import { ledgerRetention } from '../libs/engine/src/lifecycle/retention.js';
import { trimSignInPlaces } from '../gateway/src/sign-in/known-origins.js';
import { type Answer, api, register, signIn } from './support/client.js';
import { BELIEVES_TESTS, from, limit, newClient } from './support/clients.js';
import { createDatabases, type Databases } from './support/databases.js';
import { startSystem, type System } from './support/system.js';

const ADDRESS = 20;
const USER = 40;
const COSTLY = 30;

/** RFC 9651: a list of strings with whole numbers as parameters. */
const ITEM = /^"([a-z]+)"((?:;[a-z]=\d{1,15})+)$/;

type Quotas = Record<string, Record<string, number>>;

/** @returns the items of a structured field by their names, each with its parameters */
function quotasIn(answer: Answer, field: string): Quotas {
  const items = answer.headers.get(field)!.split(', ');
  const entries = items.map((item) => {
    const [, name, parameters] = ITEM.exec(item)!;
    const pairs = parameters!.slice(1).split(';');
    return [name!, Object.fromEntries(pairs.map((pair) => [pair[0]!, Number(pair.slice(2))]))] as const;
  });
  return Object.fromEntries(entries);
}

describe('the requests of a minute', () => {
  let system: System;
  beforeAll(async () => {
    const env = { ...BELIEVES_TESTS };
    // The last one has no proxy before it.
    const gateways = [{ env }, { env, role: 'api' as const }, { role: 'api' as const }];
    system = await startSystem({ gateways, proxied: ['database'] });
    const limits = { RATE_LIMIT_ADDRESS: String(ADDRESS), RATE_LIMIT_USER: String(USER) };
    await limit(system, limits);
  });
  afterAll(() => system?.stop());

  /** Sends so many requests, each to the next of both processes. */
  async function alternating(
    count: number,
    send: (url: string, index: number) => Promise<Answer>,
  ): Promise<Answer[]> {
    const answers: Answer[] = [];
    for (let i = 0; i < count; i++) answers.push(await send(system.gatewayUrls[i % 2]!, i));
    return answers;
  }
  const passed = (answers: Answer[]): number => answers.filter(({ status }) => status !== 429).length;

  it('from one address are counted over all processes, whatever is asked for', async () => {
    const client = newClient();
    const paths = ['/v1/me', '/problems', '/no/such/thing', '/openapi.json'];
    const answers = await alternating(30, (url, i) => api(url).get(paths[i % 4]!, client));
    expect(answers.slice(0, ADDRESS).map(({ status }) => status)).not.toContain(429);
    expect(answers.slice(ADDRESS).map(({ status, body }) => [status, body.code])).toEqual(
      Array(10).fill([429, 'rate-limited']),
    );
    expect((await api(system.gatewayUrls[0]!).get('/v1/me', newClient())).status).toBe(401);
  });

  it('from one address are counted exactly when they come at once', async () => {
    const client = newClient();
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) => api(system.gatewayUrls[i % 2]!).get('/problems', client)),
    );
    expect(passed(answers)).toBe(ADDRESS);
  });

  it('count although they are no requests that anybody could answer', async () => {
    const client = newClient();
    const [url] = system.gatewayUrls as [string];
    const send = (method: string, path: string, body?: string) =>
      fetch(url + path, { method, headers: { ...client, 'content-type': 'application/json' }, body });
    for (let i = 0; i < ADDRESS / 4; i++) {
      const broken = [
        await send('POST', '/v1/users', '{'),
        await send('PUT', '/v1/me'),
        await send('GET', '/v1/%00'),
        await send('POST', '/v1/sessions', '[]'),
      ];
      for (const { status } of broken) expect([400, 404, 405]).toContain(status);
    }
    expect((await send('POST', '/v1/users', '{')).status).toBe(429);
  });

  it('that ask for health or keys do not count', async () => {
    const client = newClient();
    await alternating(ADDRESS + 1, (url) => api(url).get('/problems', client));
    for (const path of ['/health/live', '/health/ready', '/.well-known/service-jwks.json']) {
      const answer = await api(system.gatewayUrls[0]!).get(path, client);
      expect({ path, status: answer.status }).toEqual({ path, status: 200 });
      expect(answer.headers.has('ratelimit')).toBe(false);
    }
  });

  it('come from whom a trusted proxy names last, whatever the client has put before', async () => {
    const answers = await alternating(30, (url, i) =>
      api(url).get('/problems', from(`10.9.8.${i}, unknown, 10.99.99.1`)),
    );
    expect(passed(answers)).toBe(ADDRESS);
  });

  it('come from whoever connects, where no proxy is trusted', async () => {
    const url = system.gatewayUrls[2]!;
    const answers: Answer[] = [];
    for (let i = 0; i < 30; i++) answers.push(await api(url).get('/problems', newClient()));
    expect(passed(answers)).toBe(ADDRESS);
  });

  it('from one IPv6 network of 64 bits are one client, and IPv4 is the same in both notations', async () => {
    const sixes = (network: string) =>
      alternating(25, (url, i) => api(url).get('/problems', from(network + i)));
    expect(passed(await sixes('2001:db8:1:2::'))).toBe(ADDRESS);
    expect(passed(await sixes('2001:DB8:1:3:a:b:c:'))).toBe(ADDRESS);
    const fours = await alternating(25, (url, i) =>
      api(url).get('/problems', from(i % 3 ? '10.77.77.77' : '::ffff:10.77.77.77')),
    );
    expect(passed(fours)).toBe(ADDRESS);
  });

  it('of one user are counted over all processes and addresses, and others have their own', async () => {
    const [url] = system.gatewayUrls as [string];
    const [user, other] = [await asNewUser(url), await asNewUser(url)];
    const answers = await alternating(USER + 5, (to) => api(to, user).get('/v1/operations', newClient()));
    expect(answers.map(({ status }) => status)).toEqual([...Array(USER).fill(200), ...Array(5).fill(429)]);
    expect((await api(url, other).get('/v1/operations', newClient())).status).toBe(200);
  });

  it('are answered with the quotas and what is left of them, as structured fields', async () => {
    const [url] = system.gatewayUrls as [string];
    const client = newClient();
    const token = await asNewUser(url);
    const first = await api(url, token).get('/v1/operations', client);
    expect(quotasIn(first, 'ratelimit-policy')).toEqual({
      address: { q: ADDRESS, w: 60 },
      user: { q: USER, w: 60 },
    });
    expect(quotasIn(first, 'ratelimit')).toEqual({
      address: { r: ADDRESS - 1, t: expect.any(Number) },
      user: { r: USER - 1, t: expect.any(Number) },
    });
    const answers = await alternating(ADDRESS, (to) => api(to).get('/v1/me', client));
    expect(answers.map((answer) => quotasIn(answer, 'ratelimit').address!.r)).toEqual([
      ...Array.from({ length: ADDRESS - 1 }, (_, i) => ADDRESS - 2 - i),
      0,
    ]);
    const last = answers.at(-1)!;
    expect(last).toMatchObject({ status: 429, body: { type: '/problems/rate-limited', status: 429 } });
    const { t } = quotasIn(last, 'ratelimit').address!;
    expect(t).toBeGreaterThan(0);
    expect(t).toBeLessThanOrEqual(60);
    expect(last.headers.get('retry-after')).toBe(String(t));
    expect(last.headers.get('content-type')).toContain('application/problem+json');
    const names = [...last.headers.keys(), ...first.headers.keys()];
    expect(names.filter((name) => name.startsWith('x-ratelimit'))).toEqual([]);
  });

  it('are refused before the token is looked at, and the refusal is the same for any', async () => {
    const [url] = system.gatewayUrls as [string];
    const client = newClient();
    await alternating(ADDRESS, (to) => api(to, 'not.a.token').get('/v1/me', client));
    const answers = [
      await api(url, 'not.a.token').get('/v1/me', client),
      await api(url).get('/v1/me', client),
    ];
    expect(answers.map(({ status }) => status)).toEqual([429, 429]);
  });

  it('may be fewer where each costs much: runs and repairs of the services’ data', async () => {
    const [url] = system.gatewayUrls as [string];
    const admin = await signIn(url, system.admin);
    const runs = '/v1/ops/integrity/runs';
    const answers = await alternating(COSTLY + 1, (to, i) => {
      const path = i % 10 === 9 ? `${runs}/${randomUUID()}/repair` : runs;
      return api(to, admin).post(path, undefined, newClient());
    });
    expect(answers.map(({ status }) => status)).toEqual([
      ...Array.from({ length: COSTLY }, (_, i) => (i % 10 === 9 ? 404 : 202)),
      429,
    ]);
    expect(quotasIn(answers.at(-1)!, 'ratelimit').costly).toMatchObject({ r: 0 });
    expect((await api(url, admin).get(runs, newClient())).status).toBe(200);
  });

  it('that are too many cost the database nothing', async () => {
    const client = newClient();
    const hits = async (): Promise<number> => {
      const { rows } = await system.databases.gateway.query(
        'select sum(hits)::integer as hits from rate_windows',
      );
      return rows[0].hits as number;
    };
    await alternating(ADDRESS + 4, (url) => api(url).get('/v1/me', client));
    const before = await hits();
    const answers = await alternating(100, (url) => api(url).get('/v1/me', client));
    expect(passed(answers)).toBe(0);
    expect(await hits()).toBe(before);
  });

  it('begin anew when the window of the first is over', async () => {
    const client = newClient();
    const send = () => alternating(ADDRESS, (url) => api(url).get('/problems', client));
    await send();
    await system.databases.gateway.query('update rate_windows set ends_at = now()');
    expect(passed(await send())).toBe(ADDRESS);
  });

  it('pass uncounted while the database is away, without waiting for it, and count again when it is back', async () => {
    const [url] = system.gatewayUrls as [string];
    const client = newClient();
    const answers = await whileAway(async () => {
      const startedAt = Date.now();
      const all = await alternating(ADDRESS + 10, (to) => api(to).get('/problems', client));
      expect(Date.now() - startedAt).toBeLessThan(5000);
      return all;
    });
    for (const { status, headers } of answers) {
      expect([status, headers.has('ratelimit')]).toEqual([200, false]);
    }
    while (!(await api(url).get('/problems', newClient())).headers.has('ratelimit'));
  });

  async function whileAway<Result>(work: () => Promise<Result>): Promise<Result> {
    await system.proxies.database!.down();
    try {
      return await work();
    } finally {
      await system.proxies.database!.up();
      await Promise.all(system.processes.gateways.map((gateway) => gateway.becomesReady()));
    }
  }

  /** @returns a token; whoever registers and signs in comes from this machine, so its count is taken back */
  async function asNewUser(url: string): Promise<string> {
    await system.databases.gateway.query('update rate_windows set ends_at = now()');
    return (await register(url)).token;
  }
});

describe('windows', () => {
  let databases: Databases;
  let database: Database;
  let windows: [RateWindows, RateWindows];
  beforeAll(async () => {
    databases = await createDatabases('gateway');
    const options = databaseOptions({ databaseUrl: databases.urls.gateway! });
    await migrate(options);
    database = new Database(options);
    await database.start();
    windows = [new RateWindows(database), new RateWindows(database)];
  });
  afterAll(async () => {
    await database.onApplicationShutdown();
    await databases.drop();
  });

  it('number their hits without gaps, whoever counts them at once', async () => {
    const keys = ['a', 'b', 'c'];
    const hits = await Promise.all(
      Array.from({ length: 600 }, (_, i) => hitOf(windows[i % 2]!, keys[(i * 7) % 3]!)),
    );
    for (const key of keys) {
      const numbers = hits.filter((hit) => hit.key === key).map(({ number }) => number);
      expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    }
  });

  it('take back what belongs to them, and never more', async () => {
    const [hit] = [await hitOf(windows[0], 'back'), await hitOf(windows[0], 'back')];
    await windows[0].giveBack([{ hit, count: 1 }]);
    expect((await hitOf(windows[1], 'back')).number).toBe(2);
    await windows[0].giveBack([{ hit, count: 5 }]);
    expect((await hitOf(windows[1], 'back')).number).toBe(1);
  });

  it('take nothing back of a window that is over', async () => {
    const hit = await hitOf(windows[0], 'over');
    await database.query(`update rate_windows set ends_at = now() where key = 'over'`);
    await hitOf(windows[0], 'over');
    await windows[0].giveBack([{ hit, count: 1 }]);
    expect((await hitOf(windows[0], 'over')).number).toBe(2);
  });

  it('are forgotten when they are over, and not before', async () => {
    await Promise.all(['old', 'older', 'young'].map((key) => hitOf(windows[0], key)));
    await database.query(`update rate_windows set ends_at = now() - interval '1 s' where key like 'old%'`);
    await new Retention(database, ledgerRetention(readConfig({}).retention, [trimSignInPlaces])).round();
    expect(await database.query(`select key from rate_windows where key like 'old%'`)).toEqual([]);
    expect((await hitOf(windows[0], 'young')).number).toBe(2);
  });
});

describe('trusted proxies', () => {
  it('are addresses and networks', () => {
    const given = '10.0.0.1, fd00::/8,192.168.0.0/16 ,';
    expect(readConfig({ TRUSTED_PROXIES: given }).trustedProxies).toEqual([
      '10.0.0.1',
      'fd00::/8',
      '192.168.0.0/16',
    ]);
    expect(readConfig({}).trustedProxies).toEqual([]);
  });

  it.each([
    'everybody',
    '10.0.0.1/33',
    '0.0.0.0/0',
    '10.0.0.1/',
    'fe80::1%eth0',
    '10.0.0.1 10.0.0.2',
    '1/2/3',
  ])('%j is refused with the name of the variable', (given) => {
    expect(() => readConfig({ TRUSTED_PROXIES: `10.0.0.1,${given}` })).toThrow(/^TRUSTED_PROXIES has /);
  });
});

async function hitOf(windows: RateWindows, key: string): Promise<Hit> {
  return (await windows.hitEach([key], 60_000))[0]!;
}
