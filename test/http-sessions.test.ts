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

  const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0';
  const mine = (session: Session): Promise<Answer> => api(url, session.accessToken).get('/v1/sessions');

  it('is listed with when and with what it was begun, and used last', async () => {
    const { email, password } = user;
    const login = { email, password };
    const begun = await api(url).post<Session>('/v1/sessions', login, { 'user-agent': FIREFOX });
    const session = expectStatus(begun, 201);
    const program = { 'user-agent': 'shop-app/2.1 (<b>)' };
    const other = expectStatus(await api(url).post<Session>('/v1/sessions', login, program), 201);
    const next = expectStatus(await refresh(session.refreshToken), 200) as Session;
    const [first, second] = expectStatus(await mine(next), 200).items;
    expect(Object.keys(first).sort()).toEqual(['client', 'createdAt', 'current', 'id', 'lastUsedAt']);
    expect(first).toMatchObject({ client: 'Firefox 142 on Linux', current: true });
    expect(Date.parse(first.lastUsedAt)).toBeGreaterThan(Date.parse(first.createdAt));
    expect(second).toMatchObject({ client: 'shop-app/2.1', current: false, lastUsedAt: second.createdAt });
    expect((await mine(other)).body.items.find(({ id }: { id: string }) => id === first.id).current).toBe(
      false,
    );
  });

  it('is ended by its user from another one, and by nobody else', async () => {
    const [session, lost, stranger] = [await start(), await start(), await register(url)];
    const lostId = (await mine(lost)).body.items.find(({ current }: any) => current).id as string;
    const refused = await api(url, stranger.token).delete(`/v1/sessions/${lostId}`);
    expect(refused).toMatchObject({ status: 404, body: { code: 'not-found' } });
    expect((await api(url, session.accessToken).delete(`/v1/sessions/${lostId}`)).status).toBe(204);
    expect(await statusOf(lost.accessToken)).toBe(401);
    await endsWithin5s(lost.accessToken);
    expect((await refresh(lost.refreshToken)).status).toBe(401);
    expect((await api(url, session.accessToken).delete(`/v1/sessions/${lostId}`)).status).toBe(404);
    expect(await statusOf(session.accessToken)).toBe(200);
  });

  it('ends with all others of the user, and goes on if it is the one that asks', async () => {
    const [old, other] = [await aged(await start()), await start()];
    const path = `/v1/users/${user.id}/sessions`;
    const me = api(url, old.accessToken);
    const without = await me.delete(path);
    expect(without).toMatchObject({ status: 401, body: { code: 'invalid-credentials' } });
    expect(without.body.detail).toMatch(/currentPassword/);
    expect((await me.delete(path, {}, { currentPassword: 'not the password' })).status).toBe(401);
    expect(await statusOf(other.accessToken)).toBe(200);
    expect((await me.delete(path, {}, { currentPassword: user.password })).status).toBe(204);
    for (const at of [url, elsewhere]) expect(await statusOf(other.accessToken, at)).toBe(401);
    expect((await refresh(other.refreshToken)).status).toBe(401);
    expect(await statusOf(old.accessToken)).toBe(200);
    expect((await admin.delete(path)).status).toBe(204);
    for (const at of [url, elsewhere]) expect(await statusOf(old.accessToken, at)).toBe(401);
    expect((await refresh(old.refreshToken)).status).toBe(401);
    expect((await api(url, (await start()).accessToken).get('/v1/sessions')).body.items).toHaveLength(1);
  });

  it('of more than five minutes is no leave to take the account away', async () => {
    const { accessToken } = await aged(await start());
    const me = api(url, accessToken);
    const path = `/v1/users/${user.id}`;
    const email = `new-${randomUUID()}@example.com`;
    const wrong = { currentPassword: 'not the password' };
    const right = { currentPassword: user.password };
    for (const given of [{}, wrong]) {
      for (const answer of [await me.patch(path, { email, ...given }), await me.delete(path, {}, given)]) {
        expect(answer).toMatchObject({ status: 401, body: { code: 'invalid-credentials' } });
      }
    }
    expect((await me.delete(path, {}, { ...right, other: 1 })).status).toBe(400);
    // An access token is still good: what was refused above was the act, and not the session.
    expect((await me.patch(path, { firstName: 'Ada' }, WAIT)).status).toBe(200);
    const key = { 'idempotency-key': randomUUID(), ...WAIT };
    const changed = await me.patch(path, { email, ...right }, key);
    expect(changed).toMatchObject({ status: 200, body: { email } });
    expect(JSON.stringify(changed.body)).not.toContain(user.password);
    // What is compared of a request that comes again is never a password.
    const again = await me.patch(path, { email, ...wrong }, key);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect((await me.delete(path, WAIT, right)).status).toBe(204);
  });

  it('of a few minutes, and an administrator’s, need not say the password again', async () => {
    const { accessToken } = await aged(await start(), '4 minutes');
    const email = `new-${randomUUID()}@example.com`;
    const path = `/v1/users/${user.id}`;
    expect((await api(url, accessToken).patch(path, { email }, WAIT)).status).toBe(200);
    const { accessToken: ofAdmin } = await aged(await start(system.admin));
    const other = `new-${randomUUID()}@example.com`;
    expect((await api(url, ofAdmin).patch(path, { email: other }, WAIT)).status).toBe(200);
    expect((await api(url, ofAdmin).delete(path, WAIT)).status).toBe(204);
  });

  it.each([
    [
      'the e-mail address',
      () => ({ email: 'ada.lovelace@example.com', password: 'Ada.Lovelace@example.com' }),
    ],
    ['the names', () => ({ password: 'ada lovelace 1815' })],
    ['the product', () => ({ password: 'Turnpike123' })],
    ['one character', () => ({ password: ' '.repeat(10) })],
  ])('is not begun with a password of %s, since nobody may have that', async (_what, weak) => {
    const person = {
      email: `a-${randomUUID()}@example.com`,
      firstName: 'Ada',
      lastName: 'Lovelace',
      ...weak(),
    };
    const refused = await api(url).post('/v1/users', person);
    const complaint = { status: 400, body: { code: 'invalid-request' } };
    expect(refused).toMatchObject(complaint);
    expect(refused.body.errors).toMatchObject([{ path: 'password' }]);
    const own = {
      currentPassword: user.password,
      newPassword: person.password.replace(/ada lovelace/i, 'grace hopper'),
    };
    if (person.password.includes('@')) own.newPassword = user.email.toUpperCase();
    const change = await api(url, user.token).put(`/v1/users/${user.id}/password`, own);
    expect(change).toMatchObject(complaint);
    expect(change.body.errors).toMatchObject([{ path: 'newPassword' }]);
  });

  /** The same session as if it had begun before, with tokens that say so. */
  async function aged(session: Session, by = '6 minutes'): Promise<Session> {
    const { id } = (await mine(session)).body.items.find(({ current }: any) => current);
    const sql = 'update sessions set created_at = created_at - $2::interval where id = $1';
    await system.databases.identity.query(sql, [id, by]);
    return expectStatus(await refresh(session.refreshToken), 200) as Session;
  }

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
