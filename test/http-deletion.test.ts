import {
  type Api,
  api,
  expectStatus,
  LINE,
  type Person,
  register,
  signIn,
  WAIT,
  waitFor,
} from './support/client.js';
import { pause } from './support/processes.js';
import { startSystem, type System } from './support/system.js';

const ORDER = { lines: [LINE] };

/** While ordering is stopped the lane stands still at its first write, so what the gateway accepts is seen. */
describe('a deletion over HTTP', () => {
  let system: System;
  let url: string;
  let admin: Api;
  let user: Person;
  let me: Api;
  let path: string;
  beforeAll(async () => {
    system = await startSystem({
      env: { SERVICE_TIMEOUT_MS: '2500', RETRY_BASE_MS: '50', RETRY_MAX_MS: '200' },
    });
    url = system.gatewayUrls[0]!;
    admin = api(url, await signIn(url, system.admin));
  });
  beforeEach(async () => {
    user = await register(url);
    me = api(url, user.token);
    path = `/v1/users/${user.id}`;
  });
  afterEach(() => system.processes.ordering.kill('SIGCONT'));
  afterAll(() => system?.stop());

  async function begins(operationId: string): Promise<void> {
    while ((await me.get(`/v1/operations/${operationId}`)).body.state === 'queued') await pause(20);
  }

  const writes = (as: Api) => [
    as.patch(path, { firstName: 'Ada' }),
    as.put(`/v1/customers/${user.id}`, {}),
    as.delete(path),
    as.delete(`${path}?pending=cancel`),
  ];

  it('takes no other write from its acknowledgement on: 409 until it is carried out, 410 after', async () => {
    const { body: order } = await me.post('/v1/orders', ORDER, WAIT);
    system.processes.ordering.kill('SIGSTOP');
    const waiting = expectStatus(await me.post('/v1/orders', ORDER), 202);
    const deletion = expectStatus(await me.delete(path), 202);

    const refused = [
      ...writes(me),
      me.post('/v1/orders', ORDER),
      me.post(`/v1/orders/${order.id}/cancel`, {}),
    ];
    for (const answer of await Promise.all([...refused, ...writes(admin)])) {
      expect(answer).toMatchObject({ status: 409, body: { code: 'user-deleting' } });
    }
    expect(await admin.post(`${path}/restore`)).toMatchObject({
      status: 409,
      body: { code: 'user-deleting' },
    });
    expect(await me.get(path)).toMatchObject({ status: 200, body: { state: 'active' } });
    expect((await me.get(`/v1/operations/${deletion.id}`)).body.state).toBe('queued');

    system.processes.ordering.kill('SIGCONT');
    const adminToken = await signIn(url, system.admin);
    expect(await waitFor(url, adminToken, deletion.id)).toMatchObject({
      state: 'succeeded',
      userId: user.id,
    });
    expect(await waitFor(url, adminToken, waiting.id)).toMatchObject({ state: 'succeeded' });
    for (const answer of await Promise.all(writes(admin))) {
      expect(answer).toMatchObject({ status: 410, body: { code: 'user-deleted' } });
    }
    for (const answer of await Promise.all([...writes(me), me.get(path), me.get('/v1/me')])) {
      expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    }
  });

  it('with pending=cancel cancels at its acknowledgement what waits, and that stays so when it fails', async () => {
    const { body: paid } = await me.post('/v1/orders', ORDER, WAIT);
    expectStatus(await me.post(`/v1/orders/${paid.id}/pay`, { paymentReference: 'p' }, WAIT), 200);
    system.processes.ordering.kill('SIGSTOP');
    const head = expectStatus(await me.post('/v1/orders', ORDER), 202);
    await begins(head.id);
    const queued = [
      expectStatus(await me.post('/v1/orders', ORDER), 202),
      expectStatus(await me.patch(path, { firstName: 'Ada' }), 202),
    ];
    const deletion = expectStatus(await me.delete(`${path}?pending=cancel`), 202);
    for (const { id } of queued) {
      expect((await me.get(`/v1/operations/${id}`)).body).toMatchObject({
        state: 'cancelled',
        problem: null,
      });
    }

    system.processes.ordering.kill('SIGCONT');
    expect(await waitFor(url, user.token, deletion.id)).toMatchObject({
      state: 'failed',
      problem: {
        code: 'deletion-restricted',
        status: 409,
        restrictedBy: [{ relation: 'ordering.orders (paid)', id: paid.id }],
      },
    });
    expect(await waitFor(url, user.token, head.id)).toMatchObject({ state: 'succeeded' });
    for (const { id } of queued) {
      expect((await me.get(`/v1/operations/${id}`)).body).toMatchObject({ state: 'cancelled' });
    }
    expect(await me.post('/v1/orders', ORDER, WAIT)).toMatchObject({ status: 201 });
    expect((await me.get(path)).body).toMatchObject({ state: 'active', firstName: 'Grace' });
  });

  it('lets what was acknowledged before it run before it', async () => {
    const placed = await Promise.all(Array.from({ length: 5 }, () => me.post('/v1/orders', ORDER)));
    const deletion = expectStatus(await me.delete(path), 202);
    const token = await signIn(url, system.admin);
    expect((await waitFor(url, token, deletion.id)).state).toBe('succeeded');
    for (const { body } of placed) expect((await waitFor(url, token, body.id)).state).toBe('succeeded');
    const { items } = (await admin.get(`/v1/orders?userId=${user.id}`)).body;
    expect(items.map(({ status }: { status: string }) => status)).toEqual(Array(5).fill('cancelled'));
  });

  it('leaves a user whom an administrator sees as deleted, and can restore', async () => {
    expectStatus(await me.delete(path, WAIT), 204);
    const { body } = await admin.get(path);
    expect(body).toMatchObject({ id: user.id, state: 'deleted', deletedAt: expect.stringMatching(/Z$/) });
    expect((await admin.get(`/v1/customers/${user.id}`)).body).toMatchObject({ state: 'deleted' });
    const taken = { email: user.email, password: user.password, firstName: 'A', lastName: 'B' };
    expect(await api(url).post('/v1/users', taken, WAIT)).toMatchObject({
      status: 409,
      body: { code: 'email-taken' },
    });

    const restored = await admin.post(`${path}/restore`, undefined, WAIT);
    expect(restored).toMatchObject({ status: 200, body: { id: user.id, state: 'active' } });
    expect(restored.body).not.toHaveProperty('deletedAt');
    expect((await admin.get(`/v1/customers/${user.id}`)).body).toMatchObject({ state: 'active' });
    expect(await admin.post(`${path}/restore`)).toMatchObject({
      status: 409,
      body: { code: 'user-not-deleted' },
    });
  });
});
