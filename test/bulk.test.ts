import type { BulkRun, OperationView } from '@turnpike/protocol';
import {
  api,
  type Api,
  expectStatus,
  type Person,
  placeOrder,
  register,
  signIn,
  WAIT,
} from './support/client.js';
import { pause } from './support/processes.js';
import { startSystem, type System } from './support/system.js';

const LOOK_AGAIN_MS = 100;

describe('many writes at once', () => {
  let system: System;
  let url: string;
  let admin: Api;
  beforeAll(async () => {
    system = await startSystem({ gateways: [{ role: 'api' }, { role: 'worker' }] });
    url = system.gatewayUrls[0]!;
    admin = api(url, await signIn(url, system.admin));
  }, 120_000);
  afterAll(() => system?.stop());

  const begin = async (body: object): Promise<BulkRun> => {
    const answer = await admin.post<BulkRun>('/v1/ops/bulk', { reason: 'clearing up', ...body });
    expectStatus(answer, 202);
    expect(answer.headers.get('location')).toBe(`/v1/ops/bulk/${answer.body.id}`);
    return answer.body;
  };

  const ended = async (id: string): Promise<BulkRun> => {
    for (;;) {
      const run = expectStatus(await admin.get<BulkRun>(`/v1/ops/bulk/${id}`), 200);
      if (run.state !== 'running') return run;
      await pause(LOOK_AGAIN_MS);
    }
  };

  /** A user whose order is cancelled, and so many changes of it that failed for that. */
  async function withFailures(count: number): Promise<Person> {
    const person = await register(url);
    const client = api(url, person.token);
    const order = expectStatus(
      await client.post<{ id: string }>(
        '/v1/orders',
        { lines: [{ sku: 's', name: 'n', quantity: 1, unitPrice: PRICE }] },
        WAIT,
      ),
      201,
    );
    await client.post(`/v1/orders/${order.id}/cancel`, {}, WAIT);
    for (let index = 0; index < count; index += 1) {
      const refused = await client.post(
        `/v1/orders/${order.id}/pay`,
        { paymentReference: `p${index}` },
        WAIT,
      );
      expect(refused.status).toBe(409);
    }
    return person;
  }

  it('are counted first, then repeated in the order of their lanes, each with the reason in the audit trail', async () => {
    const [one, other] = [await withFailures(3), await withFailures(2)];
    const filter = { kind: 'order.pay', problem: 'order-state-conflict' };
    const counted = await admin.post('/v1/ops/bulk', { action: 'retry', filter, reason: 'r', dryRun: true });
    expect(counted).toMatchObject({ status: 200, body: { count: 5 } });
    const run = await begin({ action: 'retry', filter });
    expect(run).toMatchObject({ state: 'running', total: 5, action: 'retry', reason: 'clearing up' });
    expect(await ended(run.id)).toMatchObject({ state: 'done', done: 5, refused: 0, refusals: [] });
    for (const { id, count } of [
      { id: one.id, count: 3 },
      { id: other.id, count: 2 },
    ]) {
      const { items } = (await admin.get(`/v1/ops/operations?userId=${id}&kind=order.pay`)).body;
      const bySeq = (items as OperationView[]).toSorted((a, b) => a.seq - b.seq);
      expect(bySeq.slice(count).map(({ retryOf }) => retryOf)).toEqual(
        bySeq.slice(0, count).map((first) => first.id),
      );
      const trail = await admin.get(`/v1/ops/audit?action=operation.retry&userId=${id}`);
      expect(trail.body.items).toHaveLength(count);
      expect(trail.body.items[0]).toMatchObject({ reason: 'clearing up' });
    }
  });

  it('are not repeated twice: what has a repetition is left out', async () => {
    const { id } = await withFailures(2);
    const filter = { userId: id };
    await ended((await begin({ action: 'retry', filter })).id);
    const count = async (): Promise<number> =>
      (await admin.post('/v1/ops/bulk', { action: 'retry', filter, reason: 'r', dryRun: true })).body.count;
    // The repetitions have failed themselves, and those have no repetition yet.
    while ((await count()) < 2) await pause(LOOK_AGAIN_MS);
    expect(await count()).toBe(2);
  });

  it('are begun once for a key, however often the request is sent', async () => {
    const { id } = await withFailures(1);
    const body = { action: 'retry', filter: { userId: id }, reason: 'r' };
    const key = { 'idempotency-key': `bulk-${id}` };
    const first = await admin.post<BulkRun>('/v1/ops/bulk', body, key);
    await ended(expectStatus(first, 202).id);
    const again = await admin.post<BulkRun>('/v1/ops/bulk', body, key);
    expect(expectStatus(again, 202)).toMatchObject({ id: first.body.id, state: 'done' });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const other = await admin.post('/v1/ops/bulk', { ...body, reason: 'another' }, key);
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
  });

  it('are withdrawn, and what has begun meanwhile is told as refused', async () => {
    const person = await register(url);
    await admin.post(`/v1/ops/lanes/${person.id}/pause`);
    for (let index = 0; index < 150; index += 1) await placeOrder(url, person.token);
    const run = await begin({ action: 'cancel', filter: { userId: person.id, state: 'queued' } });
    expect(await ended(run.id)).toMatchObject({ state: 'done', total: 150, done: 150, refused: 0 });
    expect((await admin.get(`/v1/ops/lanes/${person.id}`)).body).toMatchObject({ depth: 0 });
    const { items } = (await admin.get('/v1/ops/bulk?limit=1')).body;
    expect(items).toMatchObject([{ id: run.id }]);
  });

  it('are let alone after an abort, and go on with another worker after a death', async () => {
    const person = await register(url);
    await admin.post(`/v1/ops/lanes/${person.id}/pause`);
    for (let index = 0; index < 120; index += 1) await placeOrder(url, person.token);
    const worker = system.processes.gateways[1]!;
    await worker.stop();
    const filter = { userId: person.id };
    const aborted = await begin({ action: 'cancel', filter });
    const answer = await admin.post(`/v1/ops/bulk/${aborted.id}/abort`);
    expect(answer).toMatchObject({ status: 200, body: { state: 'aborted', done: 0 } });
    const left = await begin({ action: 'cancel', filter });
    // As a worker leaves it that died after the first page.
    await system.databases.gateway.query(
      `update bulk_runs set worker = 'dead', seen_at = now() - interval '1 minute', done = 100 where id = $1`,
      [left.id],
    );
    worker.start();
    expect(await ended(left.id)).toMatchObject({ state: 'done', done: 220 });
    expect((await admin.get(`/v1/ops/bulk/${aborted.id}`)).body).toMatchObject({ state: 'aborted', done: 0 });
  }, 60_000);

  it.each([
    ['an action that there is not', { action: 'delete', filter: {} }],
    ['no filter', { action: 'retry' }],
    ['a state in which it means nothing', { action: 'retry', filter: { state: 'queued' } }],
    ['what the system itself makes', { action: 'retry', filter: { kind: 'user.purge' } }],
    ['an unknown filter', { action: 'retry', filter: { colour: 'red' } }],
  ])('are refused with %s', async (_what, body) => {
    const answer = await admin.post('/v1/ops/bulk', { reason: 'r', ...body });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  });
});

const PRICE = { amount: 100, currency: 'EUR' };
