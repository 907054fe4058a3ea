import { type ProblemCode, problemBody } from '@turnpike/protocol';
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
import type { Fault, Matches } from './support/proxy.js';
import { startSystem, type System } from './support/system.js';

const WAIT = { prefer: 'wait=20' };

describe('operators', () => {
  let system: System;
  let url: string;
  let admin: Api;
  beforeAll(async () => {
    system = await startSystem({
      proxied: ['identity', 'ordering'],
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
    const me = api(url, user.token);
    const deletion = expectStatus(await me.delete<{ id: string }>(`/v1/users/${user.id}`), 202);
    expect((await admin.get(`/v1/ops/lanes/${user.id}`)).body).toMatchObject({
      state: 'deleting',
      paused: true,
    });
    const refused = await me.post('/v1/orders', { lines: [LINE] });
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

  it.each([
    ['goes on', false],
    ['that was paused before is paused again', true],
  ])('release a lane that halted because a step could not be undone; one %s', async (_what, paused) => {
    const user = await register(url);
    const { identity, ordering } = system.proxies;
    const applied = identity!.trap('response', (text) => text.includes('"Augusta"'), { type: 'hold' });
    ordering!.trap(
      'request',
      isCallOf(user, 'ordering.rename-customer'),
      refusal('order-state-conflict', true),
      2,
    );
    identity!.trap('request', isCallOf(user, 'identity.update/undo'), refusal('undo-refused', false));
    const me = api(url, user.token);
    const renaming = await me.patch<{ id: string }>(`/v1/users/${user.id}`, { firstName: 'Augusta' });
    await applied.caught;
    const lane = `/v1/ops/lanes/${user.id}`;
    if (paused) await admin.post(`${lane}/pause`, { reason: 'later' });
    applied.release();
    const halted = await untilHalted(lane);
    expect(halted).toMatchObject({ head: { id: renaming.body.id, state: 'retrying' } });
    expect(halted['reason']).toContain('identity.update cannot be undone');
    const released = await admin.post(`${lane}/release`);
    expect(released).toMatchObject({
      status: 200,
      body: { state: paused ? 'paused' : 'open', reason: null },
    });
    if (paused) await admin.post(`${lane}/resume`);
    expect(await waitFor(url, user.token, renaming.body.id)).toMatchObject({
      state: 'failed',
      problem: { code: 'order-state-conflict' },
    });
    expect((await me.get(`/v1/users/${user.id}`)).body).toMatchObject({ firstName: 'Grace' });
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

  async function untilHalted(lane: string): Promise<Record<string, unknown>> {
    for (;;) {
      const { body } = await admin.get<Record<string, unknown>>(lane);
      if (body['state'] === 'halted') return body;
    }
  }

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

function isCallOf({ id }: Person, step: string): Matches {
  return (message) => message.startsWith(`POST /internal/steps/${step} `) && message.includes(id);
}

/** What a service answers that refuses a step or its undo. */
function refusal(code: ProblemCode, recorded: boolean): Fault {
  const body = JSON.stringify(problemBody(code));
  const head = [
    'HTTP/1.1 409 Conflict',
    'content-type: application/problem+json',
    `content-length: ${body.length}`,
    ...(recorded ? ['step-recorded: true'] : []),
  ];
  return { type: 'answer', by: [...head, '', body].join('\r\n') };
}
