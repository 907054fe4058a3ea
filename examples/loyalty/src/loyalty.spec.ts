// The built service on a real PostgreSQL, called step by step as the gateway would.
import { randomUUID } from 'node:crypto';
import type { Manifest } from '@turnpike/protocol';
import { type Sent, DeclaredLane, DeclaredService } from '../../../test/support/declared-service.js';

let loyalty: DeclaredService;
beforeAll(async () => {
  loyalty = await DeclaredService.start('loyalty');
}, 120_000);
afterAll(() => loyalty?.stop());

/** A user with the points of one order. */
async function customer(amount = 1250): Promise<{ lane: DeclaredLane; orderId: string }> {
  const lane = new DeclaredLane(loyalty);
  const orderId = randomUUID();
  expect((await lane.step('loyalty.earn', 'loyalty.earn', { orderId, amount })).status).toBe(200);
  return { lane, orderId };
}

function redeem(lane: DeclaredLane, points: number, reason?: string) {
  return lane.step('loyalty.redeem', 'loyalty.redeem', { points, ...(reason && { reason }) });
}

function cancel(lane: DeclaredLane, orderId: string) {
  const target = { type: 'order', id: orderId };
  return lane.step('order.cancel', 'loyalty.revoke', {}, { target });
}

async function pointsOf({ userId }: DeclaredLane): Promise<unknown> {
  return (await loyalty.get(`/internal/points/${userId}`)).body;
}

async function listed(table: string, { userId }: DeclaredLane): Promise<unknown> {
  return (await loyalty.get(`/internal/integrity/${table}?userId=${userId}`)).body.items;
}

describe('points', () => {
  it('are earned with an order, a point for each whole unit of what was paid, once', async () => {
    const { lane, orderId } = await customer(1999);
    expect(await pointsOf(lane)).toEqual({ userId: lane.userId, points: 19, state: 'open', version: 2 });
    await lane.step('loyalty.earn', 'loyalty.earn', { orderId, amount: 1999 });
    expect(await pointsOf(lane)).toMatchObject({ points: 19 });
  });

  it('are redeemed down to nothing, and no further', async () => {
    const { lane } = await customer(1000);
    expect(await redeem(lane, 7)).toMatchObject({ status: 200, recorded: true, body: { points: 3 } });
    expect(await redeem(lane, 4)).toMatchObject({
      ...{ status: 409, recorded: true },
      body: { code: 'insufficient-points', type: '/problems/insufficient-points' },
    });
    expect(await redeem(lane, 3)).toMatchObject({ status: 200, body: { points: 0 } });
    expect(await pointsOf(lane)).toMatchObject({ points: 0 });
  });

  it('of a user who has earned none are none', async () => {
    const lane = new DeclaredLane(loyalty);
    expect(await pointsOf(lane)).toEqual({ userId: lane.userId, points: 0, state: 'open', version: 0 });
    expect(await redeem(lane, 1)).toMatchObject({ status: 409, body: { code: 'insufficient-points' } });
  });

  it('of an order that is cancelled are taken back, though they were redeemed already', async () => {
    const { lane, orderId } = await customer(1000);
    await redeem(lane, 4);
    expect(await cancel(lane, orderId)).toMatchObject({ status: 200, body: { points: -4, revoked: 1 } });
    expect(await cancel(lane, orderId)).toMatchObject({ status: 200, body: { points: -4, revoked: 0 } });
  });

  it('of an order that is cancelled before they were earned are none', async () => {
    const { lane } = await customer(1000);
    const orderId = randomUUID();
    expect((await cancel(lane, orderId)).status).toBe(200);
    await lane.step('loyalty.earn', 'loyalty.earn', { orderId, amount: 500 });
    expect(await pointsOf(lane)).toMatchObject({ points: 10 });
  });
});

describe('a step', () => {
  it('is carried out once, whoever repeats it, and told once', async () => {
    const { lane } = await customer(1000);
    const operation = lane.operation('loyalty.redeem');
    const answers = await Promise.all(
      [...Array(4)].map(() => lane.send(operation, 'loyalty.redeem', { points: 1 })),
    );
    expect(answers.map(({ status, body }) => [status, body.points])).toEqual(Array(4).fill([200, 9]));
    expect(await loyalty.eventsOf(lane.userId)).toEqual([
      'turnpike.points.earned',
      'turnpike.points.redeemed',
    ]);
  });

  it('with an input that is not as declared is refused for good, and changes nothing', async () => {
    const { lane } = await customer(1000);
    const refused = await redeem(lane, 1.5);
    expect(refused).toMatchObject({ status: 400, recorded: true, body: { code: 'invalid-request' } });
    expect(refused.body.errors).toEqual([{ path: 'points', message: 'points must be an integer number' }]);
    const stray = await lane.step('loyalty.redeem', 'loyalty.redeem', { points: 1, more: 1 });
    expect(stray).toMatchObject({ status: 400, recorded: true });
    expect(await pointsOf(lane)).toMatchObject({ points: 10 });
  });

  it('may have more around it than a client may send, and no more than the gateway does', async () => {
    const { lane } = await customer(1000);
    const answered = (size: number) => ({
      answers: { 'loyalty.before': { list: Array(size).fill('x'.repeat(400)) } },
    });
    const large = await lane.step('loyalty.redeem', 'loyalty.redeem', { points: 1 }, answered(1000));
    expect(large.status).toBe(200);
    const larger = await lane.step('loyalty.redeem', 'loyalty.redeem', { points: 1 }, answered(1001));
    expect(larger).toMatchObject({ status: 400, recorded: false });
  });

  it('of an older claim, and of one that was closed, does nothing', async () => {
    const { lane } = await customer(1000);
    const [first, second] = [lane.operation('loyalty.redeem'), lane.operation('loyalty.redeem')];
    expect(await lane.settle(second, 'loyalty.redeem')).toMatchObject({ body: { code: 'step-sealed' } });
    const late = await lane.send(second, 'loyalty.redeem', { points: 1 });
    expect(late).toMatchObject({ recorded: true, body: { code: 'step-sealed' } });
    const stale = await lane.send(first, 'loyalty.redeem', { points: 1 });
    expect(stale).toMatchObject({ status: 409, recorded: false, body: { code: 'stale-fence' } });
    expect(await pointsOf(lane)).toMatchObject({ points: 10 });
  });

  it('that is not declared, or cannot be undone, is not known', async () => {
    const lane = new DeclaredLane(loyalty);
    const operation = lane.operation('loyalty.redeem');
    expect(await lane.send(operation, 'loyalty.reedem')).toMatchObject({ status: 404, recorded: false });
    expect(await lane.undo(operation, 'loyalty.redeem')).toMatchObject({ status: 404, recorded: false });
  });

  it('without a body that says what it belongs to is no answer', async () => {
    const step = { userId: randomUUID(), body: { points: 1 } };
    const answer = await loyalty.caller.step(loyalty.url, 'loyalty.redeem', step);
    expect(answer).toMatchObject({ status: 400, recorded: false });
  });

  it('is not carried out for anybody but the gateway', async () => {
    const answer = await fetch(`${loyalty.url}/internal/steps/loyalty.redeem`, { method: 'POST' });
    expect(answer.status).toBe(401);
    for (const path of ['manifest', 'points/x', 'integrity/accounts'])
      expect((await fetch(`${loyalty.url}/internal/${path}`)).status).toBe(401);
  });
});

describe('the account of a user', () => {
  const del = (lane: DeclaredLane): Sent => lane.operation('user.delete');

  it('who is deleted is closed, takes nothing any more, and is open again after a restore', async () => {
    const { lane } = await customer(1000);
    expect((await lane.send(del(lane), 'loyalty.close')).status).toBe(200);
    expect(await pointsOf(lane)).toMatchObject({ points: 10, state: 'closed' });
    expect(await redeem(lane, 1)).toMatchObject({
      status: 410,
      recorded: true,
      body: { code: 'user-deleted' },
    });
    const late = await lane.step('loyalty.earn', 'loyalty.earn', { orderId: randomUUID(), amount: 100 });
    expect(late).toMatchObject({ status: 410, recorded: true });
    expect((await lane.step('user.restore', 'loyalty.open')).status).toBe(200);
    expect(await redeem(lane, 1)).toMatchObject({ status: 200, body: { points: 9, state: 'open' } });
  });

  it('whose deletion is taken back is as it was, and so is the tombstone', async () => {
    const { lane } = await customer(1000);
    const deletion = del(lane);
    await lane.send(deletion, 'loyalty.close');
    expect((await lane.undo(deletion, 'loyalty.close')).status).toBe(200);
    expect(await redeem(lane, 1)).toMatchObject({ status: 200, body: { state: 'open' } });

    await lane.step('user.delete', 'loyalty.close');
    const again = del(lane);
    await lane.send(again, 'loyalty.close');
    await lane.undo(again, 'loyalty.close');
    expect(await pointsOf(lane)).toMatchObject({ state: 'closed' });
    expect(await redeem(lane, 1)).toMatchObject({ status: 410 });
  });

  it('whose restore is taken back is closed again', async () => {
    const { lane } = await customer(1000);
    await lane.send(del(lane), 'loyalty.close');
    const restore = lane.operation('user.restore');
    await lane.send(restore, 'loyalty.open');
    expect((await lane.undo(restore, 'loyalty.open')).status).toBe(200);
    expect(await pointsOf(lane)).toMatchObject({ state: 'closed' });
    expect(await redeem(lane, 1)).toMatchObject({ status: 410 });
  });

  it('who is purged tells nothing of anybody, and the receipt says what was erased', async () => {
    const { lane } = await customer(1000);
    await redeem(lane, 2, 'for canary7731');
    await lane.send(del(lane), 'loyalty.close');
    const { body } = await lane.step('user.purge', 'loyalty.purge');
    expect(body.erasures).toEqual([
      { relation: 'loyalty.accounts', erased: 1, retained: 'points and dates' },
      { relation: 'loyalty.entries', erased: 1, retained: 'points and dates' },
      { relation: 'loyalty.inbox', erased: 3, retained: '' },
    ]);
    expect(await loyalty.tablesWith('canary7731')).toEqual([]);
    expect((await loyalty.get(`/internal/points/${lane.userId}`)).status).toBe(410);
    expect(await listed('accounts', lane)).toEqual([]);
    expect(await listed('entries', lane)).toEqual([]);
  });

  it.each([
    ['active', 200, 'open'],
    ['deleted', 410, 'closed'],
  ])('follows one who is %s, whatever it was', async (state, redeemed, becomes) => {
    for (const start of ['loyalty.open', 'loyalty.close', 'loyalty.purge']) {
      const { lane } = await customer(1000);
      await lane.step('user.delete', start);
      const followed = await lane.step('repair.user', 'loyalty.follow-user', { state, name: 'Ada' });
      expect(followed).toMatchObject({ status: 200, recorded: true });
      expect(await pointsOf(lane)).toMatchObject({ state: becomes });
      expect((await redeem(lane, 1)).status).toBe(redeemed);
    }
  });

  it('follows one who is not there: nothing is left, and nothing is taken', async () => {
    const { lane } = await customer(1000);
    await redeem(lane, 2, 'for canary7732');
    const { body } = await lane.step('repair.user', 'loyalty.follow-user', { state: 'absent' });
    expect(body.erasures).toHaveLength(3);
    expect(await loyalty.tablesWith('canary7732')).toEqual([]);
    expect((await redeem(lane, 1)).status).toBe(410);
  });

  it('follows nothing but what a user can be', async () => {
    const { lane } = await customer();
    const answer = await lane.step('repair.user', 'loyalty.follow-user', { state: 'asleep' });
    expect(answer).toMatchObject({ status: 400, recorded: true });
  });
});

describe('integrity pages', () => {
  it('list accounts and what was earned with orders, by what they refer to', async () => {
    const { lane, orderId } = await customer();
    const { userId } = lane;
    await redeem(lane, 1);
    expect(await listed('accounts', lane)).toEqual([
      { id: userId, relation: 'loyalty.accounts', userId, live: true },
    ]);
    const entry = {
      id: expect.any(String) as string,
      relation: 'loyalty.entries',
      userId,
      refersTo: orderId,
    };
    expect(await listed('entries', lane)).toEqual([{ ...entry, live: true }]);
    await cancel(lane, orderId);
    await lane.step('user.delete', 'loyalty.close');
    expect(await listed('accounts', lane)).toMatchObject([{ live: false }]);
    expect(await listed('entries', lane)).toEqual([{ ...entry, live: false }]);
  });

  it('go on behind the last id of the page before', async () => {
    const all = (await loyalty.get('/internal/integrity/entries?limit=1000')).body.items as { id: string }[];
    const paged: string[] = [];
    for (let after = ''; ; after = `&after=${paged.at(-1)}`) {
      const { items } = (await loyalty.get(`/internal/integrity/entries?limit=3${after}`)).body;
      if (items.length === 0) break;
      paged.push(...(items as { id: string }[]).map(({ id }) => id));
    }
    expect(paged).toEqual(all.map(({ id }) => id).sort());
    expect((await loyalty.get('/internal/integrity/entries?limit=1001')).status).toBe(400);
    expect((await loyalty.get('/internal/integrity/points')).status).toBe(404);
  });
});

describe('the manifest', () => {
  it('says all that the service brings, with schemas in the place of classes', async () => {
    const { status, headers, body } = await loyalty.get('/internal/manifest');
    expect(status).toBe(200);
    expect(headers.get('etag')).toMatch(/^"[\w-]{43}"$/);
    const manifest = body as Manifest;
    expect(manifest).toMatchObject({ manifest: 1, service: 'loyalty', version: '1.0.0' });
    expect(manifest.operations).toEqual([
      {
        ...{ kind: 'loyalty.redeem', method: 'POST', path: '/v1/users/{userId}/points/redeem' },
        ...{ lane: 'path:userId', allow: ['owner', 'admin'], personal: ['/reason'] },
        ...{ refuses: ['insufficient-points'], steps: ['loyalty.redeem'] },
        body: {
          type: 'object',
          properties: {
            points: { type: 'integer', minimum: 1, maximum: 1_000_000 },
            reason: { type: 'string', minLength: 1, maxLength: 200, pattern: '\\S' },
          },
          required: ['points'],
          additionalProperties: false,
        },
        result: manifest.resources![0]!.schema,
      },
      {
        ...{ kind: 'loyalty.earn', after: 'order.pay', steps: ['loyalty.earn'] },
        input: { orderId: '/result/id', amount: '/result/total/amount' },
        body: expect.objectContaining({ required: ['orderId', 'amount'] }) as object,
      },
    ]);
    expect(manifest.steps).toContainEqual({
      ...{ name: 'loyalty.close', refuses: false, undo: true, event: 'account.closed' },
    });
    expect(manifest.steps!.map(({ refuses }) => refuses)).toEqual([true, ...Array<boolean>(6).fill(false)]);
    expect(manifest.relations![1]).toEqual({
      ...{ name: 'loyalty.entries', from: 'loyalty.entries.order_id', to: 'ordering.orders.id' },
      each: 'optional',
      on: { 'order.cancel': { kind: 'cascade', step: 'loyalty.revoke', counts: 'revoked' } },
    });
    expect(Object.keys(body as object).sort()).toEqual([
      'manifest',
      'operations',
      'problems',
      'reads',
      'relations',
      'resources',
      'service',
      'steps',
      'version',
    ]);
  });

  it('is not sent again to whoever has it', async () => {
    const { headers } = await loyalty.get('/internal/manifest');
    const etag = headers.get('etag')!;
    const again = await loyalty.caller.get(loyalty.url, '/internal/manifest', { 'if-none-match': etag });
    expect(again).toMatchObject({ status: 304, body: null });
    expect(again.headers.get('etag')).toBe(etag);
    const other = await loyalty.caller.get(loyalty.url, '/internal/manifest', { 'if-none-match': '"other"' });
    expect(other.status).toBe(200);
  });
});

it('answers a read of what is no id with 404', async () => {
  expect((await loyalty.get('/internal/points/me')).status).toBe(404);
});
