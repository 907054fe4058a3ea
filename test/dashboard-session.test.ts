// What stands between a browser and what operators may: the session behind the cookie, and the pages that need it.
import { appRoutes } from '@bull-board/api/dist/routes.js';
import { api, expectStatus, type Person, placeOrder, register } from './support/client.js';
import { EventStreamClient } from './support/event-stream.js';
import { pause, until } from './support/processes.js';
import { startSystem, type System } from './support/system.js';

const BOARD = '/ops/queues';

interface Session {
  cookie: string;
  csrfToken: string;
}

describe('a session of the dashboard', () => {
  let system: System;
  let url: string;
  let user: Person;

  beforeAll(async () => {
    // The browser's tests look at a queue in PostgreSQL.
    system = await startSystem({
      queue: 'redis',
      proxied: ['ordering', 'queue'],
      env: { RETRY_BASE_MS: '60000', RETRY_MAX_MS: '60000' },
    });
    url = system.gatewayUrls[0]!;
    user = await register(url, { firstName: 'Wilhelmina' });
  });
  afterAll(() => system?.stop());

  it('takes a write by cookie only with the token that its page has, and reads without', async () => {
    const { cookie, csrfToken } = await session();
    const lane = `/v1/ops/lanes/${user.id}`;
    const withCookie = api(url);
    expect((await withCookie.get(lane, { cookie })).status).toBe(200);
    for (const token of ['', 'wrong', (await session()).csrfToken]) {
      const headers = { cookie, 'x-csrf-token': token };
      const refused = await withCookie.post(`${lane}/pause`, { reason: 'x' }, headers);
      expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    }
    const own = { cookie, 'x-csrf-token': csrfToken };
    expect((await withCookie.post(`${lane}/resume`, { reason: 'x' }, own)).status).toBe(200);
    // Whoever sends a token is the caller of the token, though a cookie comes along.
    expect((await api(url, user.token).get(lane, { cookie })).status).toBe(403);
    expect((await api(url, 'not.a.token').get(lane, { cookie })).status).toBe(401);
  });

  it('is not begun for a user without a role, nor left open at identity', async () => {
    const refused = await api(url).post('/ops/session', { email: user.email, password: user.password });
    expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect(refused.headers.get('set-cookie')).toBeNull();
    const ofUser = 'select count(*)::integer as count from';
    const kept = await system.databases.gateway.query(`${ofUser} ops_sessions where user_id = $1`, [user.id]);
    expect(kept.rows).toEqual([{ count: 0 }]);
    const open = await system.databases.identity.query(
      `${ofUser} sessions where user_id = $1 and revoked_at is null`,
      [user.id],
    );
    // The one of the user's own token.
    expect(open.rows).toEqual([{ count: 1 }]);
  });

  it('renews an access token once, however many requests come at the same time', async () => {
    const { cookie } = await session();
    const before = await spentRefreshTokens();
    await alter(cookie, 'renew_at = now()');
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => api(url).get('/v1/ops/summary', { cookie })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(await spentRefreshTokens()).toBe(before + 1);
    // A refresh token that was spent twice would have ended the session, which the gateway hears of in a second.
    await pause(1500);
    expect((await api(url).get('/ops/session', { cookie })).status).toBe(200);
  });

  it.each([
    ['it has been idle for half an hour', `last_used_at = now() - interval '31 minutes'`],
    ['it is 12 hours old', `expires_at = now()`],
  ])('ends when %s', async (_when, change) => {
    const { cookie } = await session();
    await alter(cookie, change);
    expect((await api(url).get('/ops/session', { cookie })).status).toBe(401);
    expect((await api(url).get('/v1/ops/summary', { cookie })).status).toBe(401);
    expect((await api(url).get(BOARD, { cookie })).status).toBe(303);
  });

  it('is not prolonged by what an open page asks for by itself', async () => {
    const { cookie, csrfToken } = await session();
    await alter(cookie, `last_used_at = now() - interval '29 minutes'`);
    const live = await EventStreamClient.open(`${url}/v1/ops/live`, { cookie });
    for (const path of ['/v1/ops/summary', '/ops/session', `${BOARD}/api/queues`, BOARD])
      expect((await api(url).get(path, { cookie })).status).toBe(200);
    expect(await idleMinutes(cookie)).toBe(29);
    await alter(cookie, `last_used_at = now() - interval '31 minutes'`);
    await live.ended;
    expect((await api(url).get('/v1/ops/summary', { cookie })).status).toBe(401);
    // Of a session that is over nothing comes back, whatever a page says.
    const used = { cookie, 'x-user-activity': 'true', 'x-csrf-token': csrfToken };
    expect((await api(url).get('/ops/session', used)).status).toBe(401);
  });

  it.each([
    ['the page says that it is used', 'get', '/ops/session', { 'x-user-activity': 'true' }],
    ['somebody follows a link', 'get', BOARD, { 'sec-fetch-user': '?1' }],
    ['something is done', 'post', '/v1/ops/lanes/', {}],
  ] as const)('is prolonged where %s', async (_when, method, path, said) => {
    const { cookie, csrfToken } = await session();
    await alter(cookie, `last_used_at = now() - interval '29 minutes'`);
    const headers = { cookie, ...said };
    if (method === 'get') await api(url).get(path, headers);
    else {
      const own = { ...headers, 'x-csrf-token': csrfToken };
      await api(url).post(`${path}${user.id}/resume`, { reason: 'x' }, own);
    }
    expect(await idleMinutes(cookie)).toBe(0);
  });

  it('ends, at identity too, when another begins in the same browser or it was idle', async () => {
    const left = async ({ cookie }: Session) =>
      (await api(url).get('/v1/sessions', { cookie })).body.items.length;
    const first = await session();
    const before = await left(first);
    const second = await session({ cookie: first.cookie });
    expect((await api(url).get('/v1/ops/summary', { cookie: first.cookie })).status).toBe(401);
    expect(await left(second)).toBe(before);
    const third = await session();
    expect(await left(third)).toBe(before + 1);
    await alter(second.cookie, `last_used_at = now() - interval '31 minutes'`);
    expect((await api(url).get('/v1/ops/summary', { cookie: second.cookie })).status).toBe(401);
    expect(await left(third)).toBe(before);
    const own = { cookie: third.cookie, 'x-csrf-token': third.csrfToken };
    expect((await api(url).delete('/ops/session', own)).status).toBe(204);
    expect(await left(await session())).toBe(before);
  });

  it('is kept without its token and its cookie in clear', async () => {
    const { cookie } = await session();
    const { rows } = await system.databases.gateway.query<{ row: string }>(
      `select id::text || tokens as row from ops_sessions`,
    );
    const text = rows.map(({ row }) => row).join();
    expect(rows.length).toBeGreaterThan(0);
    const [, value] = cookie.split('=');
    expect(Buffer.from(value!, 'base64url')).toHaveLength(32);
    expect(text).not.toContain(value);
    expect(text).not.toContain('accessToken');
  });

  it('ends at identity too when it is signed out of', async () => {
    const { cookie, csrfToken } = await session();
    const bye = await api(url).delete('/ops/session', { cookie, 'x-csrf-token': csrfToken });
    expect(bye.status).toBe(204);
    expect(bye.headers.get('set-cookie')).toContain('Max-Age=0');
    expect((await api(url).get('/v1/ops/summary', { cookie })).status).toBe(401);
  });

  it.each([BOARD, `${BOARD}/`, '/ops/%71ueues', `${BOARD}/queue/lane-00`, `${BOARD}/static/favicon.ico`])(
    'is needed for %s, which else shows where to sign in',
    async (path) => {
      const answer = await api(url).get(path);
      expect(answer.status).toBe(303);
      expect(answer.headers.get('location')).toBe('/ops');
      expect((await api(url, user.token).get(path)).status).toBe(403);
      const shown = await api(url).get(path, { cookie: (await session()).cookie });
      expect(shown.status).toBe(200);
      const policy = shown.headers.get('content-security-policy');
      expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; /);
    },
  );

  it('is needed for what the page of the queues asks for', async () => {
    for (const path of [`${BOARD}/api/queues`, `${BOARD}/api/redis/stats`, '/ops/%71ueues/%61pi/queues']) {
      expect(await api(url).get(path)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
      expect(await api(url, user.token).get(path)).toMatchObject({
        status: 403,
        body: { code: 'forbidden' },
      });
    }
  });

  it('lets nobody do anything to a queue', async () => {
    const { cookie, csrfToken } = await session();
    const lanes = async (): Promise<any[]> => {
      const { body } = await api(url).get(`${BOARD}/api/queues`, { cookie });
      return body.queues.filter(({ name }: { name: string }) => name.startsWith('lane-'));
    };
    const before = await lanes();
    const writes = appRoutes.api.filter(({ method }) => method !== 'get');
    expect(writes.length).toBeGreaterThan(20);
    for (const { method, route } of writes) {
      const path = BOARD + String(route).replace(':queueName', 'lane-00').replaceAll(/:\w+/g, 'any');
      const { status } = await fetch(url + path, {
        method: String(method).toUpperCase(),
        headers: { cookie, 'x-csrf-token': csrfToken, 'content-type': 'application/json' },
        body: '{}',
      });
      expect([method, route, status]).toEqual([method, route, 404]);
    }
    expect(await lanes()).toEqual(before);
    expect(before.map(({ readOnlyMode }) => readOnlyMode)).toEqual(before.map(() => true));
  });

  it('shows of a job ids, and nothing of the user', async () => {
    const { cookie } = await session();
    const reset = { type: 'reset' } as const;
    system.proxies.ordering!.trap('request', (message) => message.includes('ordering.place'), reset, 1e6);
    const { id } = await placeOrder(url, user.token, { reference: 'Wilhelmina’s tea' });
    const look = (query: string) => api(url).get(`${BOARD}/api/queues${query}`, { cookie });
    const delayed = async () =>
      (await look('')).body.queues.find(({ counts }: any) => counts.delayed > 0 && counts.active === 0);
    await until(async () => Boolean((await delayed())?.name.startsWith('lane-')));
    const { name } = await delayed();
    const { body } = await look(`?activeQueue=${name}&status=delayed`);
    const [job] = body.queues.find((queue: any) => queue.name === name).jobs;
    expect(job.data).toEqual({ userId: user.id, operationId: id });
    const alone = await api(url).get(`${BOARD}/api/queues/${name}/${job.id}`, { cookie });
    expect(alone.body.job.data).toEqual(job.data);
    for (const shown of [body, alone.body]) expect(JSON.stringify(shown)).not.toMatch(/Wilhelmina|@example/);
  });

  it('is told when the queue does not answer', async () => {
    const { cookie } = await session();
    await system.proxies.queue!.down();
    const answer = await api(url).get(`${BOARD}/api/queues`, { cookie });
    expect(answer).toMatchObject({ status: 503, body: { detail: 'The queue does not answer.' } });
    await system.proxies.queue!.up();
    await until(async () => (await api(url).get(`${BOARD}/api/queues`, { cookie })).status === 200);
  });

  async function session(headers: Record<string, string> = {}): Promise<Session> {
    const answer = await api(url).post<{ csrfToken: string }>('/ops/session', system.admin, headers);
    const { csrfToken } = expectStatus(answer, 200);
    return { cookie: answer.headers.get('set-cookie')!.split(';')[0]!, csrfToken };
  }

  async function alter(cookie: string, change: string): Promise<void> {
    const { rowCount } = await system.databases.gateway.query(
      `update ops_sessions set ${change} where id = sha256(convert_to($1, 'UTF8'))`,
      [cookie.split('=')[1]],
    );
    expect(rowCount).toBe(1);
  }

  async function idleMinutes(cookie: string): Promise<number> {
    const { rows } = await system.databases.gateway.query<{ minutes: number }>(
      `select floor(extract(epoch from now() - last_used_at) / 60)::integer as minutes from ops_sessions
       where id = sha256(convert_to($1, 'UTF8'))`,
      [cookie.split('=')[1]],
    );
    return rows[0]!.minutes;
  }

  async function spentRefreshTokens(): Promise<number> {
    const { rows } = await system.databases.identity.query<{ count: number }>(
      'select count(*)::integer as count from refresh_tokens where spent_at is not null',
    );
    return rows[0]!.count;
  }
});
