// Who may do what, for every route that the running processes describe: one that is new fails here until somebody
// says what is expected of it.
import { randomUUID } from 'node:crypto';
import { type Role, ROLES, SERVICE_TOKENS } from '@turnpike/protocol';
import { ServiceTokenSigner } from '@turnpike/service';
import type { JWK } from 'jose';
import {
  type Answer,
  api,
  expectStatus,
  LINE,
  placeOrder,
  register,
  signIn,
  WAIT,
} from './support/client.js';
import { signed } from './support/forgeries.js';
import { newOperator } from './support/operators.js';
import { secrets } from './support/servers.js';
import { startSystem, type System } from './support/system.js';

/** Statuses by who asks for whose: a user for the own, another's and nobody's; an administrator for the last two. */
type OfOne = readonly [own: number, others: number, missing: number, admin: number, adminMissing: number];
/** Statuses for a user and an administrator, where nobody can be named. */
type OfAll = readonly [user: number, admin: number];

const OWNER_AND_ADMIN = [404, 404] as const;
const ADMIN_ONLY = [403, 403, 403] as const;
/** Nobody listens there, and nothing in these tests comes about that it would be told. */
const NOWHERE = 'http://127.0.0.1:9/';
const RARE = 'turnpike.invoices.purged';
const BILL_TO = { line1: '1 Main St', city: 'Dublin', postalCode: 'D01', country: 'IE' };

const ROUTES: Record<string, { body?: object; access: OfOne | OfAll }> = {
  'GET /v1/users': { access: [403, 200] },
  'GET /v1/users/{id}': { access: [200, ...OWNER_AND_ADMIN, 200, 404] },
  'PATCH /v1/users/{id}': { body: { firstName: 'Ada' }, access: [202, ...OWNER_AND_ADMIN, 202, 404] },
  'PUT /v1/users/{id}/password': {
    body: { currentPassword: 'not the password', newPassword: 'another good one' },
    access: [401, ...OWNER_AND_ADMIN, 403, 403],
  },
  'PUT /v1/users/{id}/roles': { body: { roles: [] }, access: [...ADMIN_ONLY, 202, 404] },
  'PUT /v1/users/{id}/claims': { body: { claims: {} }, access: [...ADMIN_ONLY, 202, 404] },
  'POST /v1/users/{id}/restore': { access: [...ADMIN_ONLY, 409, 404] },
  'DELETE /v1/users/{id}': { access: [202, ...OWNER_AND_ADMIN, 202, 404] },
  'GET /v1/customers/{userId}': { access: [200, ...OWNER_AND_ADMIN, 200, 404] },
  'PUT /v1/customers/{userId}': { body: {}, access: [202, ...OWNER_AND_ADMIN, 202, 404] },
  'GET /v1/orders': { access: [200, 200] },
  'POST /v1/orders': { body: { lines: [LINE] }, access: [202, 202] },
  'GET /v1/orders/{id}': { access: [200, ...OWNER_AND_ADMIN, 200, 404] },
  'PATCH /v1/orders/{id}': { body: { lines: [LINE] }, access: [202, ...OWNER_AND_ADMIN, 202, 404] },
  'POST /v1/orders/{id}/pay': {
    body: { paymentReference: 'p' },
    access: [202, ...OWNER_AND_ADMIN, 202, 404],
  },
  'POST /v1/orders/{id}/cancel': { body: {}, access: [202, ...OWNER_AND_ADMIN, 202, 404] },
  'POST /v1/orders/{id}/ship': { body: { trackingNumber: 't' }, access: [...ADMIN_ONLY, 202, 404] },
  'POST /v1/orders/{id}/deliver': { access: [...ADMIN_ONLY, 202, 404] },
  // Of a service that joins. There is no invoice.
  'GET /v1/orders/{id}/invoice': { access: [404, ...OWNER_AND_ADMIN, 404, 404] },
  'POST /v1/orders/{id}/invoice': { body: { billTo: BILL_TO }, access: [202, ...OWNER_AND_ADMIN, 202, 404] },
  'POST /v1/orders/{id}/invoice/void': { body: {}, access: [...ADMIN_ONLY, 202, 404] },
  'GET /v1/operations': { access: [200, 200] },
  'GET /v1/operations/{id}': { access: [200, ...OWNER_AND_ADMIN, 200, 404] },
  'GET /v1/operations/{id}/events': { access: [200, ...OWNER_AND_ADMIN, 200, 404] },
  'GET /v1/events': { access: [200, 200] },
  'DELETE /v1/operations/{id}': { access: [409, ...OWNER_AND_ADMIN, 409, 404] },
  'GET /v1/sessions': { access: [200, 200] },
  'DELETE /v1/sessions/current': { access: [204, 204] },
  // Nobody's is the administrator's, but the own.
  'DELETE /v1/sessions/{id}': { access: [204, 404, 404, 404, 404] },
  'DELETE /v1/users/{id}/sessions': { access: [204, ...OWNER_AND_ADMIN, 204, 404] },
  'GET /v1/me': { access: [200, 200] },
  'POST /v1/ops/users/{id}/suspend': { body: { reason: 'r' }, access: [...ADMIN_ONLY, 200, 404] },
  'POST /v1/ops/users/{id}/reinstate': { body: { reason: 'r' }, access: [...ADMIN_ONLY, 200, 404] },
  'GET /v1/ops/lanes/{userId}': { access: [...ADMIN_ONLY, 200, 404] },
  'POST /v1/ops/lanes/{userId}/pause': { body: {}, access: [...ADMIN_ONLY, 200, 404] },
  'POST /v1/ops/lanes/{userId}/resume': { body: {}, access: [...ADMIN_ONLY, 200, 404] },
  'POST /v1/ops/lanes/{userId}/release': { body: {}, access: [...ADMIN_ONLY, 200, 404] },
  // The write has succeeded.
  'POST /v1/ops/operations/{id}/retry': { body: {}, access: [...ADMIN_ONLY, 400, 404] },
  'POST /v1/ops/operations/{id}/cancel': { body: {}, access: [...ADMIN_ONLY, 409, 404] },
  'GET /v1/ops/services': { access: [403, 200] },
  'GET /v1/ops/summary': { access: [403, 200] },
  'GET /v1/ops/live': { access: [403, 200] },
  'GET /v1/ops/samples': { access: [403, 200] },
  'GET /v1/ops/failures': { access: [403, 200] },
  'GET /v1/ops/lanes': { access: [403, 200] },
  'GET /v1/ops/operations': { access: [403, 200] },
  'GET /v1/ops/operations/{id}': { access: [...ADMIN_ONLY, 200, 404] },
  'POST /v1/ops/operations/{id}/reveal': { body: { reason: 'r' }, access: [...ADMIN_ONLY, 200, 404] },
  'POST /v1/ops/bulk': {
    body: { action: 'retry', filter: {}, reason: 'r', dryRun: true },
    access: [403, 200],
  },
  'GET /v1/ops/bulk': { access: [403, 200] },
  'GET /v1/ops/bulk/{id}': { access: [...ADMIN_ONLY, 200, 404] },
  'POST /v1/ops/bulk/{id}/abort': { access: [...ADMIN_ONLY, 200, 404] },
  'POST /v1/ops/webhooks': { body: { url: NOWHERE, events: [RARE] }, access: [403, 201] },
  'GET /v1/ops/webhooks': { access: [403, 200] },
  'GET /v1/ops/webhooks/{id}': { access: [...ADMIN_ONLY, 200, 404] },
  'PATCH /v1/ops/webhooks/{id}': { body: {}, access: [...ADMIN_ONLY, 200, 404] },
  'POST /v1/ops/webhooks/{id}/rotate-secret': { body: {}, access: [...ADMIN_ONLY, 200, 404] },
  'POST /v1/ops/webhooks/{id}/test': { body: {}, access: [...ADMIN_ONLY, 200, 404] },
  'GET /v1/ops/webhooks/{id}/deliveries': { access: [...ADMIN_ONLY, 200, 404] },
  'POST /v1/ops/webhooks/{id}/deliveries/{deliveryId}/replay': {
    body: {},
    access: [...ADMIN_ONLY, 200, 404],
  },
  'POST /v1/ops/webhooks/{id}/replay': {
    body: { from: '2026-01-01T00:00:00Z' },
    access: [...ADMIN_ONLY, 200, 404],
  },
  // The last of them: it is gone afterwards.
  'DELETE /v1/ops/webhooks/{id}': { access: [...ADMIN_ONLY, 204, 404] },
  'GET /v1/ops/audit': { access: [403, 200] },
  // Entries have numbers, and no user's id is one.
  'POST /v1/ops/audit/{id}/reveal': { body: { reason: 'r' }, access: [...ADMIN_ONLY, 404, 404] },
  'POST /v1/ops/integrity/runs': { access: [403, 202] },
  'GET /v1/ops/integrity/runs': { access: [403, 200] },
  'GET /v1/ops/integrity/runs/{id}': { access: [...ADMIN_ONLY, 200, 404] },
  'POST /v1/ops/integrity/runs/{id}/repair': { access: [...ADMIN_ONLY, 200, 404] },
};

/** Those that need no access token, and what they answer to somebody without one. */
const PUBLIC: Record<string, { body?: object; status: number }> = {
  'POST /v1/users': { body: {}, status: 400 },
  'POST /v1/sessions': { body: { email: 'nobody@example.com', password: 'x' }, status: 401 },
  'POST /v1/sessions/refresh': { body: { refreshToken: 'x' }, status: 401 },
  'GET /.well-known/jwks.json': { status: 200 },
  'GET /.well-known/service-jwks.json': { status: 200 },
  'GET /problems': { status: 200 },
  'GET /problems/{code}': { status: 404 },
  'GET /health/live': { status: 200 },
  'GET /health/ready': { status: 200 },
};

/** What a client could try to say about a write in the gateway's place. */
const INTERNAL_HEADERS = {
  'lane-fence': '999999.999999',
  'lane-user': randomUUID(),
  'step-recorded': 'true',
  'call-id': randomUUID(),
  'x-request-id': randomUUID(),
  traceparent: '00-garbage',
};

/** Roles of operators who are no administrators. */
const OPERATORS = ['operator', 'operator.act', 'operator.reveal'] as const;

describe('access', () => {
  let system: System;
  let url: string;
  let admin: string;
  let service: string;
  let other: Resources;
  let toRead: [Resources, Resources];
  let operators: { role: Role; token: string }[];
  let allowed: Map<string, readonly string[]>;
  let run: string;
  let bulk: string;
  let webhook: string;
  let delivery: string;
  beforeAll(async () => {
    system = await startSystem({
      ...{ billing: true, proxied: ['ordering'] },
      env: { WEBHOOK_PRIVATE_NETWORKS: '127.0.0.1' },
    });
    url = system.gatewayUrls[0]!;
    admin = await signIn(url, system.admin);
    service = await new ServiceTokenSigner(secrets().SERVICE_SIGNING_KEY).tokenFor('identity');
    run = expectStatus(await api(url, admin).post('/v1/ops/integrity/runs'), 202).id as string;
    const none = { action: 'cancel', filter: { userId: randomUUID() }, reason: 'there is none' };
    bulk = expectStatus(await api(url, admin).post('/v1/ops/bulk', none), 202).id as string;
    const nobody = { url: NOWHERE, events: [RARE] };
    webhook = expectStatus(await api(url, admin).post('/v1/ops/webhooks', nobody), 201).id as string;
    const trial = await api(url, admin).post(`/v1/ops/webhooks/${webhook}/test`, {});
    delivery = expectStatus(trial, 200).id as string;
    other = await newResources();
    toRead = await newPair();
    operators = [];
    for (const role of OPERATORS)
      operators.push({ role, token: (await newOperator(url, admin, role)).token });
    allowed = await allowedByRoute();
  }, 120_000);
  afterAll(() => system?.stop());

  interface Resources {
    token: string;
    user: string;
    session: string;
    order: string;
    operation: string;
    run: string;
    bulk: string;
    webhook: string;
    delivery: string;
  }

  /** A user with an order and an operation that has ended. */
  async function newResources(): Promise<Resources> {
    const { id, token } = await register(url);
    const order = await placeOrder(url, token);
    expectStatus(await api(url, token).get(`/v1/operations/${order.id}`, WAIT), 200);
    const { body } = await api(url, token).get('/v1/sessions');
    const [{ id: session }] = body.items;
    return {
      token,
      session,
      user: id,
      order: order.target!.id,
      operation: order.id,
      run,
      bulk,
      webhook,
      delivery,
    };
  }

  function newPair(): Promise<[Resources, Resources]> {
    return Promise.all([newResources(), newResources()]);
  }

  /** Reads change nothing, so all of them share two. */
  function pairFor(route: string): Promise<[Resources, Resources]> {
    return route.startsWith('GET ') ? Promise.resolve(toRead) : newPair();
  }

  function nothing(): Resources {
    const [user, order, operation] = [randomUUID(), randomUUID(), randomUUID()];
    const [webhookOfNobody, deliveryOfNobody] = [randomUUID(), randomUUID()];
    return {
      ...{ token: '', session: randomUUID(), user, order, operation, run: randomUUID(), bulk: randomUUID() },
      ...{ webhook: webhookOfNobody, delivery: deliveryOfNobody },
    };
  }

  /** What the first parameter of a route names. */
  function idFor(path: string, { run: ofRun, webhook: hook, ...ids }: Resources): string {
    const { bulk: ofBulk, operation, order, user, session } = ids;
    if (path.startsWith('/v1/sessions/')) return session;
    if (path.includes('/webhooks/')) return hook;
    if (path.includes('/runs/')) return ofRun;
    if (path.includes('/bulk/')) return ofBulk;
    if (path.includes('/operations/')) return operation;
    return path.includes('/orders/') ? order : user;
  }

  /** What goes from the gateway to ordering from now on; nothing is done to it. */
  function overheard(): string[] {
    const heard: string[] = [];
    system.proxies.ordering!.trap('request', (message) => heard.push(message) === 0, { type: 'reset' });
    return heard;
  }

  async function routesOf(processUrl: string): Promise<string[]> {
    const { body } = await api(processUrl).get('/openapi.json');
    return Object.entries(body.paths as Record<string, object>).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
  }

  /** Who is let in by the first action of each route, as the description tells. */
  async function allowedByRoute(): Promise<Map<string, readonly string[]>> {
    const { body } = await api(url).get('/openapi.json');
    const routes = Object.entries(body.paths as Record<string, Record<string, any>>).flatMap(([path, item]) =>
      Object.entries(item).map(([method, described]): [string, string[]] => [
        `${method.toUpperCase()} ${path}`,
        Object.values<string[]>(described['x-allowed'] ?? {})[0] ?? [],
      ]),
    );
    return new Map(routes);
  }

  function ask(
    token: string | undefined,
    route: string,
    ids: Resources,
    body?: object,
    at: string = url,
  ): Promise<Answer> {
    const [method, path] = route.split(' ') as [string, string];
    const filled = path.replace('{deliveryId}', ids.delivery).replace(/\{\w+\}/, idFor(path, ids));
    const client = api(at, token);
    if (method === 'GET') return client.get(filled);
    if (method === 'DELETE') return client.delete(filled);
    return client[method === 'POST' ? 'post' : method === 'PUT' ? 'put' : 'patch'](filled, body);
  }

  it('is said for every route that there is, and for no other', async () => {
    const expected = [...Object.keys(ROUTES), ...Object.keys(PUBLIC)];
    expect((await routesOf(url)).sort()).toEqual(expected.sort());
  });

  const ofOne = Object.entries(ROUTES).filter(([route]) => route.includes('{'));
  it.each(ofOne)(
    'to %s is for whom it is, and what is not the own looks missing',
    async (route, { body, access }) => {
      const [own, others, missing, byAdmin, adminMissing] = access as OfOne;
      const [mine, theirs] = await pairFor(route);
      const answers = {
        anonymous: await ask(undefined, route, mine, body),
        anonymousMissing: await ask(undefined, route, nothing(), body),
        service: await ask(service, route, mine, body),
        serviceMissing: await ask(service, route, nothing(), body),
        others: await ask(mine.token, route, other, body),
        missing: await ask(mine.token, route, nothing(), body),
        own: await ask(mine.token, route, mine, body),
        adminMissing: await ask(admin, route, nothing(), body),
        byAdmin: await ask(admin, route, theirs, body),
      };
      expect(statusesOf(answers)).toEqual({
        ...{ anonymous: 401, anonymousMissing: 401, service: 401, serviceMissing: 401 },
        ...{ own, others, missing, byAdmin, adminMissing },
      });
      expect(whatIsSeenOf(answers.others)).toEqual(whatIsSeenOf(answers.missing));
      expect(whatIsSeenOf(answers.anonymous)).toEqual(whatIsSeenOf(answers.anonymousMissing));
      expect(whatIsSeenOf(answers.service)).toEqual(whatIsSeenOf(answers.serviceMissing));
    },
  );

  const ofAll = Object.entries(ROUTES).filter(([route]) => !route.includes('{'));
  it.each(ofAll)('to %s is for whom it is', async (route, { body, access }) => {
    const { token } = await register(url);
    // Signing out must not end the session that the other tests have.
    const own = await signIn(url, system.admin);
    const answers = {
      anonymous: await ask(undefined, route, nothing(), body),
      service: await ask(service, route, nothing(), body),
      user: await ask(token, route, nothing(), body),
      admin: await ask(own, route, nothing(), body),
    };
    const [user, byAdmin] = access;
    expect(statusesOf(answers)).toEqual({ anonymous: 401, service: 401, user, admin: byAdmin });
  });

  it.each(Object.entries(ROUTES))(
    'to %s is for operators as far as their role goes',
    async (route, { body, access }) => {
      const who = allowed.get(route)!;
      if (who.includes('user')) return;
      const ifAllowed = access.at(-1);
      const ifNot = who.includes('owner') ? 404 : 403;
      for (const { role, token } of operators) {
        const isAllowed = who.includes(role);
        const answer = await ask(token, route, isAllowed ? nothing() : other, body);
        expect([role, answer.status]).toEqual([role, isAllowed ? ifAllowed : ifNot]);
        if (answer.status !== 403) continue;
        const roles = who.filter((one) => ROLES.some((known) => known === one));
        expect(answer.body.detail).toMatch(
          new RegExp(`^This needs (the|one of the) roles? ${roles.join(', ')}\\.$`),
        );
      }
    },
  );

  it.each(Object.entries(PUBLIC))('to %s is for everybody', async (route, { body, status }) => {
    for (const token of [undefined, 'garbage', service, other.token, admin]) {
      expect((await ask(token, route, nothing(), body)).status).toBe(status);
    }
  });

  it("to somebody else's orders by a filter is for administrators", async () => {
    const list = (token: string, userId: string) => api(url, token).get(`/v1/orders?userId=${userId}`);
    const mine = await newResources();
    expect((await list(mine.token, mine.user)).body.items).toMatchObject([{ id: mine.order }]);
    const [others, missing] = [await list(mine.token, other.user), await list(mine.token, randomUUID())];
    expect(others.status).toBe(403);
    expect(whatIsSeenOf(others)).toEqual(whatIsSeenOf(missing));
    expect((await list(admin, mine.user)).body.items).toMatchObject([{ id: mine.order }]);
  });

  it('by lists is to what is the own', async () => {
    const { token, order, user } = await newResources();
    const orders = await api(url, token).get('/v1/orders?limit=200');
    expect(orders.body.items).toMatchObject([{ id: order }]);
    const operations = await api(url, token).get('/v1/operations?limit=200');
    expect(operations.body.items).toMatchObject([{ kind: 'order.place' }, { kind: 'user.register' }]);
    expect(new Set(operations.body.items.map(({ userId }: any) => userId))).toEqual(new Set([user]));
    expect((await api(url, token).get('/v1/me')).body).toMatchObject({
      user: { id: user },
      orders: [{ id: order }],
    });
  });

  it('to the current password lets its user change it', async () => {
    const { id, password, token } = await register(url);
    const body = { currentPassword: password, newPassword: 'another good one' };
    expect((await api(url, token).put(`/v1/users/${id}/password`, body)).status).toBe(202);
  });

  it.each(['identity', 'ordering'] as const)(
    'to every internal route of %s is for the gateway',
    async (name) => {
      const at = name === 'identity' ? system.identityUrl : system.orderingUrl;
      const elsewhere = name === 'identity' ? 'ordering' : 'identity';
      const key = JSON.parse(secrets().SERVICE_SIGNING_KEY) as JWK;
      const signer = new ServiceTokenSigner(secrets().SERVICE_SIGNING_KEY);
      const past = Math.floor(Date.now() / 1000) - 120;
      const expired = signed(
        { alg: 'EdDSA', typ: SERVICE_TOKENS.type, kid: key.kid },
        { iss: SERVICE_TOKENS.issuer, aud: name, iat: past, exp: past + 60 },
        key,
      );
      const refused = [other.token, admin, await signer.tokenFor(elsewhere), expired];
      const routes = (await routesOf(at)).filter((route) => route.includes(' /internal/'));
      expect(routes.length).toBeGreaterThan(15);
      for (const route of routes) {
        const body = /^P/.test(route) ? {} : undefined;
        const anonymous = await ask(undefined, route, nothing(), body, at);
        expect({ route, status: anonymous.status }).toEqual({ route, status: 401 });
        const answers = [];
        for (const token of refused) answers.push(await ask(token, route, nothing(), body, at));
        expect(answers.map(({ status }) => status)).toEqual(refused.map(() => 401));
        expect(new Set(answers.map((answer) => JSON.stringify(whatIsSeenOf(answer)))).size).toBe(1);
        const right = await ask(await signer.tokenFor(name), route, nothing(), body, at);
        expect({ route, isRefused: right.status === 401 }).toEqual({ route, isRefused: false });
        expect((await ask(admin, route, nothing(), body)).status).toBe(404);
      }
    },
  );

  it('by headers that processes use among themselves is nobody’s: they have no effect and go no further', async () => {
    const { token, user } = await newResources();
    const heard = overheard();
    const headers = { ...INTERNAL_HEADERS, ...WAIT };
    const answer = await api(url, token).post('/v1/orders', { lines: [LINE] }, headers);
    expect(answer).toMatchObject({ status: 201, body: { userId: user } });
    const read = await api(url, token).get(`/v1/orders/${answer.body.id}`, INTERNAL_HEADERS);
    for (const { headers: given } of [answer, read]) {
      expect(given.get('x-request-id')).not.toBe(INTERNAL_HEADERS['x-request-id']);
      for (const name of ['call-id', 'step-recorded', 'lane-fence', 'lane-user']) {
        expect(given.get(name)).toBeNull();
      }
    }
    const steps = heard.filter((message) => message.startsWith('POST /internal/steps/ordering.place'));
    expect(steps).toEqual([expect.stringMatching(/^lane-fence: 3\.1\r$/m)]);
    expect(steps).toEqual([expect.stringMatching(new RegExp(`^lane-user: ${user}\r$`, 'm'))]);
    expect(heard.some((message) => message.startsWith('GET /internal/orders/'))).toBe(true);
    const said = heard.join('\n');
    for (const [name, value] of Object.entries(INTERNAL_HEADERS)) {
      expect(said).not.toContain(value === 'true' ? name : value);
    }
  });
});

function statusesOf(answers: Record<string, Answer>): Record<string, number> {
  return Object.fromEntries(Object.entries(answers).map(([who, { status }]) => [who, status]));
}

/** All that tells two answers apart but for the name and the time of the request. */
function whatIsSeenOf({ status, headers, body }: Answer): object {
  const seen = [...headers].filter(([name]) => !['x-request-id', 'date'].includes(name));
  return { status, headers: seen, body: { ...body, instance: undefined } };
}
