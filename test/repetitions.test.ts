// An operator's retry that is sent twice has the effect of one, at once or one after the other, along every chain.
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

describe('a failed write', () => {
  let system: System;
  let url: string;
  let admin: Api;
  beforeAll(async () => {
    system = await startSystem({ env: { RETRY_BASE_MS: '20', RETRY_MAX_MS: '200' } });
    url = system.gatewayUrls[0]!;
    admin = api(url, await signIn(url, system.admin));
  }, 120_000);
  afterAll(() => system?.stop());

  it('is repeated once, however often and however fast it is asked for', async () => {
    const { user, orderId, failed } = await unpaid();
    await admin.post(`/v1/ops/lanes/${user.id}/pause`, { reason: 'test' });
    const answers = await Promise.all(Array.from({ length: 6 }, () => retry(failed)));
    const ids = new Set(answers.map((answer) => expectStatus(answer, 200).id));
    expect(ids.size).toBe(1);
    await admin.post(`/v1/ops/lanes/${user.id}/resume`, { reason: 'test' });
    const [id] = [...ids];
    await putBack(orderId);
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
