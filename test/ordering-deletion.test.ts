import { randomUUID } from 'node:crypto';
import { Lane, LINE, newCustomer, orderOf, Ordering } from './support/ordering.js';

let ordering: Ordering;
beforeAll(async () => {
  ordering = await Ordering.start();
});
afterAll(() => ordering.stop());

const DELETE = 'ordering.delete-customer';
const RESTORE = 'ordering.restore-customer';

interface Kept {
  status: string;
  cancel_reason: string | null;
  cancelled_by: string | null;
}

async function ordersOf({ userId }: Lane): Promise<Record<string, Kept>> {
  const rows = await ordering.rows<Kept & { id: string }>(
    'select id, status, cancel_reason, cancelled_by from orders where user_id = $1',
    userId,
  );
  return Object.fromEntries(rows.map(({ id, ...kept }) => [id, kept]));
}

async function customerOf({ userId }: Lane): Promise<unknown> {
  const rows = await ordering.rows(
    `select state, deleted_at is not null as has_time, deleted_by, fences.tombstoned_at is not null as tombstoned
     from customers join fences using (user_id) where user_id = $1`,
    userId,
  );
  return rows[0];
}

const ACTIVE = { state: 'active', has_time: false, deleted_by: null, tombstoned: false };

/** A customer with one order in every state. */
async function customerWithOrders(): Promise<{ lane: Lane; ids: Record<string, string> }> {
  const lane = await newCustomer(ordering);
  const ids = {
    placed: await lane.order(),
    paid: await lane.order('pay'),
    shipped: await lane.order('pay', 'ship'),
    delivered: await lane.order('pay', 'ship', 'deliver'),
    cancelled: await lane.order('cancel'),
  };
  return { lane, ids };
}

describe('deletion', () => {
  test('cancels placed and paid orders and retains all others as they are', async () => {
    const { lane, ids } = await customerWithOrders();
    const before = await ordersOf(lane);
    const claim = lane.claim();
    const answer = await lane.send(claim, DELETE, { paidOrders: 'cancel' });
    expect(answer).toMatchObject({ status: 200, recorded: true, body: { customer: { state: 'deleted' } } });
    const cancelled = (answer.body as { cancelled: string[] }).cancelled;
    expect(cancelled).toEqual([ids['placed'], ids['paid']].sort());
    const key = `${claim.operationId}/${DELETE}`;
    const byDeletion = { status: 'cancelled', cancel_reason: 'user deleted', cancelled_by: key };
    const expected = { ...before, ...Object.fromEntries(cancelled.map((id) => [id, byDeletion])) };
    expect(await ordersOf(lane)).toEqual(expected);
    expect(await customerOf(lane)).toEqual({
      state: 'deleted',
      has_time: true,
      deleted_by: key,
      tombstoned: true,
    });
    expect(await ordering.historyOf(ids['placed']!)).toEqual(['ordering.place', DELETE]);
    expect(await ordering.historyOf(ids['shipped']!)).not.toContain(DELETE);
  });

  test('is refused while a paid order restricts it, and then has done nothing', async () => {
    const { lane, ids } = await customerWithOrders();
    const before = await ordersOf(lane);
    const answer = await lane.step(DELETE, { paidOrders: 'restrict' });
    expect(answer).toMatchObject({
      status: 409,
      recorded: true,
      body: {
        code: 'deletion-restricted',
        restrictedBy: [{ relation: 'ordering.orders (paid)', type: 'order', id: ids['paid'] }],
      },
    });
    expect(await ordersOf(lane)).toEqual(before);
    expect(await customerOf(lane)).toEqual(ACTIVE);
  });

  test('is not restricted by placed, shipped, delivered and cancelled orders', async () => {
    const { lane, ids } = await customerWithOrders();
    await lane.applied('ordering.cancel', { orderId: ids['paid'] });
    const answer = await lane.step(DELETE, { paidOrders: 'restrict' });
    expect(answer).toMatchObject({ status: 200, body: { cancelled: [ids['placed']] } });
  });

  test('lists at most 100 of the orders that restrict it', async () => {
    const lane = await newCustomer(ordering);
    await ordering.rows(
      `insert into orders (id, user_id, status, lines, total_amount, currency, delivery, payment_reference, seq)
       select gen_random_uuid(), $1, 'paid', '[]', 0, 'EUR', '{}', 'p', 1 from generate_series(1, 101)`,
      lane.userId,
    );
    const { body } = await lane.step(DELETE, { paidOrders: 'restrict' });
    expect((body as { restrictedBy: unknown[] }).restrictedBy).toHaveLength(100);
  });

  test('takes a user whom ordering does not know', async () => {
    const lane = new Lane(ordering);
    const answer = await lane.step(DELETE, { paidOrders: 'restrict' });
    expect(answer).toMatchObject({ status: 200, body: { customer: null, cancelled: [] } });
    expect((await lane.step('ordering.create-customer', { name: 'Ada' })).status).toBe(410);
  });

  test.each([
    ['ordering.rename-customer', { name: 'Ada King' }],
    ['ordering.update-customer', { phone: '1' }],
    ['ordering.place', { orderId: randomUUID(), lines: [LINE] }],
    ['ordering.deliver', { orderId: randomUUID() }],
  ] as const)('after it %s is refused for good', async (step, body) => {
    const lane = await newCustomer(ordering);
    await lane.applied(DELETE, { paidOrders: 'restrict' });
    const answer = await lane.step(step, body);
    expect(answer).toMatchObject({ status: 410, recorded: true, body: { code: 'user-deleted' } });
  });
});

describe('the undo of a deletion', () => {
  test('gives back exactly what the deletion took', async () => {
    const { lane, ids } = await customerWithOrders();
    const before = await ordersOf(lane);
    const claim = lane.claim();
    await lane.send(claim, DELETE, { paidOrders: 'cancel' });
    const answer = await lane.undo(claim, DELETE);
    expect(answer).toMatchObject({ status: 200, recorded: true, body: { customer: { state: 'active' } } });
    expect(await ordersOf(lane)).toEqual(before);
    expect(await customerOf(lane)).toEqual(ACTIVE);
    // Versions do not go back, or an ETag would name two contents.
    expect((await orderOf(ordering, ids['placed']!)).version).toBe(3);
    expect(await ordering.historyOf(ids['placed']!)).toEqual(['ordering.place', DELETE, `${DELETE}/undo`]);
    await lane.applied('ordering.ship', { orderId: ids['paid'], trackingNumber: 't' });
  });

  test('leaves alone what an earlier deletion cancelled', async () => {
    const lane = await newCustomer(ordering);
    const first = await lane.order();
    await lane.applied(DELETE, { paidOrders: 'cancel' });
    await lane.applied(RESTORE);
    const second = await lane.order('pay');
    const claim = lane.claim();
    await lane.send(claim, DELETE, { paidOrders: 'cancel' });
    await lane.undo(claim, DELETE);
    expect((await orderOf(ordering, first)).status).toBe('cancelled');
    expect((await orderOf(ordering, second)).status).toBe('paid');
  });

  test('does not bring back a customer whom another step deleted', async () => {
    const lane = await newCustomer(ordering);
    await lane.applied(DELETE, { paidOrders: 'cancel' });
    const again = lane.claim();
    await lane.send(again, DELETE, { paidOrders: 'cancel' });
    expect((await lane.undo(again, DELETE)).status).toBe(200);
    expect(await customerOf(lane)).toMatchObject({ state: 'deleted', tombstoned: true });
  });

  test('of a deletion that was refused is impossible', async () => {
    const lane = await newCustomer(ordering);
    await lane.order('pay');
    const claim = lane.claim();
    await lane.send(claim, DELETE, { paidOrders: 'restrict' });
    expect(await lane.undo(claim, DELETE)).toMatchObject({
      ...{ status: 409, recorded: false },
      body: { code: 'undo-refused' },
    });
  });
});

describe('a restore', () => {
  test('brings the customer back and keeps cancelled orders cancelled, of which it names its deletion’s', async () => {
    const lane = await newCustomer(ordering);
    const first = await lane.order();
    await lane.applied(DELETE, { paidOrders: 'cancel' });
    await lane.applied(RESTORE);
    const second = await lane.order('pay');
    await lane.order('cancel');
    await lane.applied(DELETE, { paidOrders: 'cancel' });
    const before = await ordersOf(lane);
    const answer = await lane.step(RESTORE);
    expect(answer).toMatchObject({ status: 200, recorded: true });
    expect(answer.body).toMatchObject({ customer: { state: 'active' }, staysCancelled: [second] });
    expect(await ordersOf(lane)).toEqual(before);
    expect((await orderOf(ordering, first)).status).toBe('cancelled');
    expect(await customerOf(lane)).toEqual(ACTIVE);
    await lane.order();
  });

  test('of a customer who does not exist is refused', async () => {
    const answer = await new Lane(ordering).step(RESTORE);
    expect(answer).toMatchObject({ status: 404, recorded: true, body: { code: 'not-found' } });
  });

  test('that is undone leaves the customer deleted as of the first deletion', async () => {
    const lane = await newCustomer(ordering);
    const orderId = await lane.order('pay');
    await lane.applied(DELETE, { paidOrders: 'cancel' });
    const deletion = 'select state, deleted_at, deleted_by from customers where user_id = $1';
    const [before] = await ordering.rows(deletion, lane.userId);
    const claim = lane.claim();
    await lane.send(claim, RESTORE);
    expect(await customerOf(lane)).toEqual(ACTIVE);
    expect(await lane.undo(claim, RESTORE)).toMatchObject({
      status: 200,
      recorded: true,
      body: { customer: { state: 'deleted' } },
    });
    expect(await ordering.rows(deletion, lane.userId)).toEqual([before]);
    expect(await customerOf(lane)).toMatchObject({ state: 'deleted', tombstoned: true });
    // The next restore knows what that deletion cancelled.
    expect((await lane.step(RESTORE)).body).toMatchObject({ staysCancelled: [orderId] });
  });

  test('of one who was not deleted, undone, leaves the customer as is, for a user who is deleted', async () => {
    const lane = await newCustomer(ordering);
    const claim = lane.claim();
    await lane.send(claim, RESTORE);
    expect((await lane.undo(claim, RESTORE)).status).toBe(200);
    expect(await customerOf(lane)).toEqual({ ...ACTIVE, tombstoned: true });
  });
});
