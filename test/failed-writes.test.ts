// A failed write keeps why it failed, whatever it ended with; and an operator's retry that is sent twice has the effect
// of one, at once or one after the other, along every chain.
import { problemBody } from '@turnpike/protocol';
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
import type { Matches, Trap } from './support/proxy.js';
import { startSystem, type System } from './support/system.js';

const WAIT = { prefer: 'wait=20' };
const MANY = 1e6;

function isPlacing({ id }: Person): Matches {
  return (message) => message.startsWith('POST /internal/steps/ordering.place ') && message.includes(id);
}

describe('a failed write', () => {
  let system: System;
  let url: string;
  let admin: Api;
  beforeAll(async () => {
    system = await startSystem({
      proxied: ['ordering'],
      env: {
        ...{ RETRY_BASE_MS: '20', RETRY_MAX_MS: '200' },
        OPERATION_DEADLINE_MS: '3000',
        LOG_LEVEL: 'error',
      },
    });
    url = system.gatewayUrls[0]!;
    admin = api(url, await signIn(url, system.admin));
  }, 120_000);
  afterAll(() => system?.stop());

  it('keeps what a service answered, though it ends by its deadline', async () => {
    const user = await register(url);
    const detail = 'Grace Hopper has no room';
    const failing = trapPlacing(user, detail, MANY);
    const id = await place(user);
    const failed = await over(id);
    failing.release();
    expect(failed).toMatchObject({
      state: 'failed',
      problem: { code: 'deadline-exceeded', detail: expect.stringContaining('ordering answered 500') },
      cause: {
        ...{ service: 'ordering', step: 'ordering.place', status: 500, code: 'internal-error', detail },
        ...{ requestId: 'r-1', at: expect.stringMatching(/^\d{4}-.*Z$/) },
      },
    });
    const looked = (await admin.get(`/v1/ops/operations/${id}`)).body;
    expect(looked.steps).toMatchObject([{ state: 'sealed', problem: 'unavailable' }]);
    expect(looked.cause).toEqual(failed.cause);
    const { items } = (await admin.get('/v1/ops/failures')).body;
    expect(items).toContainEqual(
      expect.objectContaining({ problem: 'deadline-exceeded', service: 'ordering' }),
    );
    const { rows } = await system.databases.gateway.query(
      'select cause::text from operations where id = $1',
      [id],
    );
    expect(rows[0].cause).toContain('internal-error');
    expect(rows[0].cause).not.toContain('Hopper');
  });

  it('that succeeds in the end keeps why it did not at first', async () => {
    const user = await register(url);
    const failing = trapPlacing(user, 'for a moment', 1);
    const succeeded = await over(await place(user));
    failing.release();
    expect(succeeded).toMatchObject({ state: 'succeeded', cause: { status: 500, code: 'internal-error' } });
  });

  it('keeps that there was no answer at all', async () => {
    const user = await register(url);
    const cut = system.proxies.ordering!.trap('request', isPlacing(user), { type: 'reset' }, 1);
    const succeeded = await over(await place(user));
    cut.release();
    expect(succeeded).toMatchObject({ state: 'succeeded', cause: { status: null, requestId: null } });
    expect(succeeded.cause.code).toMatch(/^[A-Z_]+$/);
  });

  it('has no cause where no attempt failed, and the refusal where a service refused it', async () => {
    const { user, failed } = await unpaid();
    expect((await over(failed)).cause).toMatchObject({ status: 409, code: 'order-state-conflict' });
    expect((await over(await place(user))).cause).toBeNull();
  });

  it('ends rejected where the user has disappeared from identity by another way', async () => {
    const user = await register(url);
    await admin.post(`/v1/ops/lanes/${user.id}/pause`, { reason: 'test' });
    const { id } = expectStatus(await admin.put(`/v1/users/${user.id}/claims`, { claims: { a: 1 } }), 202);
    // As by a script that asks nobody.
    await system.databases.identity.query(
      `with tokens as (
         delete from refresh_tokens where session_id in (select id from sessions where user_id = $1)
       ), ended as (delete from sessions where user_id = $1),
       addresses as (delete from email_addresses where user_id = $1)
       delete from users where id = $1`,
      [user.id],
    );
    await admin.post(`/v1/ops/lanes/${user.id}/resume`, { reason: 'test' });
    expect(await over(id)).toMatchObject({
      ...{ state: 'rejected', problem: { code: 'not-found' }, cause: { status: 404, service: 'identity' } },
    });
  });

  it('is repeated once, however often and however fast it is asked for', async () => {
    const { user, orderId, failed } = await unpaid();
    await admin.post(`/v1/ops/lanes/${user.id}/pause`, { reason: 'test' });
    const answers = await Promise.all(Array.from({ length: 6 }, () => retry(failed)));
    const ids = new Set(answers.map((answer) => expectStatus(answer, 200).id));
    expect(ids.size).toBe(1);
    const [id] = [...ids];
    await putBack(orderId);
    await admin.post(`/v1/ops/lanes/${user.id}/resume`, { reason: 'test' });
    expect(await waitFor(url, user.token, id)).toMatchObject({ state: 'succeeded' });
    expect((await retry(failed)).body).toMatchObject({ id, state: 'succeeded', retryOf: failed });
    expect(await repetitionsOf(user)).toBe(1);
    const { body } = await admin.get(`/v1/ops/audit?userId=${user.id}&action=operation.retry`);
    expect(body.items).toHaveLength(1);
  });

  it('is not carried out twice by repetitions of its repetitions', async () => {
    const { user, orderId, failed } = await unpaid();
    const first = await retried(user, failed);
    expect(first.state).toBe('failed');
    await putBack(orderId);
    const second = await retried(user, first.id);
    expect(second.state).toBe('succeeded');
    for (const id of [failed, first.id]) expect((await retry(id)).body).toMatchObject({ id: second.id });
    expect(await repetitionsOf(user)).toBe(2);
  });

  it('is repeated again once its repetition has failed, too', async () => {
    const { user, failed } = await unpaid();
    const [first, second] = [await retried(user, failed), await retried(user, failed)];
    expect(first).toMatchObject({ state: 'failed' });
    expect(second).toMatchObject({ state: 'failed' });
    expect(second.id).not.toBe(first.id);
  });

  it('has no second repetition in the table, whoever writes it', async () => {
    const { user, failed } = await unpaid();
    await admin.post(`/v1/ops/lanes/${user.id}/pause`, { reason: 'test' });
    const { id } = expectStatus(await retry(failed), 200);
    const twin = system.databases.gateway.query(
      `insert into operations (user_id, seq, id, kind, target_type, target_id, payload, steps, repeats)
       select user_id, seq + 100, gen_random_uuid(), kind, target_type, target_id, payload, steps, repeats
       from operations where id = $1`,
      [id],
    );
    await expect(twin).rejects.toThrow('one_repetition');
  });

  function trapPlacing(user: Person, detail: string, times: number): Trap {
    const body = JSON.stringify(problemBody('internal-error', detail));
    const head = [
      'HTTP/1.1 500 Internal Server Error',
      ...['content-type: application/problem+json', 'x-request-id: r-1', `content-length: ${body.length}`],
    ];
    const by = [...head, '', body].join('\r\n');
    return system.proxies.ordering!.trap('request', isPlacing(user), { type: 'answer', by }, times);
  }

  async function place(user: Person): Promise<string> {
    const answer = await api(url, user.token).post<{ id: string }>('/v1/orders', { lines: [LINE] });
    return expectStatus(answer, 202).id;
  }

  /** As an administrator sees it, who sees it even when its user is gone. */
  async function over(id: string): Promise<any> {
    for (;;) {
      const { body } = await admin.get(`/v1/operations/${id}`, { prefer: 'wait=30' });
      if (body.finishedAt) return body;
    }
  }

  function retry(id: string): Promise<Answer> {
    return admin.post(`/v1/ops/operations/${id}/retry`, { reason: 'again' });
  }

  async function retried(user: Person, id: string): Promise<{ id: string; state: string }> {
    return waitFor(url, user.token, expectStatus(await retry(id), 200).id as string);
  }

  /** A payment that failed because its order was cancelled. */
  async function unpaid(): Promise<{ user: Person; orderId: string; failed: string }> {
    const user = await register(url);
    const me = api(url, user.token);
    const { id: orderId } = expectStatus(
      await me.post<{ id: string }>('/v1/orders', { lines: [LINE] }, WAIT),
      201,
    );
    await me.post(`/v1/orders/${orderId}/cancel`, {}, WAIT);
    const answer = await me.post<{ id: string }>(`/v1/orders/${orderId}/pay`, { paymentReference: 'p' });
    const failed = expectStatus(answer, 202).id;
    expect(await waitFor(url, user.token, failed)).toMatchObject({ state: 'failed' });
    return { user, orderId, failed };
  }

  /** What kept the payment from succeeding is mended. */
  async function putBack(orderId: string): Promise<void> {
    await system.databases.ordering.query(`update orders set status = 'placed' where id = $1`, [orderId]);
  }

  async function repetitionsOf(user: Person): Promise<number> {
    const { rowCount } = await system.databases.gateway.query(
      'select 1 from operations where user_id = $1 and retry_of is not null',
      [user.id],
    );
    return rowCount!;
  }
});
