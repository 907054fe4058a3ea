// What an attack is made of stands in the security log, with who and from where; and every line of all processes that
// is about one request has its id.
import { randomUUID } from 'node:crypto';
import type { SessionView } from '@turnpike/protocol';
import { decodeJwt } from 'jose';
import {
  type Answer,
  api,
  expectStatus,
  LINE,
  type Person,
  register,
  signIn,
  WAIT,
} from './support/client.js';
import { lineWith, linesOf } from './support/log-lines.js';
import { until } from './support/processes.js';
import { startSystem, type System } from './support/system.js';

const LIMIT = 3;

describe('the security log', () => {
  let system: System;
  let url: string;
  let user: Person;
  let other: Person;
  beforeAll(async () => {
    system = await startSystem({
      gateways: [{ role: 'api' }, { role: 'worker' }],
      env: {
        LOG_LEVEL: 'info',
        LOGIN_FAILURE_LIMIT: String(LIMIT),
        RATE_LIMIT_USER: '30',
        DELETION_GRACE_MS: '0',
      },
    });
    url = system.gatewayUrls[0]!;
    [user, other] = [await register(url), await register(url)];
  }, 300_000);
  afterAll(() => system?.stop());

  const gateway = () => system.processes.gateways[0]!;
  const worker = () => system.processes.gateways[1]!;
  const requestIdOf = ({ headers }: Answer): string => headers.get('x-request-id')!;
  const told = (answer: Answer, event: string) =>
    lineWith(gateway(), { event, requestId: requestIdOf(answer) });
  const open = async ({ email, password }: Person): Promise<SessionView> =>
    expectStatus(await api(url).post<SessionView>('/v1/sessions', { email, password }), 201);

  it('tells of a sign-in, a wrong password and a lock, by pseudonyms of account and network', async () => {
    const { id, email } = await register(url);
    const success = await lineWith(gateway(), { event: 'authn_login_success', userId: id });
    const guesses: Answer[] = [];
    for (let guess = 0; guess <= LIMIT; guess++)
      guesses.push(await api(url).post('/v1/sessions', { email, password: `guess-${guess}` }));
    expect(guesses.map(({ status }) => status)).toEqual([...Array<number>(LIMIT).fill(401), 429]);
    const { subject, address } = success;
    for (const guess of guesses.slice(0, LIMIT))
      expect(await told(guess, 'authn_login_fail')).toMatchObject({ subject, address, severity: 'WARN' });
    const locked = { subject, address, route: 'POST /v1/sessions' };
    expect(await told(guesses[LIMIT]!, 'authn_login_lock')).toMatchObject(locked);
    expect([subject, address]).toEqual([
      expect.stringMatching(/^\w{32}$/),
      expect.stringMatching(/^\w{32}$/),
    ]);
  });

  it('tells of the sessions: begun, renewed, ended, and of a refresh token that comes a second time', async () => {
    const { identity } = system.processes;
    const first = await open(user);
    const { sid: sessionId } = decodeJwt<{ sid: string }>(first.accessToken);
    const refresh = (refreshToken: string) => api(url).post('/v1/sessions/refresh', { refreshToken });
    const second = expectStatus<SessionView>(await refresh(first.refreshToken), 200);
    expectStatus(await refresh(second.refreshToken), 200);
    const reused = await refresh(first.refreshToken);
    expect(reused.status).toBe(401);
    const ids = { userId: user.id, sessionId };
    for (const event of ['session_created', 'session_renewed'])
      expect(await lineWith(identity, { event, ...ids })).toMatchObject({ severity: 'INFO' });
    const reuse = { event: 'authn_token_reuse', ...ids, requestId: requestIdOf(reused) };
    expect(await lineWith(identity, reuse)).toMatchObject({ severity: 'CRITICAL' });
    expect(await told(reused, 'authz_fail')).toMatchObject({ code: 'unauthenticated' });
    const last = api(url, (await open(user)).accessToken);
    const ended = await last.delete('/v1/sessions/current');
    const revoked = { event: 'authn_token_revoked', requestId: requestIdOf(ended) };
    await lineWith(identity, revoked);
    const lost = decodeJwt<{ sid: string }>((await open(user)).accessToken).sid;
    expectStatus(await api(url, (await open(user)).accessToken).delete(`/v1/sessions/${lost}`), 204);
    await lineWith(identity, { event: 'authn_token_revoked', userId: user.id, sessionId: lost });
    user.token = await signIn(url, user);
  });

  it('tells of refused access: a bad token, a missing role, what belongs to somebody else, and not of what is not there', async () => {
    const stranger = api(url, other.token);
    const ids = { userId: other.id, sessionId: decodeJwt<{ sid: string }>(other.token).sid };
    const refused: [Answer, object][] = [
      [await api(url, `${user.token}x`).get('/v1/me'), { code: 'unauthenticated' }],
      [
        await stranger.get('/v1/ops/summary'),
        { code: 'forbidden', action: expect.stringMatching(/^ops/), ...ids },
      ],
      [await stranger.get(`/v1/users/${user.id}`), { code: 'not-found', action: 'user.read', ...ids }],
      [await stranger.delete(`/v1/users/${user.id}`), { code: 'not-found', action: 'user.delete', ...ids }],
    ];
    for (const [answer, members] of refused)
      expect(await told(answer, 'authz_fail')).toMatchObject({ severity: 'CRITICAL', ...members });
    const missing = await stranger.get(`/v1/operations/${randomUUID()}`);
    const unknown = await api(url).get('/v1/me');
    await lineWith(gateway(), { requestId: requestIdOf(unknown), status: 401 });
    for (const answer of [missing, unknown])
      expect(linesOf(gateway(), { event: 'authz_fail', requestId: requestIdOf(answer) })).toEqual([]);
    const direct = await fetch(`${system.identityUrl}/internal/users/${user.id}`, {
      headers: { authorization: `Bearer ${user.token}` },
    });
    const neighbour = { event: 'authz_fail', requestId: direct.headers.get('x-request-id') };
    expect(await lineWith(system.processes.identity, neighbour)).toMatchObject({ code: 'unauthenticated' });
  });

  it('tells of invalid input and of limits, with nothing of what was sent', async () => {
    const canary = `canary-${randomUUID()}@example.com`;
    const invalid = await api(url, user.token).post('/v1/orders', { lines: [], [canary]: canary });
    expect(await told(invalid, 'input_validation_fail')).toMatchObject({ code: 'invalid-request', count: 2 });
    let limited: Answer;
    do limited = await api(url, other.token).get('/v1/me');
    while (limited.status !== 429);
    const { userId, route } = await told(limited, 'excess_rate_limit_exceeded');
    expect({ userId, route }).toEqual({ userId: other.id, route: 'GET /v1/me' });
    expect(gateway().output()).not.toContain(canary);
  });

  it('tells of roles that are asked for and in force, by whom and by which operation', async () => {
    const { id } = await register(url);
    const roles = await (await admin()).put(`/v1/users/${id}/roles`, { roles: ['operator'] }, WAIT);
    const operationId = roles.headers.get('operation-id')!;
    const asked = await told(roles, 'authz_change');
    expect(asked).toMatchObject({ userId: id, operationId, roles: ['operator'] });
    const inForce = { event: 'privilege_permissions_changed', operationId, requestId: requestIdOf(roles) };
    expect(await lineWith(worker(), inForce)).toMatchObject({ userId: id, actorId: asked['actorId'] });
  });

  it('tells of a password that is changed, of one that is not, and of the sessions that end with it', async () => {
    const { id, token, password } = await register(url);
    const change = (): Promise<Answer> => {
      const passwords = { currentPassword: password, newPassword: `pass-${randomUUID()}` };
      return api(url, token).put(`/v1/users/${id}/password`, passwords, WAIT);
    };
    // Both are accepted while the present password is the one that they name: the second one changes nothing.
    const answers = await Promise.all([change(), change()]);
    const held = answers.find(({ status }) => status === 200)!;
    const refused = answers.find(({ status }) => status !== 200)!;
    const of = (answer: Answer) => ({ userId: id, requestId: requestIdOf(answer) });
    await lineWith(worker(), { event: 'authn_password_change', ...of(held) });
    await lineWith(worker(), { event: 'authn_password_change_fail', ...of(refused) });
    await lineWith(system.processes.identity, { event: 'authn_token_revoked', userId: id });
  });

  it('tells of users: created, changed, deleted and purged', async () => {
    const { id, token } = await register(url);
    await lineWith(worker(), { event: 'user_created', userId: id });
    const renamed = await api(url, token).patch(`/v1/users/${id}`, { firstName: 'Augusta' }, WAIT);
    expectStatus(renamed, 200);
    await lineWith(worker(), { event: 'user_updated', userId: id, requestId: requestIdOf(renamed) });
    const deleted = await (await admin()).delete(`/v1/users/${id}`, WAIT);
    expectStatus(deleted, 204);
    await lineWith(worker(), { event: 'user_archived', userId: id, requestId: requestIdOf(deleted) });
    await lineWith(worker(), { event: 'user_deleted', userId: id, actorId: null });
  });

  const admin = async () => api(url, await signIn(url, system.admin));

  it('has the start of every process with what bounds it, and nothing secret; and counts in each', async () => {
    for (const process of [gateway(), worker(), system.processes.identity, system.processes.ordering]) {
      const { settings } = await lineWith(process, { event: 'sys_startup' });
      expect(settings).toMatchObject({ production: false });
      const metrics = await fetch(`http://127.0.0.1:${process.env.METRICS_PORT}/metrics`);
      const text = await metrics.text();
      expect(text).toContain('turnpike_security_events_total{event="sys_startup"} 1');
      expect(text).toMatch(/turnpike_security_events_total\{event="authn_token_reuse"\} \d/);
    }
    const secret = [user.password, user.email, user.token, system.admin.password, gateway().env['DATA_KEY']!];
    for (const text of secret) expect(gateway().output()).not.toContain(text);
  });

  describe('the lines about one request', () => {
    it('have one id in all processes, in reads and in what a worker does later, whatever trace the client names', async () => {
      const me = api(url, user.token);
      const traceparent = `00-${randomUUID().replaceAll('-', '')}-c11e27c11e27c11e-00`;
      const sent: Answer[] = [
        await me.post('/v1/orders', { lines: [LINE] }, WAIT),
        await me.post('/v1/orders', { lines: [LINE] }, { ...WAIT, traceparent }),
      ];
      for (const answer of sent) {
        expectStatus(answer, 201);
        const requestId = requestIdOf(answer);
        const operationId = answer.headers.get('operation-id')!;
        const step = { requestId, operationId, step: 'ordering.place' };
        expect(await lineWith(system.processes.ordering, step)).toMatchObject({ status: 200 });
      }
      const read = await me.get(`/v1/customers/${user.id}`);
      const route = '/internal/customers/:userId';
      await lineWith(system.processes.ordering, { requestId: requestIdOf(read), route });
    });

    it('name who is signed in and the session, and where nobody is the network', async () => {
      const read = await api(url, user.token).get('/v1/me');
      const { sid: sessionId } = decodeJwt<{ sid: string }>(user.token);
      const line = await lineWith(gateway(), { requestId: requestIdOf(read), route: '/v1/me' });
      expect(line).toMatchObject({ userId: user.id, sessionId });
      const nobody = await api(url).get('/v1/me');
      const anonymous = await lineWith(gateway(), { requestId: requestIdOf(nobody), route: '/v1/me' });
      expect(anonymous.address).toMatch(/^\w{32}$/);
      expect(anonymous.userId).toBeUndefined();
    });

    it('have an id of the gateway: no client gives them one', async () => {
      const mine = randomUUID();
      const read = await api(url, user.token).get('/v1/me', { 'x-request-id': mine });
      expect(requestIdOf(read)).not.toBe(mine);
      await until(() => Promise.resolve(linesOf(gateway(), { requestId: requestIdOf(read) }).length > 0));
      expect(system.processes.identity.output()).not.toContain(mine);
    });
  });
});
