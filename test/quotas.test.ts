// Quotas by what is asked for costs: requests under way, bytes of a page, keys, streams, and the queue before the
// database. One gateway has small limits, the other none.
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import {
  type Answer,
  api,
  expectStatus,
  LINE,
  type Operation,
  type Person,
  placeOrder,
  register,
  signIn,
  WAIT,
} from './support/client.js';
import { BELIEVES_TESTS, newClient } from './support/clients.js';
import { EventStreamClient } from './support/event-stream.js';
import { until } from './support/processes.js';
import { startSystem, type System } from './support/system.js';

const PER_USER = 4;
const PER_ADDRESS = 6;

/** Bytes of a page, with all that stands around its items. */
const PAGE_BYTES = 512 * 1024;

/** Copies a user's newest row so many times, with what `changes` says instead. */
function copyRows(
  pool: Pool,
  table: string,
  userId: string,
  count: number,
  changes: string,
): Promise<unknown> {
  return pool.query(
    `insert into ${table} select (jsonb_populate_record(null::${table}, to_jsonb(o) || ${changes})).*
     from (select * from ${table} where user_id = $1 order by seq desc limit 1) o, generate_series(1, $2::integer) copy`,
    [userId, count],
  );
}

/** @returns how many sessions of that database wait for a lock */
async function waitingForLocks(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::integer as count from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock' and query like 'SELECT "o".%'`,
  );
  return rows[0]!.count;
}

// Processes start slowly on a busy machine.
jest.setTimeout(150_000);

describe('a quota by cost', () => {
  let system: System;
  let limited: string;
  let free: string;
  let admin: string;
  beforeAll(async () => {
    const limits = { CONCURRENT_PER_USER: String(PER_USER), CONCURRENT_PER_ADDRESS: String(PER_ADDRESS) };
    system = await startSystem({
      gateways: [{ env: BELIEVES_TESTS }, { role: 'api', env: { ...BELIEVES_TESTS, ...limits } }],
      env: { SERVICE_TIMEOUT_MS: '60000' },
    });
    [free, limited] = system.gatewayUrls as [string, string];
    admin = await signIn(free, system.admin);
  });
  afterAll(() => system?.stop());

  /** A lane in which one write waits for as long as it is paused. */
  async function pausedLane(): Promise<{ user: Person; waiting: Operation; resume: () => Promise<Answer> }> {
    const user = await register(free);
    const lane = `/v1/ops/lanes/${user.id}`;
    expectStatus(await api(free, admin).post(`${lane}/pause`, { reason: 'a test' }), 200);
    const waiting = await placeOrder(free, user.token);
    const resume = () => api(free, admin).post(`${lane}/resume`, { reason: 'a test' });
    return { user, waiting, resume };
  }

  /** Fills a lane with operations whose results have so many bytes. */
  async function fill(user: Person, count: number, bytes: number): Promise<void> {
    const { gateway } = system.databases;
    const result = `jsonb_build_object('text', repeat('a', ${bytes}))`;
    const changes = `jsonb_build_object('seq', o.seq + copy, 'id', gen_random_uuid(), 'result', ${result})`;
    await copyRows(gateway, 'operations', user.id, count, changes);
    await gateway.query(
      'update lanes set last_seq = last_seq + $2, ended_to = last_seq + $2 where user_id = $1',
      [user.id, count],
    );
  }

  const holding = (user: Person, path: string, headers: Record<string, string>) => {
    const aborter = new AbortController();
    const answer = fetch(limited + path, {
      headers: { authorization: `Bearer ${user.token}`, prefer: 'wait=30', ...headers },
      signal: aborter.signal,
    }).then(
      ({ status }) => status,
      () => null,
    );
    return { answer, abort: () => aborter.abort() };
  };

  it('lets a user have few requests under way, those that wait included, from wherever they come', async () => {
    const { user, waiting, resume } = await pausedLane();
    const one = `/v1/operations/${waiting.id}`;
    const held = [
      ...Array.from({ length: PER_USER - 1 }, () => holding(user, one, newClient())),
      holding(user, '/v1/me', { ...newClient(), 'read-after': 'latest' }),
    ];
    const next = () => api(limited, user.token).get('/v1/operations', newClient());
    await until(async () => (await next()).status === 429);
    const refused = await next();
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate-limited' } });
    expect(refused.headers.get('retry-after')).toBe('1');
    const other = await register(free);
    expect((await api(limited, other.token).get('/v1/operations', newClient())).status).toBe(200);
    held[0]!.abort();
    await until(async () => (await next()).status === 200);
    expectStatus(await resume(), 200);
    expect(await Promise.all(held.map(({ answer }) => answer))).toEqual([null, 200, 200, 200]);
    expect((await next()).status).toBe(200);
  });

  it('begins few requests of a user at once, and the others one after the other', async () => {
    const user = await register(free);
    const begun = performance.now();
    for (let asked = 0; asked < 60; asked += PER_USER) {
      const ask = () => api(limited, user.token).get('/v1/operations?limit=1', newClient());
      const answers = await Promise.all(Array.from({ length: PER_USER }, ask));
      expect(answers.map(({ status }) => status)).toEqual(Array(PER_USER).fill(200));
    }
    // 4 at once, and 56 at 50 a second.
    expect(performance.now() - begun).toBeGreaterThan(1000);
  });

  it('does not count streams of events twice', async () => {
    const user = await register(free);
    const open = () => EventStreamClient.open(`${limited}/v1/events`, { token: user.token });
    const streams = await Promise.all(Array.from({ length: PER_USER }, open));
    streams.push(await open(), await open());
    expect(streams.map(({ status }) => status)).toEqual(Array(PER_USER + 2).fill(200));
    expect((await api(limited, user.token).get('/v1/operations')).status).toBe(200);
    await Promise.all(streams.map((stream) => stream.close()));
  });

  it('lets an address have few requests under way, whoever sends them; health and keys are free', async () => {
    const lanes = [await pausedLane(), await pausedLane()];
    const client = newClient();
    const held = lanes.flatMap(({ user, waiting }) =>
      Array.from({ length: PER_ADDRESS / 2 }, () => holding(user, `/v1/operations/${waiting.id}`, client)),
    );
    const next = (headers: Record<string, string>) => api(limited).get('/problems', headers);
    await until(async () => (await next(client)).status === 429);
    expect((await next(client)).headers.get('retry-after')).toBe('1');
    expect((await next(newClient())).status).toBe(200);
    for (const path of ['/health/live', '/.well-known/jwks.json'])
      expect((await api(limited).get(path, client)).status).toBe(200);
    await Promise.all(lanes.map(({ resume }) => resume()));
    expect(await Promise.all(held.map(({ answer }) => answer))).toEqual(Array(PER_ADDRESS).fill(200));
    expect((await next(client)).status).toBe(200);
  });

  describe('of pages', () => {
    const ITEMS = 60;
    let user: Person;
    beforeAll(async () => {
      user = await register(free);
      const lines = Array.from({ length: 100 }, () => ({ ...LINE, name: 'x'.repeat(200) }));
      expectStatus(await api(free, user.token).post('/v1/orders', { lines }, WAIT), 201);
      await copyRows(
        system.databases.ordering,
        'orders',
        user.id,
        ITEMS - 1,
        `jsonb_build_object('id', gen_random_uuid(), 'created_at', o.created_at - copy * interval '1 ms')`,
      );
      await fill(user, ITEMS, 30_000);
    });

    it.each([
      ['the own operations', () => `/v1/operations?`, () => user.token, ITEMS + 2],
      ['operators’ operations', () => `/v1/ops/operations?userId=${user.id}&`, () => admin, ITEMS + 2],
      ['the own orders', () => `/v1/orders?`, () => user.token, ITEMS],
    ])('of %s ends early, and the next goes on without loss or repeat', async (_of, path, token, count) => {
      const ids: string[] = [];
      let pages = 0;
      for (let cursor: string | null = ''; cursor !== null; pages += 1) {
        const query = `limit=200${cursor && `&cursor=${cursor}`}`;
        const answer: Answer = await api(free, token()).get<any>(path() + query);
        const { items, nextCursor } = expectStatus<any>(answer, 200);
        expect(Buffer.byteLength(JSON.stringify(answer.body))).toBeLessThanOrEqual(PAGE_BYTES);
        ids.push(...(items as { id: string }[]).map(({ id }) => id));
        cursor = nextCursor as string | null;
      }
      expect(pages).toBeGreaterThan(1);
      expect(ids).toHaveLength(count);
      expect(new Set(ids).size).toBe(count);
    });
  });

  it('has identity asked for its keys a few times, however often they are asked for', async () => {
    const askedFor = async (): Promise<number> => {
      const { METRICS_PORT } = system.processes.identity.env;
      const text = await (await fetch(`http://127.0.0.1:${METRICS_PORT}/metrics`)).text();
      const line = /^turnpike_http_request_duration_seconds_count\{[^}]*jwks\.json[^}]*\} (\d+)$/m.exec(text);
      return Number(line?.[1] ?? 0);
    };
    const before = await askedFor();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => api(free).get('/.well-known/jwks.json')),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(answers[0]!.headers.get('cache-control')).toBe('public, max-age=60');
    expect((await askedFor()) - before).toBeLessThan(5);
  });

  it('counts the streams of an anonymous client by the operation, and knows one spelling of a token', async () => {
    const { ordering } = system.processes;
    try {
      ordering.kill('SIGSTOP');
      const person = { email: `user-${randomUUID()}@example.com`, password: `pass-${randomUUID()}` };
      const ask = () =>
        api(free).post(
          '/v1/users',
          { ...person, firstName: 'Ada', lastName: 'Byron' },
          { 'idempotency-key': person.email },
        );
      const answers = [await ask(), await ask()];
      const { id } = expectStatus(answers[0]!, 202);
      const tokens = answers.map(({ headers }) => headers.get('operation-token')!);
      const open = (token: string) =>
        EventStreamClient.open(`${free}/v1/operations/${id}/events`, { 'operation-token': token });
      const spellings = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'].map(
        (last) => tokens[0]!.slice(0, -1) + last,
      );
      const spelled = await Promise.all(spellings.map(open));
      expect(spelled.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(spelled.filter(({ status }) => status === 401)).toHaveLength(63);
      const others = await Promise.all(Array.from({ length: 20 }, (_, index) => open(tokens[index % 2]!)));
      expect(others.filter(({ status }) => status === 200)).toHaveLength(9);
      expect(others.filter(({ status }) => status === 429)).toHaveLength(11);
      await Promise.all([...spelled, ...others].map((stream) => stream.close()));
    } finally {
      ordering.kill('SIGCONT');
    }
  });

  it('leaves the database to the others while all that one has asked for waits there', async () => {
    const noisy = await register(free);
    const quiet = await Promise.all(Array.from({ length: 3 }, () => register(free)));
    const { gateway } = system.databases;
    const locking = await gateway.connect();
    try {
      await locking.query('begin; lock table operations in access exclusive mode');
      const asked = Array.from({ length: 40 }, () =>
        api(free, noisy.token)
          .get('/v1/operations', newClient())
          .then(({ status }) => status),
      );
      await until(async () => (await waitingForLocks(gateway)) > 0);
      const answers = await Promise.all(
        quiet.map(({ token }) => api(free, token).get('/v1/orders', newClient())),
      );
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      await locking.query('rollback');
      expect(new Set([...(await Promise.all(asked)), 200, 503])).toEqual(new Set([200, 503]));
    } finally {
      locking.release(true);
    }
  });
});
