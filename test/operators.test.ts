import {
  type Answer,
  api,
  type Api,
  expectStatus,
  LINE,
  type Person,
  register,
  signIn,
  waitFor,
} from './support/client.js';
import { startSystem, type System } from './support/system.js';

const WAIT = { prefer: 'wait=20' };

describe('operators', () => {
  let system: System;
  let url: string;
  let admin: Api;
  beforeAll(async () => {
    system = await startSystem({
      proxied: ['ordering'],
      env: { RETRY_BASE_MS: '20', RETRY_MAX_MS: '200', SERVICE_TIMEOUT_MS: '500', LANE_LEASE_MS: '2000' },
    });
    url = system.gatewayUrls[0]!;
    admin = api(url, await signIn(url, system.admin));
  }, 120_000);
  afterAll(() => system?.stop());

  it('pause a lane: it accepts, says why it waits, and goes on in order when it is resumed', async () => {
    const user = await register(url);
    const paused = await admin.post(`/v1/ops/lanes/${user.id}/pause`, { reason: 'looking' });
    expect(paused).toMatchObject({ status: 200, body: { state: 'paused', paused: true, reason: 'looking' } });
    expect(paused.body.pausedBy).toMatch(/^[0-9a-f-]{36}$/);
    const [first, second] = [await place(user), await place(user)];
    const waiting = await api(url, user.token).get(`/v1/operations/${second}`);
    expect(waiting.body.waiting).toMatchObject({ behind: first, position: 1, reason: 'paused' });
    expect((await admin.get(`/v1/ops/lanes/${user.id}`)).body).toMatchObject({
      depth: 2,
      lastSeq: 3,
      head: { id: first, seq: 2, kind: 'order.place', state: 'queued' },
    });
    const resumed = await admin.post(`/v1/ops/lanes/${user.id}/resume`);
    expect(resumed).toMatchObject({ status: 200, body: { state: 'open', paused: false, reason: null } });
    for (const id of [first, second]) {
      expect(await waitFor(url, user.token, id)).toMatchObject({ state: 'succeeded' });
    }
  });

  it('hold a deletion by a pause, which does not open the lane again when it is resumed', async () => {
    const user = await register(url);
    await admin.post(`/v1/ops/lanes/${user.id}/pause`);
    const deletion = expectStatus(await admin.delete<{ id: string }>(`/v1/users/${user.id}`), 202);
    expect((await admin.get(`/v1/ops/lanes/${user.id}`)).body).toMatchObject({
      state: 'deleting',
      paused: true,
    });
    const refused = await api(url, user.token).post('/v1/orders', { lines: [LINE] });
    expect(refused).toMatchObject({ status: 409, body: { code: 'user-deleting' } });
    await admin.post(`/v1/ops/lanes/${user.id}/resume`);
    expect((await admin.get(`/v1/operations/${deletion.id}`, WAIT)).body.state).toBe('succeeded');
    expect((await admin.get(`/v1/ops/lanes/${user.id}`)).body.state).toBe('deleted');
  });

  it('withdraw a write in retry: its step is closed at the service first', async () => {
    const user = await register(url);
    const unreachable = system.proxies.ordering!;
    const trap = unreachable.trap(
      'request',
      (text) => text.includes('/internal/steps/ordering.place'),
      { type: 'reset' },
      1e6,
    );
    const id = await place(user);
    await trap.caught;
    const next = await place(user);
    const cancelled = await cancelInRetry(id);
    expect(cancelled).toMatchObject({
      status: 200,
      body: { state: 'cancelled', steps: [{ name: 'ordering.place', state: 'sealed' }] },
    });
    trap.release();
    expect(await waitFor(url, user.token, next)).toMatchObject({ state: 'succeeded' });
    expect((await admin.post(`/v1/ops/operations/${next}/cancel`)).body.code).toBe(
      'operation-not-cancellable',
    );
    expect((await admin.post(`/v1/ops/operations/${id}/cancel`)).status).toBe(200);
  });

  it('repeat a failed write as a new one at the end of the lane', async () => {
    const user = await register(url);
    const me = api(url, user.token);
    const order = expectStatus(await me.post<{ id: string }>('/v1/orders', { lines: [LINE] }, WAIT), 201);
    await me.post(`/v1/orders/${order.id}/cancel`, {}, WAIT);
    const failed = await me.post(`/v1/orders/${order.id}/pay`, { paymentReference: 'p' });
    expect(await waitFor(url, user.token, failed.body.id as string)).toMatchObject({
      state: 'failed',
      problem: { code: 'order-state-conflict' },
    });
    const retried = await admin.post(`/v1/ops/operations/${failed.body.id}/retry`, {});
    expect(retried).toMatchObject({
      status: 200,
      body: { retryOf: failed.body.id, seq: 5, kind: 'order.pay' },
    });
    expect(await waitFor(url, user.token, retried.body.id as string)).toMatchObject({ state: 'failed' });
  });

  it('are not undone by the user: what an administrator asked for the user cannot withdraw', async () => {
    const user = await register(url);
    await admin.post(`/v1/ops/lanes/${user.id}/pause`);
    const { body } = await admin.put(`/v1/users/${user.id}/claims`, { claims: { limit: 1 } });
    const own = await place(user);
    const me = api(url, user.token);
    expect(await me.delete(`/v1/operations/${body.id}`)).toMatchObject({ status: 403 });
    expect(await me.delete(`/v1/operations/${own}`)).toMatchObject({ body: { state: 'cancelled' } });
    await admin.post(`/v1/ops/lanes/${user.id}/resume`);
    expect(await waitFor(url, user.token, body.id as string)).toMatchObject({ state: 'succeeded' });
  });

  it('cannot repeat a failed registration, whose lane is closed for ever', async () => {
    const { email } = await register(url);
    const again = { email, password: 'difference-engine', firstName: 'A', lastName: 'B' };
    const refused = await api(url).post('/v1/users', again, WAIT);
    expect(refused).toMatchObject({ status: 409, body: { code: 'email-taken' } });
    const id = refused.headers.get('operation-id')!;
    expect(await admin.post(`/v1/ops/operations/${id}/retry`)).toMatchObject({ status: 410 });
  });

  it('are the only ones who may', async () => {
    const user = await register(url);
    const me = api(url, user.token);
    const lane = `/v1/ops/lanes/${user.id}`;
    for (const answer of [me.get(lane), me.post(`${lane}/pause`), me.post(`${lane}/resume`)]) {
      expect(await answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    }
    expect((await api(url).post(`${lane}/pause`)).status).toBe(401);
  });

  /** While it is being tried it cannot be withdrawn, and an operator asks again. */
  async function cancelInRetry(id: string): Promise<Answer> {
    for (;;) {
      const answer = await admin.post(`/v1/ops/operations/${id}/cancel`, { reason: 'wrong' });
      if (answer.status !== 409) return answer;
    }
  }

  async function place(user: Person): Promise<string> {
    const answer = await api(url, user.token).post<{ id: string }>('/v1/orders', { lines: [LINE] });
    return expectStatus(answer, 202).id;
  }
});
