import { createHash, createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';
import { importJWK, type JWK, type JWTPayload, SignJWT } from 'jose';
import { ServiceTokenSigner } from '@turnpike/service';
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
import { secrets } from './support/servers.js';
import { startSystem, type System } from './support/system.js';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Statuses by who asks for whose: a user for the own, another's and nobody's; an administrator for the last two. */
type Access = readonly [own: number, others: number, missing: number, admin: number, adminMissing: number];

const OWNER_AND_ADMIN = [404, 404] as const;
const ADMIN_ONLY = [403, 403, 403] as const;

const ROUTES: [route: `${Method} ${string}`, body: object | undefined, access: Access][] = [
  ['GET /v1/users/:user', undefined, [200, ...OWNER_AND_ADMIN, 200, 404]],
  ['PATCH /v1/users/:user', { firstName: 'Ada' }, [202, ...OWNER_AND_ADMIN, 202, 404]],
  ['PUT /v1/users/:user/roles', { roles: [] }, [...ADMIN_ONLY, 202, 404]],
  ['PUT /v1/users/:user/claims', { claims: {} }, [...ADMIN_ONLY, 202, 404]],
  ['POST /v1/users/:user/restore', undefined, [...ADMIN_ONLY, 409, 404]],
  ['DELETE /v1/users/:user', undefined, [202, ...OWNER_AND_ADMIN, 202, 404]],
  ['GET /v1/customers/:user', undefined, [200, ...OWNER_AND_ADMIN, 200, 404]],
  ['PUT /v1/customers/:user', {}, [202, ...OWNER_AND_ADMIN, 202, 404]],
  ['GET /v1/orders?userId=:user', undefined, [200, 403, 403, 200, 200]],
  ['GET /v1/orders/:order', undefined, [200, ...OWNER_AND_ADMIN, 200, 404]],
  ['PATCH /v1/orders/:order', { lines: [LINE] }, [202, ...OWNER_AND_ADMIN, 202, 404]],
  ['POST /v1/orders/:order/pay', { paymentReference: 'p' }, [202, ...OWNER_AND_ADMIN, 202, 404]],
  ['POST /v1/orders/:order/cancel', {}, [202, ...OWNER_AND_ADMIN, 202, 404]],
  ['POST /v1/orders/:order/ship', { trackingNumber: 't' }, [...ADMIN_ONLY, 202, 404]],
  ['POST /v1/orders/:order/deliver', undefined, [...ADMIN_ONLY, 202, 404]],
  ['GET /v1/operations/:operation', undefined, [200, ...OWNER_AND_ADMIN, 200, 404]],
  ['DELETE /v1/operations/:operation', undefined, [409, ...OWNER_AND_ADMIN, 409, 404]],
];

/** Those that need no access token, as the interface's own description names them. */
const PUBLIC = [
  'POST /v1/users',
  'POST /v1/sessions',
  'POST /v1/sessions/refresh',
  'GET /.well-known/jwks.json',
  'GET /.well-known/service-jwks.json',
  'GET /problems',
  'GET /problems/{code}',
  'GET /health/live',
  'GET /health/ready',
];

describe('access', () => {
  let system: System;
  let url: string;
  let admin: string;
  let other: Resources;
  beforeAll(async () => {
    system = await startSystem();
    url = system.gatewayUrls[0]!;
    admin = await signIn(url, system.admin);
    other = await newResources();
  });
  afterAll(() => system?.stop());

  interface Resources {
    token: string;
    user: string;
    order: string;
    operation: string;
  }

  /** A user with an order and an operation that has ended. */
  async function newResources(): Promise<Resources> {
    const { id, token } = await register(url);
    const order = await placeOrder(url, token);
    expectStatus(await api(url, token).get(`/v1/operations/${order.id}`, WAIT), 200);
    return { token, user: id, order: order.target!.id, operation: order.id };
  }

  function nothing(): Resources {
    return { token: '', user: randomUUID(), order: randomUUID(), operation: randomUUID() };
  }

  function ask(
    token: string | undefined,
    route: string,
    body: object | undefined,
    ids: Resources,
  ): Promise<Answer> {
    const [method, path] = route.split(' ') as [Method, string];
    const filled = path.replace(
      /:(user|order|operation)/,
      (_, name: 'user' | 'order' | 'operation') => ids[name],
    );
    const client = api(url, token);
    if (method === 'GET') return client.get(filled);
    if (method === 'DELETE') return client.delete(filled);
    return client[method === 'POST' ? 'post' : method === 'PUT' ? 'put' : 'patch'](filled, body);
  }

  it.each(ROUTES)(
    '%s is for whom it is',
    async (route, body, [own, others, missing, byAdmin, adminMissing]) => {
      const mine = await newResources();
      const answers = {
        anonymous: await ask(undefined, route, body, mine),
        anonymousMissing: await ask(undefined, route, body, nothing()),
        others: await ask(mine.token, route, body, other),
        missing: await ask(mine.token, route, body, nothing()),
        own: await ask(mine.token, route, body, mine),
        adminMissing: await ask(admin, route, body, nothing()),
        byAdmin: await ask(admin, route, body, await newResources()),
      };
      expect(statusesOf(answers)).toEqual({
        ...{ anonymous: 401, anonymousMissing: 401 },
        ...{ own, others, missing, byAdmin, adminMissing },
      });
      expect(withoutInstance(answers.others)).toEqual(withoutInstance(answers.missing));
      expect(withoutInstance(answers.anonymous)).toEqual(withoutInstance(answers.anonymousMissing));
    },
  );

  it('lets only the user change the password, and an administrator list users', async () => {
    const { id, password, token } = await register(url);
    const body = { currentPassword: password, newPassword: 'another good one' };
    const change = (as: string | undefined, user: string) =>
      api(url, as).put(`/v1/users/${user}/password`, body);
    expect([
      await change(undefined, id),
      await change(other.token, id),
      await change(other.token, randomUUID()),
    ]).toMatchObject([{ status: 401 }, { status: 404 }, { status: 404 }]);
    expect([await change(admin, id), await change(admin, randomUUID())]).toMatchObject([
      { status: 403 },
      { status: 403 },
    ]);
    expect((await change(token, id)).status).toBe(202);
    expect((await api(url, token).get('/v1/users')).body).toMatchObject({ code: 'forbidden', status: 403 });
    expect((await api(url, admin).get('/v1/users')).status).toBe(200);
  });

  it('shows in lists only what is the own', async () => {
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

  it('needs a token everywhere but on a few routes', async () => {
    const { body } = await api(url).get('/openapi.json');
    const routes = Object.entries(body.paths as Record<string, object>).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(routes).toEqual(expect.arrayContaining(PUBLIC));
    for (const route of routes.filter((item) => !PUBLIC.includes(item))) {
      const [method, path] = route.split(' ') as [string, string];
      const answer = await fetch(url + path.replace(/\{\w+\}/, randomUUID()), { method });
      expect({ route, status: answer.status }).toEqual({ route, status: 401 });
      await answer.body?.cancel();
    }
  });

  describe('by token', () => {
    const now = (): number => Date.now() / 1000;
    const header = { alg: 'EdDSA', typ: 'at+jwt' };
    const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    let key: JWK;
    let claims: JWTPayload;
    let withToken: (token: string) => Promise<Answer>;
    beforeAll(() => {
      [key] = (JSON.parse(secrets().TOKEN_SIGNING_KEYS) as { keys: JWK[] }).keys as [JWK];
      claims = JSON.parse(Buffer.from(other.token.split('.')[1]!, 'base64url').toString()) as JWTPayload;
      withToken = (token) => api(url, token).get('/v1/me');
    });

    async function signed(changes: JWTPayload = {}, head: object = {}, by: JWK = key): Promise<string> {
      return new SignJWT({ ...claims, ...changes })
        .setProtectedHeader({ ...header, kid: by.kid, ...head })
        .sign(await importJWK(by, 'EdDSA'));
    }

    it('takes one of the right key with the right claims', async () => {
      expect((await withToken(await signed())).status).toBe(200);
    });

    it('refuses every other', async () => {
      const foreign = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as JWK;
      const [head, body, signature] = other.token.split('.') as [string, string, string];
      const unsigned = `${base64({ ...header, alg: 'none' })}.${body}`;
      const hmacHead = `${base64({ ...header, alg: 'HS256', kid: key.kid })}.${body}`;
      const hmac = createHmac('sha256', Buffer.from(key.x!, 'base64url'))
        .update(hmacHead)
        .digest('base64url');
      const tokens = {
        garbage: 'garbage',
        hash: createHash('sha256').update('x').digest('hex'),
        truncated: other.token.slice(0, -4),
        'changed claims': `${head}.${base64({ ...claims, sub: randomUUID() })}.${signature}`,
        'raised roles': `${head}.${base64({ ...claims, roles: ['admin'] })}.${signature}`,
        'alg none': `${unsigned}.`,
        'alg none, signed': `${unsigned}.${signature}`,
        'alg HS256 with the public key': `${hmacHead}.${hmac}`,
        expired: await signed({ exp: now() - 60 }),
        'without an end': await signed({ exp: undefined }),
        'without a session': await signed({ sid: undefined }),
        'of another issuer': await signed({ iss: 'turnpike-gateway' }),
        'for another audience': await signed({ aud: 'identity' }),
        'of another type': await signed({}, { typ: 'service+jwt' }),
        'of another key': await signed({}, {}, { ...foreign, kid: key.kid }),
        'of an unknown key': await signed({}, {}, { ...foreign, kid: 'unknown' }),
        'of a user who does not exist': await signed({ sub: randomUUID() }),
        'of a service': await new ServiceTokenSigner(secrets().SERVICE_SIGNING_KEY).tokenFor('identity'),
      };
      for (const [what, token] of Object.entries(tokens)) {
        const { status, body } = await withToken(token);
        expect({ what, status, code: body.code }).toEqual({ what, status: 401, code: 'unauthenticated' });
      }
    });

    it('reads the token from the header Authorization alone, as a bearer token', async () => {
      const token = await signed();
      const asked = (path: string, headers: Record<string, string>) => api(url).get(path, headers);
      expect((await asked('/v1/me', { authorization: `bearer ${token}` })).status).toBe(200);
      for (const authorization of [token, `Basic ${token}`, `Bearer  ${token} x`, 'Bearer', 'Bearer ']) {
        expect((await asked('/v1/me', { authorization })).status).toBe(401);
      }
      expect((await asked('/v1/me', { cookie: `accessToken=${token}` })).status).toBe(401);
    });

    it.each(['identity', 'ordering'] as const)('lets nobody but the gateway into %s', async (service) => {
      const serviceUrl = service === 'identity' ? system.identityUrl : system.orderingUrl;
      const elsewhere = service === 'identity' ? 'ordering' : 'identity';
      const path =
        service === 'identity' ? `/internal/users/${other.user}` : `/internal/orders/${other.order}`;
      const signer = new ServiceTokenSigner(secrets().SERVICE_SIGNING_KEY);
      const read = (token?: string) => api(serviceUrl, token).get(path);
      expect((await read(await signer.tokenFor(service))).status).toBe(200);
      for (const token of [undefined, 'garbage', other.token, admin, await signer.tokenFor(elsewhere)]) {
        expect(await read(token)).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
        const step = await api(serviceUrl, token).post('/internal/steps/settle', {});
        expect(step).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
      }
    });
  });
});

function statusesOf(answers: Record<string, Answer>): Record<string, number> {
  return Object.fromEntries(Object.entries(answers).map(([who, { status }]) => [who, status]));
}

function withoutInstance({ status, body }: Answer): object {
  return { status, body: { ...body, instance: undefined } };
}
