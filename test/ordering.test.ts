import { randomUUID } from 'node:crypto';
import {
  type CustomerView,
  declarationOf,
  ORDER_STATUSES,
  type OrderStatus,
  type OrderView,
} from '@turnpike/contracts';
import { BODIES, Lane, LINE, newCustomer, orderOf, Ordering } from './support/ordering.js';

const HOME = { line1: 'Home 1', city: 'Linz', postalCode: '4020', country: 'AT' };

let ordering: Ordering;
beforeAll(async () => {
  ordering = await Ordering.start();
});
afterAll(() => ordering.stop());

describe('an order goes through its states and no others', () => {
  const way = { placed: [], paid: ['pay'], shipped: ['pay', 'ship'], cancelled: ['cancel'] } as const;
  const ways = { ...way, delivered: ['pay', 'ship', 'deliver'] } as const;
  const allowed: Record<keyof typeof BODIES, Partial<Record<OrderStatus, OrderStatus>>> = {
    change: { placed: 'placed' },
    pay: { placed: 'paid' },
    cancel: { placed: 'cancelled', paid: 'cancelled' },
    ship: { paid: 'shipped' },
    deliver: { shipped: 'delivered' },
  };
  const pairs = (Object.keys(allowed) as (keyof typeof BODIES)[]).flatMap((action) =>
    ORDER_STATUSES.map((status) => ({ action, status, after: allowed[action][status] })),
  );
  let lane: Lane;
  beforeAll(async () => {
    lane = await newCustomer(ordering);
  });

  test.each(pairs)('$action of one that is $status: $after', async ({ action, status, after }) => {
    const orderId = await lane.order(...ways[status]);
    const before = await orderOf(ordering, orderId);
    const answer = await lane.step(`ordering.${action}`, { orderId, ...BODIES[action] });
    expect(answer.recorded).toBe(true);
    if (after) {
      expect(answer).toMatchObject({ status: 200, body: { status: after, version: before.version + 1 } });
    } else {
      expect(answer).toMatchObject({ status: 409, body: { code: 'order-state-conflict' } });
      expect(await orderOf(ordering, orderId)).toEqual(before);
    }
  });
});

describe('orders', () => {
  test('an answer is the order as it is read', async () => {
    const lane = await newCustomer(ordering);
    const orderId = randomUUID();
    const { body } = await lane.step('ordering.place', { orderId, lines: [LINE], reference: 'mine' });
    expect(body).toEqual({
      id: orderId,
      userId: lane.userId,
      status: 'placed',
      lines: [LINE],
      total: { amount: 900, currency: 'EUR' },
      delivery: { name: 'Ada Lovelace' },
      reference: 'mine',
      paymentReference: null,
      trackingNumber: null,
      cancelReason: null,
      version: 1,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updatedAt: expect.stringMatching(/Z$/),
    });
    expect(await orderOf(ordering, orderId)).toEqual(body);
    const paid = await lane.step('ordering.pay', { orderId, paymentReference: 'p' });
    expect(await orderOf(ordering, orderId)).toEqual(paid.body);
  });

  test('a total beyond 32 bits is a number', async () => {
    const lane = await newCustomer(ordering);
    const orderId = randomUUID();
    const unitPrice = { amount: Number.MAX_SAFE_INTEGER, currency: 'EUR' };
    await lane.applied('ordering.place', { orderId, lines: [{ ...LINE, quantity: 1, unitPrice }] });
    expect((await orderOf(ordering, orderId)).total).toEqual(unitPrice);
  });

  test('its delivery does not follow the customer’s name or address', async () => {
    const lane = await newCustomer(ordering);
    await lane.applied('ordering.update-customer', { deliveryAddress: HOME });
    const orderId = await lane.order();
    await lane.applied('ordering.rename-customer', { name: 'Ada King' });
    await lane.applied('ordering.update-customer', { deliveryAddress: { ...HOME, city: 'Wien' } });
    expect((await orderOf(ordering, orderId)).delivery).toEqual({ ...HOME, name: 'Ada Lovelace' });
  });

  test('a change of lines makes a new total and leaves the delivery; one of the address the other way', async () => {
    const lane = await newCustomer(ordering);
    const orderId = await lane.order();
    const lines = [{ ...LINE, quantity: 5 }];
    const first = await lane.step('ordering.change', { orderId, lines });
    expect(first.body).toMatchObject({ lines, total: { amount: 2250 }, delivery: { name: 'Ada Lovelace' } });
    const second = await lane.step('ordering.change', { orderId, deliveryAddress: HOME });
    expect(second.body).toMatchObject({ lines, total: { amount: 2250 }, delivery: { ...HOME } });
  });

  test('another user’s order is not there', async () => {
    const orderId = await (await newCustomer(ordering)).order();
    const stranger = await newCustomer(ordering);
    for (const action of ['change', 'pay', 'cancel', 'ship', 'deliver'] as const) {
      const answer = await stranger.step(`ordering.${action}`, { orderId, ...BODIES[action] }, '"7"');
      expect(answer).toMatchObject({ status: 404, recorded: true, body: { code: 'not-found' } });
    }
    expect(await ordering.historyOf(orderId)).toEqual(['ordering.place']);
  });

  test('a step waits for a script, which no fence holds back, and acts on what it left', async () => {
    const lane = await newCustomer(ordering);
    const orderId = await lane.order();
    const script = `update orders set status = 'cancelled', version = version + 1 where id = $1`;
    const [answer] = await ordering.whileOpen(script, orderId, async () => {
      const pending = lane.step('ordering.pay', { orderId, ...BODIES.pay });
      await ordering.waitersForLocks(1);
      return [pending];
    });
    expect(await answer).toMatchObject({ status: 409, body: { code: 'order-state-conflict' } });
    expect((await orderOf(ordering, orderId)).status).toBe('cancelled');
  });

  test('nobody orders without a customer', async () => {
    const orderId = randomUUID();
    const answer = await new Lane(ordering).step('ordering.place', { orderId, lines: [LINE] });
    expect(answer).toMatchObject({ status: 410, recorded: true, body: { code: 'user-deleted' } });
    expect(await ordering.rows('select 1 from orders where id = $1', orderId)).toEqual([]);
  });
});

describe('customers', () => {
  test.each([
    [{ phone: '2' }, { phone: '2', deliveryAddress: null }],
    [{ deliveryAddress: HOME }, { phone: null, deliveryAddress: HOME }],
  ])(
    'an update replaces address and phone, what is left out too, and answers with those of before: %j',
    async (update, expected) => {
      const lane = await newCustomer(ordering);
      await lane.applied('ordering.update-customer', {
        deliveryAddress: { ...HOME, city: 'Wien' },
        phone: '1',
      });
      const { body } = await lane.step('ordering.update-customer', update);
      const kept = { userId: lane.userId, name: 'Ada Lovelace', state: 'active', version: 3 };
      const before = { phone: '1', deliveryAddress: { ...HOME, city: 'Wien' } };
      expect(body).toEqual({ ...kept, ...expected, before });
      expect((await ordering.get(`/internal/customers/${lane.userId}`)).body).toEqual({
        ...kept,
        ...expected,
      });
    },
  );

  test('a creation that is undone leaves no customer, and the next one is the first', async () => {
    const lane = new Lane(ordering);
    const claim = lane.claim();
    await lane.send(claim, 'ordering.create-customer', { name: 'Ada' });
    expect(await lane.undo(claim, 'ordering.create-customer')).toMatchObject({ status: 200, recorded: true });
    expect((await ordering.get(`/internal/customers/${lane.userId}`)).status).toBe(404);
    const again = await lane.step('ordering.create-customer', { name: 'Ada' });
    expect(again).toMatchObject({ status: 200, body: { version: 1 } });
  });

  test('an undo that is refused can be tried again when what stands in its way is mended', async () => {
    const lane = await newCustomer(ordering);
    const claim = lane.claim();
    await lane.send(claim, 'ordering.rename-customer', { name: 'Ada King' });
    const move = 'update customers set user_id = $1 where user_id = $2';
    const elsewhere = randomUUID();
    await ordering.rows(move, elsewhere, lane.userId);
    const refused = { status: 409, recorded: false, body: { code: 'undo-refused' } };
    expect(await lane.undo(claim, 'ordering.rename-customer')).toMatchObject(refused);
    await ordering.rows(move, lane.userId, elsewhere);
    expect(await lane.undo(claim, 'ordering.rename-customer')).toMatchObject({ status: 200, recorded: true });
  });

  test('the undo of a renaming brings the old name back, in a new version', async () => {
    const lane = await newCustomer(ordering);
    const claim = lane.claim();
    await lane.send(claim, 'ordering.rename-customer', { name: 'Ada King' });
    const { body } = await lane.undo(claim, 'ordering.rename-customer');
    expect(body as CustomerView).toMatchObject({ name: 'Ada Lovelace', version: 3 });
  });
});

describe('If-Match', () => {
  test.each(['"1"', 'W/"1"', '"3", "1"'])(
    '%s does not match version 2: nothing is changed',
    async (ifMatch) => {
      const lane = await newCustomer(ordering);
      const orderId = await lane.order('pay');
      const before = await orderOf(ordering, orderId);
      const answer = await lane.step('ordering.ship', { orderId, trackingNumber: 't' }, ifMatch);
      expect(answer).toMatchObject({ status: 412, recorded: true, body: { code: 'version-conflict' } });
      expect(await orderOf(ordering, orderId)).toEqual(before);
    },
  );

  test.each(['"2"', '*', '"1", "2"'])('%s matches version 2', async (ifMatch) => {
    const lane = await newCustomer(ordering);
    const orderId = await lane.order('pay');
    const answer = await lane.step('ordering.ship', { orderId, trackingNumber: 't' }, ifMatch);
    expect(answer).toMatchObject({ status: 200, body: { version: 3 } });
  });

  test('is looked at before the state', async () => {
    const lane = await newCustomer(ordering);
    const orderId = await lane.order('cancel');
    const answer = await lane.step('ordering.pay', { orderId, paymentReference: 'p' }, '"1"');
    expect(answer.body).toMatchObject({ code: 'version-conflict' });
  });

  test('holds for customers too', async () => {
    const lane = await newCustomer(ordering);
    const refused = await lane.step('ordering.update-customer', { phone: '1' }, '"2"');
    expect(refused).toMatchObject({ status: 412, recorded: true });
    expect((await lane.step('ordering.update-customer', { phone: '1' }, '"1"')).status).toBe(200);
  });
});

describe('reads', () => {
  test('a list is newest first, in pages without gap or repeat', async () => {
    const lane = await newCustomer(ordering);
    const placed: string[] = [];
    for (let i = 0; i < 5; i += 1) placed.push(await lane.order());
    // Equal times: the id decides.
    await ordering.rows('update orders set created_at = now() where id = any($1)', placed.slice(1, 4));
    await ordering.rows('update orders set created_at = now() where id = $1', placed[4]);
    const expected = [placed[4], ...placed.slice(1, 4).sort().reverse(), placed[0]];
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = `userId=${lane.userId}&limit=2${cursor && `&cursor=${cursor}`}`;
      const { body } = await ordering.get(`/internal/orders?${query}`);
      const page = body as { items: OrderView[]; nextCursor: string | null };
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(expected);
  });

  test('a list can be of one status', async () => {
    const lane = await newCustomer(ordering);
    await lane.order();
    const paid = await lane.order('pay');
    const { body } = await ordering.get(`/internal/orders?userId=${lane.userId}&status=paid`);
    expect(body).toEqual({ items: [await orderOf(ordering, paid)], nextCursor: null });
  });

  const position = (...parts: string[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url');
  test.each([
    'x',
    position('2026-01-01T00:00:00.000Z'),
    position('2026-13-01T00:00:00.000Z', randomUUID()),
    position('-271821-04-20T00:00:00.000Z', randomUUID()),
    position('2026-01-01T00:00:00.000Z', "'; drop table orders"),
  ])('what is not a cursor is refused: %s', async (cursor) => {
    const answer = await ordering.get(`/internal/orders?cursor=${cursor}`);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'cursor' }] } });
  });

  test.each(['customers', 'orders'])('%s: what does not exist, or cannot, is not found', async (list) => {
    for (const id of [randomUUID(), 'nobody']) {
      const answer = await ordering.get(`/internal/${list}/${id}`);
      expect(answer).toMatchObject({ status: 404, body: { code: 'not-found' } });
    }
  });

  test.each([
    ['GET', '/internal/orders'],
    ['GET', `/internal/orders/${randomUUID()}`],
    ['GET', `/internal/customers/${randomUUID()}`],
    ['POST', '/internal/steps/ordering.place'],
    ['POST', '/internal/steps/ordering.create-customer'],
  ])('%s %s is for the gateway alone', async (method, route) => {
    expect((await fetch(ordering.url + route, { method })).status).toBe(401);
  });
});

test('ordering says what it consists of, and so whoever looks for a table of a relation finds it', async () => {
  const manifest = (await ordering.get('/internal/manifest')).body;
  expect(manifest).toEqual({ manifest: 1, ...declarationOf('ordering') });
  expect(manifest.steps).toContainEqual({
    ...{ name: 'ordering.place', refuses: true, undo: false, event: 'order.placed' },
  });
  const tables = new Set((manifest.relations as { from: string }[]).map(({ from }) => from.split('.')[1]!));
  for (const table of tables) expect((await ordering.get(`/internal/integrity/${table}`)).status).toBe(200);
});
