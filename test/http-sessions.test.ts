import { createHash, randomUUID } from 'node:crypto';
import {
  type Answer,
  type Api,
  api,
  expectStatus,
  LINE,
  type Person,
  register,
  signIn,
  WAIT,
} from './support/client.js';
import { pause } from './support/processes.js';
import { startSystem, type System } from './support/system.js';

interface Session {
  accessToken: string;
  refreshToken: string;
}

/** Milliseconds in which the end of a session acts on its access tokens, and between two looks. */
const ACTS_WITHIN_MS = 5000;
const LOOK_EVERY_MS = 100;

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

describe('a session over HTTP', () => {
  let system: System;
  let url: string;
  let elsewhere: string;
  let admin: Api;
  let user: Person;
  beforeAll(async () => {
    system = await startSystem({ gateways: [{}, {}] });
    [url, elsewhere] = system.gatewayUrls as [string, string];
    admin = api(url, await signIn(url, system.admin));
  });
  beforeEach(async () => {
    user = await register(url);
  });
  afterAll(() => system?.stop());

  const start = async (login: { email: string; password: string } = user): Promise<Session> => {
    const { email, password } = login;
    return expectStatus(await api(url).post<Session>('/v1/sessions', { email, password }), 201);
  };
  const refresh = (refreshToken: string): Promise<Answer> =>
    api(url).post('/v1/sessions/refresh', { refreshToken });
  const statusOf = async (accessToken: string, at = url): Promise<number> =>
    (await api(at, accessToken).get(`/v1/users/${user.id}`)).status;

  /** At the process that was told, and at one that was not. */
  async function endsWithin5s(accessToken: string): Promise<void> {
    const deadline = Date.now() + ACTS_WITHIN_MS;
    for (const at of [url, elsewhere]) {
      while ((await statusOf(accessToken, at)) !== 401) {
        if (Date.now() > deadline) throw new Error(`the access token is still accepted at ${at}`);
        await pause(LOOK_EVERY_MS);
      }
    }
  }

  it('begins with e-mail and password, in whatever case the address is written', async () => {
    const login = { email: ` ${user.email.toUpperCase()}`, password: user.password };
    const answer = await api(url).post('/v1/sessions', login);
    expect(answer).toMatchObject({ status: 201 });
    expect(answer.body).toEqual({
      accessToken: expect.any(String),
      refreshToken: expect.any(String),
      tokenType: 'Bearer',
      expiresIn: expect.any(Number),
      userId: user.id,
    });
    expect(await statusOf(answer.body.accessToken)).toBe(200);
  });

  it('does not begin, in the same words, for a wrong password, an unknown and a deleted user', async () => {
    const deleted = await register(url);
    expect((await admin.delete(`/v1/users/${deleted.id}`, WAIT)).status).toBe(204);
    const attempts = [
      { email: user.email, password: 'not the password' },
      { email: `${randomUUID()}@example.com`, password: user.password },
      { email: deleted.email, password: deleted.password },
    ];
    for (const login of attempts) {
      const { status, body } = await api(url).post('/v1/sessions', login);
      expect({ status, ...body, instance: '' }).toEqual({
        type: '/problems/invalid-credentials',
        title: expect.any(String),
        status: 401,
        code: 'invalid-credentials',
        instance: '',
      });
    }
  });

  it.each([
    {},
    { email: 'a@example.com' },
    { email: 'a@example.com', password: ['x'] },
    { password: 'x', email: null },
  ])('does not begin with %j, which is 400', async (login) => {
    expect(await api(url).post('/v1/sessions', login)).toMatchObject({
      status: 400,
      body: { code: 'invalid-request' },
    });
  });

  it('goes on with a refresh token, which is spent then', async () => {
    const first = await start();
    const second = await refresh(first.refreshToken);
    expect(second.status).toBe(200);
    expect(Object.keys(second.body).sort()).toEqual(Object.keys(first).sort());
    expect(second.body.refreshToken).not.toBe(first.refreshToken);
    const third = await refresh(second.body.refreshToken);
    expect(third.status).toBe(200);
    for (const token of [first.accessToken, second.body.accessToken, third.body.accessToken]) {
      expect(await statusOf(token)).toBe(200);
    }
  });

  it('goes on with a refresh token that comes again because the answer to it was lost', async () => {
    const session = await start();
    await refresh(session.refreshToken);
    const again = expectStatus(await refresh(session.refreshToken), 200) as Session;
    expect(await statusOf(again.accessToken)).toBe(200);
    expect((await refresh(again.refreshToken)).status).toBe(200);
  });

  it('ends for the whole family when a refresh token is used again whose successor was used', async () => {
    const [session, other] = [await start(), await start()];
    const unused = expectStatus(await refresh(session.refreshToken), 200) as Session;
    const next = expectStatus(await refresh(unused.refreshToken), 200) as Session;
    expect(await refresh(session.refreshToken)).toMatchObject({
      status: 401,
      body: { code: 'unauthenticated' },
    });
    expect((await refresh(next.refreshToken)).status).toBe(401);
    await endsWithin5s(next.accessToken);
    await endsWithin5s(session.accessToken);
    expect(await statusOf(other.accessToken)).toBe(200);
  });

  it('goes on from one of the answers to simultaneous uses of a refresh token', async () => {
    const { refreshToken } = await start();
    const answers = await Promise.all([refresh(refreshToken), refresh(refreshToken)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const { rows } = await system.databases.identity.query<{ hash: string }>(
      `select encode(hash, 'hex') as hash from refresh_tokens where spent_at is null`,
    );
    const good = answers.filter(({ body }) => rows.some(({ hash }) => hash === hashOf(body.refreshToken)));
    expect(good).toHaveLength(1);
    expect((await refresh(good[0]!.body.refreshToken)).status).toBe(200);
    for (const { body } of answers) await refresh(body.refreshToken);
    for (const { body } of answers) await endsWithin5s(body.accessToken);
  });

  it.each(['x', randomUUID(), ''])('does not go on with "%s"', async (token) => {
    expect((await refresh(token)).status).toBe(token ? 401 : 400);
  });

  it('ends at once by signing out, and alone', async () => {
    const [session, other] = [await start(), await start()];
    expect(await api(url, session.accessToken).delete('/v1/sessions/current')).toMatchObject({
      status: 204,
      body: undefined,
    });
    expect(await statusOf(session.accessToken)).toBe(401);
    await endsWithin5s(session.accessToken);
    expect((await refresh(session.refreshToken)).status).toBe(401);
    expect((await api(url, session.accessToken).delete('/v1/sessions/current')).status).toBe(401);
    expect(await statusOf(other.accessToken)).toBe(200);
  });

  it('ends with a change of password, except the one that asked for it', async () => {
    const [session, other] = [await start(), await start()];
    const newPassword = `new-${randomUUID()}`;
    const path = `/v1/users/${user.id}/password`;
    const change = await api(url, session.accessToken).put(
      path,
      { currentPassword: user.password, newPassword },
      WAIT,
    );
    expect(change.status).toBe(200);
    await endsWithin5s(other.accessToken);
    expect((await refresh(other.refreshToken)).status).toBe(401);
    expect(await statusOf(session.accessToken)).toBe(200);
    expect((await refresh(session.refreshToken)).status).toBe(200);
    expect((await api(url).post('/v1/sessions', { email: user.email, password: user.password })).status).toBe(
      401,
    );
    await start({ email: user.email, password: newPassword });
  });

  it('is asked for the current password before a change of it is accepted', async () => {
    const path = `/v1/users/${user.id}/password`;
    const body = { currentPassword: 'not the password', newPassword: `new-${randomUUID()}` };
    const answer = await api(url, user.token).put(path, body);
    expect(answer).toMatchObject({ status: 401, body: { code: 'invalid-credentials' } });
    expect(answer.headers.has('operation-id')).toBe(false);
    const operations = await api(url, user.token).get('/v1/operations?kind=user.change-password');
    expect(operations.body.items).toEqual([]);
    await start();
  });

  it('holds one of two changes of the same password, even if both were accepted', async () => {
    const change = (newPassword: string) =>
      api(url, user.token).put(
        `/v1/users/${user.id}/password`,
        { currentPassword: user.password, newPassword },
        WAIT,
      );
    const passwords = [`one-${randomUUID()}`, `two-${randomUUID()}`];
    const answers = await Promise.all(passwords.map(change));
    const held = answers.findIndex(({ status }) => status === 200);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    await start({ email: user.email, password: passwords[held]! });
    expect(
      (await api(url).post('/v1/sessions', { email: user.email, password: passwords[1 - held] })).status,
    ).toBe(401);
  });

  it('ends with a change of roles, in both directions', async () => {
    const session = await start();
    expect((await admin.put(`/v1/users/${user.id}/roles`, { roles: ['admin'] }, WAIT)).body.roles).toEqual([
      'admin',
    ]);
    await endsWithin5s(session.accessToken);
    const raised = await start();
    expect((await api(url, raised.accessToken).get('/v1/users?limit=1')).status).toBe(200);
    expect((await admin.put(`/v1/users/${user.id}/roles`, { roles: [] }, WAIT)).body.roles).toEqual([]);
    await endsWithin5s(raised.accessToken);
    const lowered = await start();
    expect((await api(url, lowered.accessToken).get('/v1/users?limit=1')).status).toBe(403);
    expect((await refresh(raised.refreshToken)).status).toBe(401);
  });

  it('ends with the deletion, at once and for ever', async () => {
    const session = await start();
    expect((await admin.delete(`/v1/users/${user.id}`, WAIT)).status).toBe(204);
    expect(await statusOf(session.accessToken)).toBe(401);
    expect(await statusOf(session.accessToken, elsewhere)).toBe(401);
    expect((await refresh(session.refreshToken)).status).toBe(401);
    expect((await admin.post(`/v1/users/${user.id}/restore`, undefined, WAIT)).status).toBe(200);
    expect(await statusOf(session.accessToken)).toBe(401);
    expect(await statusOf(session.accessToken, elsewhere)).toBe(401);
    expect((await refresh(session.refreshToken)).status).toBe(401);
    const again = await start();
    expect(await statusOf(again.accessToken)).toBe(200);
    expect(await statusOf(again.accessToken, elsewhere)).toBe(200);
    expect((await api(url, again.accessToken).post('/v1/orders', { lines: [LINE] }, WAIT)).status).toBe(201);
  });

  it.each(['jwks', 'service-jwks'])(
    'is verified with the public keys of %s.json, which has no private part',
    async (name) => {
      const answer = await api(url).get(`/.well-known/${name}.json`);
      expect(answer.status).toBe(200);
      expect(answer.body.keys.length).toBeGreaterThan(0);
      for (const key of answer.body.keys) {
        expect(key).toEqual({ ...key, kty: 'OKP', crv: 'Ed25519', x: expect.any(String) });
        expect(Object.keys(key)).not.toContain('d');
      }
    },
  );
});
