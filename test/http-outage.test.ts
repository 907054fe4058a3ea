import { randomUUID } from 'node:crypto';
import {
  type Api,
  api,
  expectStatus,
  LINE,
  type Operation,
  type Person,
  register,
  signIn,
  WAIT,
  waitFor,
} from './support/client.js';
import { pause, type SystemProcess } from './support/processes.js';
import { startSystem, type System } from './support/system.js';

const ORDER = { lines: [LINE] };
const SHORTLY = { prefer: 'wait=1' };

describe('while a service does not answer', () => {
  let system: System;
  let url: string;
  let user: Person;
  let me: Api;
  let orderId: string;
  let identity: SystemProcess;
  let ordering: SystemProcess;
  beforeAll(async () => {
    system = await startSystem({
      env: { SERVICE_TIMEOUT_MS: '1000', RETRY_BASE_MS: '50', RETRY_MAX_MS: '500' },
    });
    url = system.gatewayUrls[0]!;
    ({ identity, ordering } = system.processes);
  });
  beforeEach(async () => {
    user = await register(url);
    me = api(url, user.token);
    orderId = expectStatus(await me.post('/v1/orders', ORDER, WAIT), 201).id;
  });
  afterEach(() => {
    identity.kill('SIGCONT');
    ordering.kill('SIGCONT');
  });
  afterAll(() => system?.stop());

  const read = async (id: string) => (await me.get(`/v1/operations/${id}`)).body;

  async function becomes(id: string, state: string): Promise<void> {
    while ((await read(id)).state !== state) await pause(20);
  }

  /** Three writes that cannot be carried out: the first is in retry, the others wait behind it. */
  async function standStill(): Promise<[Operation, Operation, Operation]> {
    ordering.kill('SIGSTOP');
    const place = async () => expectStatus(await me.post<Operation>('/v1/orders', ORDER), 202);
    const writes: [Operation, Operation, Operation] = [await place(), await place(), await place()];
    await becomes(writes[0].id, 'retrying');
    return writes;
  }

  it('/v1/me names what is missing and has the rest', async () => {
    ordering.kill('SIGSTOP');
    const withoutOrdering = await me.get('/v1/me');
    expect(withoutOrdering).toMatchObject({ status: 200, body: { user: { id: user.id } } });
    expect(withoutOrdering.body.missing.sort()).toEqual(['customer', 'orders']);
    expect(Object.keys(withoutOrdering.body).sort()).toEqual(['missing', 'operations', 'user']);
    ordering.kill('SIGCONT');
    identity.kill('SIGSTOP');
    const withoutIdentity = await me.get('/v1/me');
    expect(withoutIdentity).toMatchObject({
      status: 200,
      body: { missing: ['user'], orders: [{ id: orderId }] },
    });
    identity.kill('SIGCONT');
    expect((await me.get('/v1/me')).body.missing).toEqual([]);
  });

  it('/v1/me waits for no part longer than 2 s, the ledger’s own among them', async () => {
    const held = await system.databases.gateway.connect();
    try {
      await held.query('begin; lock table operations in access exclusive mode');
      const since = performance.now();
      const { status, body } = await me.get('/v1/me');
      expect({ status, missing: body.missing }).toEqual({ status: 200, missing: ['operations'] });
      expect(body).toMatchObject({ user: { id: user.id }, orders: [{ id: orderId }] });
      expect(performance.now() - since).toBeLessThan(3500);
    } finally {
      await held.query('rollback');
      held.release();
    }
  });

  it('/v1/me has the rest while a service is down, also once its calls are held back', async () => {
    const admin = api(url, await signIn(url, system.admin));
    const breaker = async (): Promise<string> =>
      (await admin.get('/v1/ops/summary')).body.services.find(({ name }: any) => name === 'ordering').breaker;
    await ordering.stop();
    const answers = [];
    while ((await breaker()) === 'closed') answers.push(await me.get('/v1/me'));
    answers.push(await me.get('/v1/me'));
    for (const { status, body } of answers) {
      expect({ status, missing: body.missing }).toEqual({ status: 200, missing: ['customer', 'orders'] });
      expect(body).toMatchObject({ user: { id: user.id }, operations: [{ kind: 'order.place' }, {}] });
    }
    const etag = answers.at(-1)!.headers.get('etag')!;
    expect((await me.get('/v1/me', { 'if-none-match': `${etag}, *` })).status).toBe(200);
    await system.restart(ordering);
    let whole = await me.get('/v1/me');
    while (whole.body.missing.length > 0) whole = await me.get('/v1/me');
    expect((await me.get('/v1/me', { 'if-none-match': whole.headers.get('etag')! })).status).toBe(304);
  });

  it('reads and sign-ins that need it are 503 with Retry-After', async () => {
    ordering.kill('SIGSTOP');
    identity.kill('SIGSTOP');
    const answers = await Promise.all([
      me.get(`/v1/orders/${orderId}`),
      me.get('/v1/orders'),
      me.get(`/v1/customers/${user.id}`),
      me.get(`/v1/users/${user.id}`),
      api(url).post('/v1/sessions', { email: user.email, password: user.password }),
      api(url).post('/v1/sessions/refresh', { refreshToken: 'x' }),
    ]);
    for (const { status, body, headers } of answers) {
      expect({ status, code: body.code }).toEqual({ status: 503, code: 'unavailable' });
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
  });

  it('the key of a registration that could not be accepted stays free', async () => {
    const person = {
      ...{ email: `user-${randomUUID()}@example.com`, password: `pass-${randomUUID()}` },
      ...{ firstName: 'Grace', lastName: 'Hopper' },
    };
    const key = { 'idempotency-key': randomUUID() };
    identity.kill('SIGSTOP');
    expect((await api(url).post('/v1/users', person, key)).status).toBe(503);
    identity.kill('SIGCONT');
    const accepted = await api(url).post('/v1/users', person, { ...key, ...WAIT });
    expect(accepted.status).toBe(201);
    expect(accepted.headers.has('idempotency-replayed')).toBe(false);
  });

  it('writes are accepted, and carried out in their order when it is back', async () => {
    await ordering.stop();
    const order = `/v1/orders/${orderId}`;
    const writes = [
      await me.patch(order, { lines: [{ ...LINE, quantity: 7 }] }),
      await me.post(`${order}/pay`, { paymentReference: 'p' }),
      await me.patch(order, { lines: [{ ...LINE, quantity: 9 }] }),
      await me.put(`/v1/customers/${user.id}`, { phone: '030' }),
      await me.post('/v1/orders', ORDER),
    ];
    expect(writes.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202]);
    expect((await me.post(`/v1/orders/${randomUUID()}/cancel`, {})).status).toBe(404);
    await system.restart(ordering);
    const states: string[] = [];
    for (const { body } of writes) states.push((await waitFor(url, user.token, body.id)).state);
    expect(states).toEqual(['succeeded', 'succeeded', 'failed', 'succeeded', 'succeeded']);
    expect((await me.get(order)).body).toMatchObject({ status: 'paid', lines: [{ quantity: 7 }] });
  });

  it('a client that waits gets 202 when its time is over', async () => {
    ordering.kill('SIGSTOP');
    const answer = await me.post('/v1/orders', ORDER, SHORTLY);
    expect(answer.status).toBe(202);
    expect(answer.headers.get('preference-applied')).toBe('wait=1');
    expect(['running', 'retrying']).toContain(answer.body.state);
    const again = await me.get(`/v1/operations/${answer.body.id}`, SHORTLY);
    expect(again.status).toBe(200);
    expect(again.headers.get('preference-applied')).toBe('wait=1');
    ordering.kill('SIGCONT');
    expect((await me.get(`/v1/operations/${answer.body.id}`, WAIT)).body.state).toBe('succeeded');
  });

  it('operations say why they wait', async () => {
    const [head, second, third] = await standStill();
    const time = expect.stringMatching(/Z$/);
    await becomes(head.id, 'retrying');
    expect(await read(second.id)).toMatchObject({
      ...{ state: 'queued', attempts: 0, startedAt: null },
      waiting: { behind: head.id, position: 1, reason: 'turn', since: time, expectedAt: null },
    });
    expect((await read(third.id)).waiting).toMatchObject({ behind: second.id, position: 2, reason: 'turn' });
    const retrying = (await me.get(`/v1/operations?state=retrying`)).body.items;
    for (const operation of retrying) {
      expect(operation).toMatchObject({ id: head.id, nextAttemptAt: time, finishedAt: null, result: null });
      expect(operation.attempts).toBeGreaterThan(0);
    }
  });

  it('a queued write can be withdrawn, once and again, and the others go on', async () => {
    const [head, second, third] = await standStill();
    const withdraw = () => me.delete(`/v1/operations/${second.id}`);
    expect(await withdraw()).toMatchObject({
      status: 200,
      body: { id: second.id, state: 'cancelled', attempts: 0, finishedAt: expect.any(String), problem: null },
    });
    expect(await withdraw()).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    expect((await read(third.id)).waiting).toMatchObject({ behind: head.id, position: 1 });
    ordering.kill('SIGCONT');
    expect((await waitFor(url, user.token, third.id)).state).toBe('succeeded');
    expect((await waitFor(url, user.token, head.id)).state).toBe('succeeded');
    expect((await me.get(`/v1/orders/${second.target!.id}`)).status).toBe(404);
    for (const { id } of [head, third]) {
      expect(await me.delete(`/v1/operations/${id}`)).toMatchObject({
        status: 409,
        body: { code: 'operation-not-cancellable' },
      });
    }
    expect((await read(head.id)).state).toBe('succeeded');
  });

  it('a write in retry is withdrawn only if the service can close it', async () => {
    const [head] = await standStill();
    const unsettled = await me.delete(`/v1/operations/${head.id}`);
    expect(unsettled).toMatchObject({ status: 409, body: { code: 'operation-not-cancellable' } });
    ordering.kill('SIGCONT');
    const { state } = await waitFor(url, user.token, head.id);
    const order = await me.get(`/v1/orders/${head.target!.id}`);
    expect([state, order.status]).toEqual(state === 'cancelled' ? ['cancelled', 404] : ['succeeded', 200]);
  });

  it('a read after a write that cannot end is 409 with Retry-After, for as long as the client says', async () => {
    const [head] = await standStill();
    const reads = ['latest', head.id].map((after) =>
      me.get(`/v1/users/${user.id}`, { ...SHORTLY, 'read-after': after }),
    );
    for (const { status, body, headers } of await Promise.all(reads)) {
      expect({ status, code: body.code }).toEqual({ status: 409, code: 'operation-pending' });
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    const [registration] = (await me.get('/v1/operations?kind=user.register')).body.items;
    expect((await me.get(`/v1/users/${user.id}`, { 'read-after': registration.id })).status).toBe(200);
  });

  it('the gateway itself stays alive and ready', async () => {
    ordering.kill('SIGSTOP');
    expect((await api(url).get('/health/live')).status).toBe(200);
    expect((await api(url).get('/health/ready')).status).toBe(200);
    expect((await api(url, await signIn(url, system.admin)).get('/v1/users?limit=1')).status).toBe(200);
  });
});
