// From the instant at which something that ends access is answered nobody is let in with what was handed out before, by
// any gateway, whatever the user's lane is doing.
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { decodeJwt } from 'jose';
import { readConfig } from '../gateway/src/config.js';
import { GRANT_ADMIN } from '../gateway/src/sign-in/grant-admin.js';
import { ledgerCommand } from '../libs/engine/src/cli/command.js';
import {
  type Answer,
  api,
  expectStatus,
  type Operation,
  persistently,
  type Person,
  placeOrder,
  register,
  signIn,
  WAIT,
  waitFor,
} from './support/client.js';
import { EventStreamClient } from './support/event-stream.js';
import { linesOf } from './support/log-lines.js';
import { until } from './support/processes.js';
import type { Trap } from './support/proxy.js';
import { startSystem, type System } from './support/system.js';

/** Attempts of one cell: of all cells about 1,500, or 10,000. */
const ATTEMPTS = process.env['FAULTS'] === 'full' ? 400 : 60;
const AT_ONCE = 30;

const DEPTH = 3;
const STREAMS_END_WITHIN_MS = 5000;

interface Tokens {
  accessToken: string;
  refreshToken: string;
}

type Ending = 'suspension' | 'roles' | 'password' | 'deletion';
type Lane =
  'open' | 'paused' | 'full' | 'halted' | 'deleting' | 'behind a frozen ordering' | 'without identity';

const ENDINGS: Ending[] = ['suspension', 'roles', 'password', 'deletion'];
const LANES: Lane[] = ['open', 'paused', 'full', 'halted', 'behind a frozen ordering', 'without identity'];
const CELLS: [Ending, Lane][] = [
  ...ENDINGS.flatMap((ending) => LANES.map((lane): [Ending, Lane] => [ending, lane])),
  ['suspension', 'deleting'],
];

// Identity and ordering are cut off and come back: on a busy machine that takes its time.
jest.setTimeout(150_000);

describe('access', () => {
  let system: System;
  let urls: string[];
  let admin: string;
  let cut: Trap | null = null;
  beforeAll(async () => {
    system = await startSystem({
      queue: 'redis',
      gateways: [{}, { role: 'api' }, { role: 'api' }],
      proxied: ['identity', 'ordering'],
      env: {
        QUEUE_PARTITIONS: '2',
        LANE_MAX_DEPTH: String(DEPTH),
        SERVICE_TIMEOUT_MS: '2000',
        RETRY_MAX_MS: '500',
      },
    });
    urls = system.gatewayUrls;
    admin = await signIn(urls[0]!, system.admin);
  }, 300_000);
  afterAll(() => system?.stop());
  afterEach(async () => {
    cut?.release();
    cut = null;
    system.proxies.identity!.appear();
    system.proxies.identity!.cut();
    system.proxies.ordering!.appear();
    // Each has found identity away by itself, and holds its calls back until it has found it again.
    await Promise.all(urls.map((one) => persistently(() => api(one, admin).get('/v1/ops/summary'))));
  });

  let turn = 0;
  /** To the next of the three. */
  const url = (): string => urls[turn++ % urls.length]!;
  const asAdmin = () => api(url(), admin);

  async function begin({ email, password }: Person): Promise<Tokens> {
    return expectStatus(await api(url()).post<Tokens>('/v1/sessions', { email, password }), 201);
  }

  /** Somebody with a role, in a lane that stands so. */
  async function userIn(lane: Lane): Promise<Person> {
    const user = await register(url());
    await system.databases.identity.query(`update users set roles = '{operator}' where id = $1`, [user.id]);
    const pause = () => asAdmin().post(`/v1/ops/lanes/${user.id}/pause`, { reason: 'a test' });
    if (lane === 'paused' || lane === 'full' || lane === 'deleting') expectStatus(await pause(), 200);
    if (lane === 'full') for (let n = 0; n < DEPTH; n++) await placeOrder(url(), user.token);
    if (lane === 'deleting') expectStatus(await api(url(), user.token).delete(`/v1/users/${user.id}`), 202);
    if (lane === 'halted')
      await system.databases.gateway.query(
        `update lanes set execution = 'halted', reason = 'a test', paused_at = now() where user_id = $1`,
        [user.id],
      );
    if (lane === 'behind a frozen ordering') {
      system.proxies.ordering!.vanish();
      await placeOrder(url(), user.token);
    }
    return user;
  }

  /** Lets identity say of the user what an ending has to know before, and nothing else. */
  function cutIdentity(): void {
    const isAskedBefore = (text: string): boolean =>
      text.startsWith('GET /internal/users/') || text.startsWith('POST /internal/credentials');
    system.proxies.identity!.cut();
    cut = system.proxies.identity!.trap(
      'request',
      (text) => !isAskedBefore(text),
      { type: 'reset' },
      1_000_000,
    );
  }

  function end(ending: Ending, user: Person, { accessToken }: Tokens): Promise<Answer> {
    const path = `/v1/users/${user.id}`;
    switch (ending) {
      case 'suspension':
        return asAdmin().post(`/v1/ops/users/${user.id}/suspend`, { reason: 'stolen' });
      case 'roles':
        return asAdmin().put(`${path}/roles`, { roles: [] });
      case 'password':
        return api(url(), accessToken).put(`${path}/password`, {
          currentPassword: user.password,
          newPassword: `new-${user.password}`,
        });
      case 'deletion':
        return asAdmin().delete(path);
    }
  }

  /** Asks so often with those tokens, at all gateways. @returns how often it was let in, and what else was answered */
  async function letIn(sessions: readonly Tokens[]): Promise<{ letIn: number; answers: Set<number> }> {
    const refreshed = sessions.map(({ refreshToken }) => ({ path: '/v1/sessions/refresh', refreshToken }));
    const statuses = await Promise.all(
      refreshed.map(async ({ path, ...body }) => (await api(url()).post(path, body)).status),
    );
    for (let asked = 0; asked < ATTEMPTS; asked += AT_ONCE) {
      const some = Array.from({ length: AT_ONCE }, async (_, index) => {
        const { accessToken } = sessions[index % sessions.length]!;
        return (await api(url(), accessToken).get('/v1/operations?limit=1')).status;
      });
      statuses.push(...(await Promise.all(some)));
    }
    return { letIn: statuses.filter((status) => status < 400).length, answers: new Set(statuses) };
  }

  it.each(CELLS)('ends with the answer to a %s, in a lane that is %s', async (ending, lane) => {
    const user = await userIn(lane);
    const asking = await begin(user);
    const others = [await begin(user), await begin(user), await begin(user)];
    if (lane === 'without identity') cutIdentity();
    expect((await end(ending, user, asking)).status).toBe(ending === 'suspension' ? 200 : 202);
    const { letIn: count, answers } = await letIn(others);
    expect({ count, answers: [...answers].filter((status) => status !== 401 && status !== 503) }).toEqual({
      count: 0,
      answers: [],
    });
    const { email, password } = user;
    const again = await api(url()).post<Tokens>('/v1/sessions', { email, password });
    if (ending === 'suspension' && lane !== 'without identity') {
      expect(again).toMatchObject({ status: 403, body: { code: 'user-suspended' } });
    } else if (again.status === 201) {
      // The write has ended by now.
      expect(ending).toBe('roles');
      expect(decodeJwt(again.body.accessToken)).toMatchObject({ roles: [] });
    }
    const asked = await api(url(), asking.accessToken).get('/v1/operations?limit=1');
    expect(asked.status).toBe(ending === 'password' ? 200 : 401);
  });

  it('that is spared goes on, and is refreshed while its new password waits', async () => {
    const user = await userIn('paused');
    const [asking, other] = [await begin(user), await begin(user)];
    const accepted = expectStatus(await end('password', user, asking), 202) as Operation;
    expect((await api(url(), other.accessToken).get('/v1/me')).status).toBe(401);
    const { refreshToken } = asking;
    const next = expectStatus(await api(url()).post<Tokens>('/v1/sessions/refresh', { refreshToken }), 200);
    expect((await api(url(), next.accessToken).get('/v1/me')).status).toBe(200);
    expectStatus(await asAdmin().post(`/v1/ops/lanes/${user.id}/resume`, { reason: 'a test' }), 200);
    expect((await waitFor(url(), next.accessToken, accepted.id)).state).toBe('succeeded');
    const { email, password } = user;
    expect((await api(url()).post('/v1/sessions', { email, password })).status).toBe(401);
    const fresh = await begin({ ...user, password: `new-${password}` });
    expect((await api(url(), fresh.accessToken).get('/v1/me')).status).toBe(200);
  });

  it('comes back by signing in again where the write fails in the end', async () => {
    const user = await userIn('open');
    const { id } = expectStatus(
      await asAdmin().put<Operation>(`/v1/users/${user.id}/roles`, { roles: [] }, { 'if-match': '"9999"' }),
      202,
    );
    expect((await waitFor(url(), admin, id)).problem?.code).toBe('version-conflict');
    expect((await api(url(), user.token).get('/v1/me')).status).toBe(401);
    const { accessToken } = await begin(user);
    expect(decodeJwt(accessToken)).toMatchObject({ roles: ['operator'] });
    expect((await api(url(), accessToken).get('/v1/me')).status).toBe(200);
  });

  it('does not end with the acceptance of a further role, nor a second time with the same request', async () => {
    const user = await userIn('open');
    const key = { 'idempotency-key': 'once' };
    const take = (): Promise<Answer> => asAdmin().put(`/v1/users/${user.id}/roles`, { roles: [] }, key);
    expectStatus(await take(), 202);
    await until(async () => (await asAdmin().get(`/v1/users/${user.id}`)).body.roles.length === 0);
    const { accessToken } = await begin(user);
    expect((await take()).headers.get('idempotency-replayed')).toBe('true');
    expect((await api(url(), accessToken).get('/v1/me')).status).toBe(200);
    // Nothing that is accepted while the lane is halted is carried out, so what ends here ends by the acceptance.
    await system.databases.gateway.query(
      `update lanes set execution = 'halted', reason = 'a test', paused_at = now() where user_id = $1`,
      [user.id],
    );
    const before = await epochOf(user);
    expectStatus(await asAdmin().put(`/v1/users/${user.id}/roles`, { roles: ['operator'] }), 202);
    expect(await epochOf(user)).toBe(before);
    expectStatus(await asAdmin().put(`/v1/users/${user.id}/roles`, { roles: [] }), 202);
    expect(await epochOf(user)).toBe(before + 1);
  });

  async function epochOf({ id }: Person): Promise<number> {
    const { rows } = await system.databases.gateway.query<{ epoch: number }>(
      'select access_epoch as epoch from lanes where user_id = $1',
      [id],
    );
    return rows[0]!.epoch;
  }

  it('is suspended and given back with a reason, which the lane and the trail tell', async () => {
    const user = await userIn('open');
    const suspend = (reason?: string) => asAdmin().post(`/v1/ops/users/${user.id}/suspend`, { reason });
    expect((await suspend()).status).toBe(400);
    expect(
      (await api(url(), user.token).post(`/v1/ops/users/${user.id}/suspend`, { reason: 'x' })).status,
    ).toBe(403);
    const own = decodeJwt(admin).sub!;
    expect((await asAdmin().post(`/v1/ops/users/${own}/suspend`, { reason: 'x' })).status).toBe(403);
    const { suspended } = expectStatus(await suspend('stolen'), 200);
    expect(suspended).toEqual({ at: expect.any(String), by: own, reason: 'stolen' });
    expect(expectStatus(await suspend('again'), 200).suspended).toEqual(suspended);
    // What others ask goes on.
    expectStatus(await asAdmin().patch(`/v1/users/${user.id}`, { lastName: 'Byron' }, WAIT), 200);
    const reinstated = await asAdmin().post(`/v1/ops/users/${user.id}/reinstate`, { reason: 'it was not' });
    expect(expectStatus(reinstated, 200).suspended).toBeNull();
    expect((await api(url(), user.token).get('/v1/me')).status).toBe(401);
    expect((await api(url(), (await begin(user)).accessToken).get('/v1/me')).status).toBe(200);
    const { items } = expectStatus(await asAdmin().get(`/v1/ops/audit?userId=${user.id}`), 200);
    expect(
      items
        .filter(({ action }: { action: string }) => action.startsWith('user.'))
        .map(({ action, actorId, reason }: Record<string, string>) => ({ action, actorId, reason }))
        .slice(0, 3)
        .filter(({ reason }: { reason: string | null }) => reason !== null),
    ).toEqual([
      { action: 'user.reinstate', actorId: own, reason: 'it was not' },
      { action: 'user.suspend', actorId: own, reason: 'stolen' },
    ]);
    const told = { event: 'authz_change', actorId: own, userId: user.id };
    const linesAbout = (action: string) =>
      system.processes.gateways.flatMap((one) => linesOf(one, { ...told, action }));
    for (const action of ['user.suspend', 'user.reinstate'])
      await until(() => Promise.resolve(linesAbout(action).length > 0));
  });

  it('ends its streams within 5 s', async () => {
    const user = await userIn('paused');
    const { accessToken: token } = await begin(user);
    const streams = await Promise.all(
      urls.map((one) => EventStreamClient.open(`${one}/v1/events`, { token })),
    );
    expectStatus(await end('suspension', user, { accessToken: token, refreshToken: '' }), 200);
    const began = performance.now();
    await Promise.all(streams.map(({ ended }) => ended));
    expect(performance.now() - began).toBeLessThan(STREAMS_END_WITHIN_MS);
  });

  it('of administrators who are being deleted is to what is theirs', async () => {
    const user = await userIn('paused');
    await system.databases.identity.query(`update users set roles = '{admin}' where id = $1`, [user.id]);
    const { accessToken } = await begin(user);
    expectStatus(await api(url(), accessToken).get('/v1/ops/summary'), 200);
    expectStatus(await api(url(), accessToken).delete(`/v1/users/${user.id}`), 202);
    expect((await api(url(), accessToken).get('/v1/ops/summary')).status).toBe(403);
    expect((await api(url(), accessToken).get(`/v1/users/${user.id}`)).status).toBe(200);
  });

  describe('at an identity that does not know of it', () => {
    it('is ended there by a worker, where the process that accepted the write has not told it', async () => {
      const user = await userIn('paused');
      const untold = system.proxies.identity!.trap(
        'request',
        (text) => text.includes('access-ended'),
        { type: 'reset' },
        1,
      );
      expectStatus(await end('roles', user, { accessToken: '', refreshToken: '' }), 202);
      await untold.caught;
      await until(async () => {
        const { rows } = await system.databases.identity.query(
          'select 1 from sessions where user_id = $1 and revoked_at is null',
          [user.id],
        );
        return rows.length === 0;
      });
    });

    it('is not given back where identity was put back from a backup', async () => {
      const user = await userIn('open');
      const old = await begin(user);
      expectStatus(await end('suspension', user, old), 200);
      expectStatus(await asAdmin().post(`/v1/ops/users/${user.id}/reinstate`, { reason: 'x' }), 200);
      await until(async () => (await toldOf(user)) === (await epochOf(user)));
      await system.databases.identity.query('update sessions set revoked_at = null where user_id = $1', [
        user.id,
      ]);
      await system.databases.identity.query('update users set access_epoch = 0 where id = $1', [user.id]);
      expect((await letIn([old])).letIn).toBe(0);
      const fresh = await begin(user);
      expect((await api(url(), fresh.accessToken).get('/v1/me')).status).toBe(200);
    });

    it('is ended again where the ledger was put back from a backup', async () => {
      const user = await userIn('open');
      await system.databases.identity.query('update users set access_epoch = 5 where id = $1', [user.id]);
      const { accessToken } = await begin(user);
      expect(await epochOf(user)).toBe(5);
      expectStatus(await end('suspension', user, { accessToken, refreshToken: '' }), 200);
      expect((await api(url(), accessToken).get('/v1/me')).status).toBe(401);
    });

    async function toldOf({ id }: Person): Promise<number> {
      const { rows } = await system.databases.gateway.query<{ told: number }>(
        'select access_told as told from lanes where user_id = $1',
        [id],
      );
      return rows[0]!.told;
    }
  });

  it('by a role ends 5 s after identity was heard last; what is one’s own goes on, and the gateway says so', async () => {
    const user = await userIn('open');
    const own = await begin(user);
    system.proxies.identity!.vanish();
    const began = performance.now();
    const status = async (token: string, path: string): Promise<number> =>
      (await api(urls[1]!, token).get(path)).status;
    await until(async () => (await status(admin, '/v1/ops/lanes')) === 503);
    expect(performance.now() - began).toBeLessThan(8000);
    expect(await status(own.accessToken, '/v1/operations')).toBe(200);
    await placeOrder(urls[1]!, own.accessToken);
    const ready = await api(urls[1]!).get('/health/ready');
    expect(ready).toMatchObject({
      status: 200,
      body: { degraded: ['identity'], checks: { identity: true } },
    });
    system.proxies.identity!.appear();
    await until(async () => (await status(admin, '/v1/ops/lanes')) === 200);
  });

  describe('of administrators', () => {
    /** Two administrators beside the first one, who is put aside. */
    async function two(): Promise<[Person, Person]> {
      const both = [await register(url()), await register(url())] as [Person, Person];
      const ids = both.map(({ id }) => id);
      await system.databases.identity.query(`update users set roles = '{admin}' where id = any($1)`, [ids]);
      await system.databases.identity.query(
        `update users set roles = '{}' where 'admin' = any(roles) and id <> all($1)`,
        [ids],
      );
      for (const person of both) person.token = (await begin(person)).accessToken;
      return both;
    }

    afterEach(async () => {
      const email = system.admin.email;
      await system.databases.identity.query(`update users set roles = '{admin}' where email = $1`, [email]);
    });

    it.each(['roles', 'suspension', 'deletion'] as const)(
      'is not lost by a %s that two ask for of each other at once',
      async (ending) => {
        const [one, other] = await two();
        const take = ({ token }: Person, { id }: Person): Promise<Answer> => {
          const asked = api(url(), token);
          if (ending === 'suspension') return asked.post(`/v1/ops/users/${id}/suspend`, { reason: 'x' });
          return ending === 'roles'
            ? asked.put(`/v1/users/${id}/roles`, { roles: [] })
            : asked.delete(`/v1/users/${id}`);
        };
        const answers = await Promise.all([take(one, other), take(other, one)]);
        expect(answers.map(({ status }) => status).sort()).toEqual([
          ending === 'suspension' ? 200 : 202,
          401,
        ]);
      },
    );

    it('is given by npm run ledger, beside the roles that there are, and the trail tells of it', async () => {
      const person = await userIn('open');
      const { env } = system.processes.gateways[0]!;
      const grant = async (whom: string): Promise<{ code: number; said: string }> => {
        const err = new PassThrough();
        const code = await ledgerCommand(
          ['grant-admin', whom],
          { configOf: () => readConfig(env), out: new PassThrough(), err },
          { 'grant-admin': GRANT_ADMIN },
        );
        return { code, said: await text(err.end()) };
      };
      expect(await grant(person.email.toUpperCase())).toEqual({
        code: 0,
        said: expect.stringContaining('is an administrator now'),
      });
      const { accessToken } = await begin(person);
      expect(decodeJwt(accessToken)).toMatchObject({ roles: ['operator', 'admin'] });
      const trail = `/v1/ops/audit?userId=${person.id}&action=user.grant-admin`;
      const { items } = expectStatus(await api(url(), accessToken).get(trail), 200);
      expect(items).toMatchObject([{ actorId: null, reason: expect.stringMatching(/^npm run ledger, /) }]);
      const again = await grant(person.id);
      expect(again).toEqual({ code: 0, said: expect.stringContaining('already') });
      expect(again.said).toContain(`It is the user ${person.id}, active, registered at `);
      // Also of what is not accepted: the entry comes first.
      const gone = await userIn('open');
      expectStatus(await api(url(), accessToken).delete(`/v1/users/${gone.id}`, WAIT), 204);
      expect((await grant(gone.id)).code).toBe(1);
      const refused = await api(url(), accessToken).get(trail.replace(person.id, gone.id));
      expect(refused.body.items).toMatchObject([{ actorId: null }]);
      expect((await grant('nobody@example.com')).code).toBe(1);
    });

    it('cannot be given up by the last one', async () => {
      const [one, other] = await two();
      expectStatus(await api(url(), one.token).delete(`/v1/users/${other.id}`, WAIT), 204);
      for (const last of [
        await api(url(), one.token).delete(`/v1/users/${one.id}`),
        await api(url(), one.token).put(`/v1/users/${one.id}/roles`, { roles: ['operator'] }),
      ])
        expect(last).toMatchObject({ status: 409, body: { code: 'last-administrator' } });
      expectStatus(
        await api(url(), one.token).put(`/v1/users/${one.id}/roles`, { roles: ['admin'] }, WAIT),
        200,
      );
    });
  });
});
