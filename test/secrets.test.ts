import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Pool } from 'pg';
import { type Answer, api, type Api, expectStatus, LINE, signIn, WAIT } from './support/client.js';
import { Collector } from './support/collector.js';
import { pause, type SystemProcess } from './support/processes.js';
import { backends, secrets } from './support/servers.js';
import { startSystem, type System } from './support/system.js';

const canary = (what: string): string => `canary${what}${randomBytes(6).toString('hex')}`;

/** What tells of the user: only the services that need it may have it, and nobody once the user is purged. */
const PERSONAL = {
  email: canary('email'),
  firstName: canary('first'),
  lastName: canary('last'),
  phone: canary('phone'),
  street: canary('street'),
  city: canary('city'),
  reference: canary('reference'),
  paymentReference: canary('payment'),
  trackingNumber: canary('tracking'),
  cancelReason: canary('reason'),
  idempotencyKey: canary('key'),
};

/** Nobody may have these, in whatever form. The tokens are added as they are given out. */
const SECRET: Record<string, string> = {
  password: canary('password'),
  newPassword: canary('newpassword'),
  wrongPassword: canary('wrongpassword'),
  unparsedPassword: canary('unparsed'),
  // Parsers quote some ten characters of what they cannot read.
  pieceOfUnparsed: 'canaryunp',
};

const EMAIL = `${PERSONAL.email}@example.com`;
const ADDRESS = { line1: PERSONAL.street, city: PERSONAL.city, postalCode: '4020', country: 'AT' };
const ORDER = { lines: [LINE], deliveryAddress: ADDRESS, reference: PERSONAL.reference };

/** Every token that this system signs is two such parts and a signature. */
const ANY_TOKEN = /eyJ[\w-]{10,}\.eyJ[\w-]{10,}/;

/** Everything that somebody could read, by where it is. */
type Places = Record<string, string>;

/** What is searched of a place: its content, and the same as base64 for URLs would have it. */
type Searched = readonly [place: string, contents: readonly [string, string]];

/** Once for all texts that are searched for: the logs are megabytes. */
function searchable(places: Places): Searched[] {
  return Object.entries(places).map(([place, content]) => [place, [content, toUrlSafe(content)]]);
}

/** @returns where a text is found, as it is or in a form in which columns of bytes or URLs have it */
function placesWith(text: string, searched: readonly Searched[]): string[] {
  const bytes = Buffer.from(text);
  // In base64 a text looks different at each third place; the ends depend on what stands beside it.
  const shifted = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64url')
      .slice(shift + 1, -3),
  );
  const forms = [text, encodeURIComponent(text), bytes.toString('hex'), ...shifted];
  return searched
    .filter(([, contents]) => forms.some((form) => contents.some((content) => content.includes(form))))
    .map(([place]) => place);
}

function toUrlSafe(content: string): string {
  return content.replaceAll('+', '-').replaceAll('/', '_');
}

/** @returns what was found of these, with its places; an empty object is what everybody hopes for */
function found(texts: Record<string, string>, places: Places): Record<string, string[]> {
  const searched = searchable(places);
  const hits = Object.entries(texts).map(([name, text]) => [name, placesWith(text, searched)] as const);
  return Object.fromEntries(hits.filter(([, where]) => where.length > 0));
}

function tokensIn(places: Places): string[] {
  return Object.entries(places).flatMap(([place, content]) => (ANY_TOKEN.test(content) ? [place] : []));
}

/** Every row of every table, the queue's too, as text. */
async function tablesOf(name: string, pool: Pool): Promise<Places> {
  const { rows: tables } = await pool.query<{ table: string }>(
    `select format('%I.%I', schemaname, tablename) as table from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  const places: Places = {};
  for (const { table } of tables) {
    const { rows } = await pool.query<{ row: string }>(`select t::text as row from ${table} t`);
    places[`${name}:${table}`] = rows.map(({ row }) => row).join('\n');
  }
  return places;
}

/** Every key and its value, of whatever type. */
async function redisOf(url: string): Promise<Places> {
  const redis = new Redis(url);
  const read: Record<string, (key: string) => Promise<unknown>> = {
    string: (key) => redis.get(key),
    hash: (key) => redis.hgetall(key),
    list: (key) => redis.lrange(key, 0, -1),
    set: (key) => redis.smembers(key),
    zset: (key) => redis.zrange(key, 0, -1, 'WITHSCORES'),
    stream: (key) => redis.xrange(key, '-', '+'),
    // Gone since it was listed.
    none: () => Promise.resolve(null),
  };
  const places: Places = {};
  for (const key of await redis.keys('*')) {
    places[`redis:${key}`] = JSON.stringify([key, await read[await redis.type(key)]!(key)]);
  }
  redis.disconnect();
  return places;
}

describe.each(backends())('on the %s queue', (queue) => {
  let collector: Collector;
  let system: System;
  let url: string;
  let admin: Api;
  /** What was answered with a problem. */
  const refusals: string[] = [];

  beforeAll(async () => {
    collector = await Collector.start();
    const settings = { DELETION_GRACE_MS: '500', LOG_LEVEL: 'trace', SERVICE_TIMEOUT_MS: '1000' };
    const env = { ...settings, ...collector.variables };
    system = await startSystem({ queue, env, gateways: [{}, { role: 'worker' }] });
    url = system.gatewayUrls[0]!;
    const adminToken = await signIn(url, system.admin);
    admin = api(url, adminToken);
    const { SERVICE_SIGNING_KEY, TOKEN_SIGNING_KEYS, DATA_KEY, ADMIN_PASSWORD } = secrets();
    const { d: serviceKey } = JSON.parse(SERVICE_SIGNING_KEY) as { d: string };
    const [{ d: tokenKey }] = (JSON.parse(TOKEN_SIGNING_KEYS) as { keys: [{ d: string }] }).keys;
    Object.assign(SECRET, { serviceKey, tokenKey, DATA_KEY, ADMIN_PASSWORD, adminToken });
  }, 120_000);
  afterAll(async () => {
    await system?.stop();
    await collector?.stop();
  });

  const processes = (): SystemProcess[] => {
    const { identity, ordering, gateways } = system.processes;
    return [identity, ordering, ...gateways];
  };

  const logs = (): Places =>
    Object.fromEntries(processes().map((one) => [`log:${one.project}${one.pid}`, one.output()]));

  /** The ledger, the queue, the logs and the spans: where nothing of a user may be read at any time. */
  async function gatewaysPlaces(): Promise<Places> {
    const redis = queue === 'redis' ? await redisOf(system.processes.gateways[0]!.env.QUEUE_URL!) : {};
    const tables = await tablesOf('gateway', system.databases.gateway);
    return { ...tables, ...redis, ...logs(), spans: collector.content };
  }

  async function servicesPlaces(): Promise<Places> {
    const { identity, ordering } = system.databases;
    return { ...(await tablesOf('identity', identity)), ...(await tablesOf('ordering', ordering)) };
  }

  async function expectNothingFound(): Promise<void> {
    const [gateways, services] = [await gatewaysPlaces(), await servicesPlaces()];
    expect(found({ ...SECRET, ...PERSONAL }, gateways)).toEqual({});
    expect(found(SECRET, { ...services, refusals: refusals.join('\n') })).toEqual({});
    expect(tokensIn({ ...gateways, ...services, refusals: refusals.join('\n') })).toEqual([]);
  }

  function refused(answer: Answer, status: number): void {
    expectStatus(answer, status);
    refusals.push(JSON.stringify(answer.body));
  }

  async function session(password: string): Promise<{ accessToken: string; refreshToken: string }> {
    const answer = await api(url).post('/v1/sessions', { email: EMAIL, password });
    const tokens = expectStatus(answer, 201);
    Object.assign(SECRET, {
      [canary('access')]: tokens.accessToken,
      [canary('refresh')]: tokens.refreshToken,
    });
    return tokens;
  }

  /** @returns the user's id */
  async function registerUser(): Promise<string> {
    const { firstName, lastName } = PERSONAL;
    const person = { email: EMAIL, password: SECRET['password'], firstName, lastName };
    const key = { 'idempotency-key': PERSONAL.idempotencyKey };
    const accepted = await api(url).post('/v1/users', person, key);
    const operationToken = accepted.headers.get('operation-token')!;
    Object.assign(SECRET, { operationToken });
    const { id, userId } = expectStatus(accepted, 202);
    const read = await api(url).get(`/v1/operations/${id}`, { ...WAIT, 'operation-token': operationToken });
    expect(expectStatus(read, 200)).toMatchObject({ state: 'succeeded', result: { email: EMAIL } });
    refused(await api(url).post('/v1/users', person, WAIT), 409);
    return userId;
  }

  async function useSessions(): Promise<void> {
    const { refreshToken } = await session(SECRET['password']!);
    const wrong = { email: EMAIL, password: SECRET['wrongPassword'] };
    refused(await api(url).post('/v1/sessions', wrong), 401);
    const refreshed = await api(url).post('/v1/sessions/refresh', { refreshToken });
    const { accessToken, refreshToken: second } = expectStatus(refreshed, 200);
    Object.assign(SECRET, { refreshedAccess: accessToken, refreshedRefresh: second });
    const third = await api(url).post('/v1/sessions/refresh', { refreshToken: second });
    Object.assign(SECRET, { thirdRefresh: expectStatus(third, 200).refreshToken });
    refused(await api(url).post('/v1/sessions/refresh', { refreshToken }), 401);
  }

  async function writeAll(me: Api, userId: string): Promise<void> {
    const { phone, paymentReference, trackingNumber, cancelReason } = PERSONAL;
    const key = { 'idempotency-key': `${PERSONAL.idempotencyKey}-order` };
    expectStatus(await me.put(`/v1/customers/${userId}`, { phone, deliveryAddress: ADDRESS }, WAIT), 200);
    expectStatus(await me.patch(`/v1/users/${userId}`, { lastName: `${PERSONAL.lastName}-King` }, WAIT), 200);
    const { id } = expectStatus(await me.post('/v1/orders', ORDER, { ...WAIT, ...key }), 201);
    expectStatus(await me.post(`/v1/orders/${id}/pay`, { paymentReference }, WAIT), 200);
    refused(await me.post(`/v1/orders/${id}/pay`, { paymentReference }, WAIT), 409);
    expectStatus(await admin.post(`/v1/orders/${id}/ship`, { trackingNumber }, WAIT), 200);
    const other = expectStatus(await me.post('/v1/orders', ORDER, WAIT), 201).id;
    refused(
      await me.post(`/v1/orders/${other}/cancel`, { reason: cancelReason }, { ...WAIT, 'if-match': '"9"' }),
      412,
    );
    expectStatus(await me.post(`/v1/orders/${other}/cancel`, { reason: cancelReason }, WAIT), 200);
    expectStatus(await admin.get(`/v1/users?search=${EMAIL}`), 200);
    const { items } = expectStatus(await admin.get(`/v1/ops/audit?userId=${userId}`), 200);
    // Sealed, and not left out.
    expect(JSON.stringify(items)).toContain(PERSONAL.phone);
  }

  async function changePassword(me: Api, userId: string): Promise<void> {
    const [newPassword, path] = [SECRET['newPassword'], `/v1/users/${userId}/password`];
    refused(await me.put(path, { currentPassword: SECRET['wrongPassword'], newPassword }), 401);
    expectStatus(await me.put(path, { currentPassword: SECRET['password'], newPassword }, WAIT), 200);
  }

  /** Each is refused before anybody knows what it is. */
  async function sendNonsense(me: Api): Promise<void> {
    const password = SECRET['unparsedPassword']!;
    const send = async (body: string, type = 'application/json'): Promise<void> => {
      const answer = await fetch(`${url}/v1/users`, {
        method: 'POST',
        headers: { 'content-type': type },
        body,
      });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      refusals.push(await answer.text());
    };
    await send(`{"password": ${password}}`);
    await send(`{"password": "${password}`);
    await send(`{"password": "${password}" "${password}"}`);
    await send(`{"__proto__": "${password}"}`);
    await send(JSON.stringify({ email: password, password: [password], firstName: { password } }));
    await send(`password=${password}`, 'application/x-www-form-urlencoded');
    await send(JSON.stringify({ password, filling: 'x'.repeat(300_000) }));
    refused(await me.get(`/v1/operations?cursor=${password}`), 400);
    refused(await me.get(`/v1/users/${EMAIL}`), 404);
    refused(await api(url, `${password}.${password}.${password}`).get('/v1/me'), 401);
  }

  async function writeWhileOrderingIsAway(me: Api, userId: string): Promise<void> {
    const { ordering } = system.processes;
    ordering.kill('SIGKILL');
    await ordering.exited;
    const { id } = expectStatus(await me.post('/v1/orders', ORDER), 202);
    const last = expectStatus(await me.put(`/v1/customers/${userId}`, { phone: PERSONAL.phone }), 202);
    while (expectStatus(await me.get(`/v1/operations/${id}`), 200).state !== 'retrying') await pause(20);
    await expectNothingFound();
    await system.restart(ordering);
    const done = await me.get(`/v1/operations/${last.id}`, WAIT);
    expect(expectStatus(done, 200)).toMatchObject({ state: 'succeeded', result: { phone: PERSONAL.phone } });
  }

  async function signedIn(password: string): Promise<Api> {
    return api(url, (await session(password)).accessToken);
  }

  async function purged(userId: string): Promise<void> {
    for (;;) {
      const { rows } = await system.databases.gateway.query<{ state: string }>(
        `select state from operations where user_id = $1 and kind = 'user.purge'`,
        [userId],
      );
      if (rows[0]?.state === 'succeeded') return;
      await pause(50);
    }
  }

  it('no secret is found anywhere, and nothing of a user in ledger, queue, logs and spans, at any time', async () => {
    const userId = await registerUser();
    await useSessions();
    const before = await signedIn(SECRET['password']!);
    await writeAll(before, userId);
    await changePassword(before, userId);
    const me = await signedIn(SECRET['newPassword']!);
    await sendNonsense(me);
    await expectNothingFound();
    // The services have what is theirs, so the search would have found it.
    const { reference: _ledgers, idempotencyKey: _none, ...kept } = PERSONAL;
    expect(Object.keys(found(kept, await servicesPlaces()))).toEqual(Object.keys(kept));
    await writeWhileOrderingIsAway(me, userId);
    expectStatus(await me.delete(`/v1/users/${userId}`, WAIT), 204);
    await purged(userId);
    while (!collector.content.includes('run user.purge')) await pause(20);
    await expectNothingFound();
  }, 120_000);

  it('and each search finds what is planted', async () => {
    const planted = { text: canary('planted') };
    const bytes = Buffer.from(`xy${planted.text}z`);
    const { gateway, identity } = system.databases;
    for (const pool of [gateway, identity]) {
      await pool.query('create schema other; create table other.planted (c bytea)');
      await pool.query('create table planted (a text, b jsonb)');
      await pool.query('insert into other.planted values ($1)', [bytes]);
      await pool.query('insert into planted (b) values ($1)', [JSON.stringify(bytes.toString('base64'))]);
    }
    expect(found(planted, await gatewaysPlaces())).toEqual({
      text: expect.arrayContaining(['gateway:public.planted', 'gateway:other.planted']),
    });
    expect(found(planted, await servicesPlaces())).toEqual({
      text: expect.arrayContaining(['identity:public.planted', 'identity:other.planted']),
    });
    await gateway.query('insert into planted (a) values ($1)', [SECRET['adminToken']]);
    expect(tokensIn(await gatewaysPlaces())).toEqual(['gateway:public.planted']);
    // Every process has written down what it may, from its start on.
    for (const [place, text] of Object.entries(logs())) {
      expect([place, text]).toEqual([place, expect.stringContaining('Starting Nest application')]);
    }
    expect(placesWith('/v1/users/:id/password', searchable(logs()))).toHaveLength(1);
    if (queue === 'redis') {
      const redis = new Redis(system.processes.gateways[0]!.env.QUEUE_URL!);
      await redis.hset('planted-hash', 'field', planted.text);
      await redis.xadd('planted-stream', '*', 'field', planted.text);
      await redis.zadd('planted-set', 1, planted.text);
      redis.disconnect();
      expect(found(planted, await gatewaysPlaces())['text']).toEqual(
        expect.arrayContaining(['redis:planted-hash', 'redis:planted-stream', 'redis:planted-set']),
      );
    }
  });
});
