import { randomUUID } from 'node:crypto';
import type { IntegrityRow } from '@turnpike/protocol';
import { type Lane, newCustomer, Ordering } from './support/ordering.js';

let ordering: Ordering;
beforeAll(async () => {
  ordering = await Ordering.start();
});
afterAll(() => ordering.stop());

async function list(kind: 'customers' | 'orders', query: string): Promise<IntegrityRow[]> {
  const { status, body } = await ordering.get(`/internal/integrity/${kind}?${query}`);
  expect(status).toBe(200);
  return (body as { items: IntegrityRow[] }).items;
}

/** Every row, read in pages of two. */
async function pages(kind: 'customers' | 'orders'): Promise<IntegrityRow[]> {
  const rows: IntegrityRow[] = [];
  for (let page = await list(kind, 'limit=2'); page.length > 0;) {
    rows.push(...page);
    page = await list(kind, `limit=2&after=${page.at(-1)!.id}`);
  }
  return rows;
}

test('customers and orders stand in the order of their keys, in pages without gap or repeat', async () => {
  const lanes: Lane[] = [];
  for (let i = 0; i < 5; i += 1) lanes.push(await newCustomer(ordering));
  const orders: string[] = [];
  for (const lane of lanes) orders.push(await lane.order());
  const users = (await pages('customers')).map(({ id }) => id);
  expect(users).toEqual(lanes.map(({ userId }) => userId).sort());
  expect((await pages('orders')).map(({ id }) => id)).toEqual(orders.sort());
});

test('a customer is known by the user, with the name, and is live until deleted', async () => {
  const lane = await newCustomer(ordering, 'Ada Lovelace');
  const { userId } = lane;
  const row = { id: userId, relation: 'ordering.customers', userId, name: 'Ada Lovelace' };
  expect(await list('customers', `userId=${userId}`)).toEqual([{ ...row, live: true }]);
  await lane.applied('ordering.delete-customer', { paidOrders: 'cancel' });
  expect(await list('customers', `userId=${userId}`)).toEqual([{ ...row, live: false }]);
});

test.each([
  [[], '(placed)', true],
  [['pay'], '(paid)', true],
  [['pay', 'ship'], '(shipped, delivered, cancelled)', false],
  [['pay', 'ship', 'deliver'], '(shipped, delivered, cancelled)', false],
  [['cancel'], '(shipped, delivered, cancelled)', false],
] as const)('an order after %j is of the relation %s', async (steps, relation, live) => {
  const lane = await newCustomer(ordering);
  const { userId } = lane;
  const id = await lane.order(...steps);
  expect(await list('orders', `userId=${userId}`)).toEqual([
    { id, relation: `ordering.orders ${relation}`, userId, live },
  ]);
});

test('what is purged is not listed', async () => {
  const lane = await newCustomer(ordering);
  await lane.order();
  await lane.applied('ordering.delete-customer', { paidOrders: 'cancel' });
  await lane.applied('ordering.purge-customer');
  expect(await list('customers', `userId=${lane.userId}`)).toEqual([]);
  expect(await list('orders', `userId=${lane.userId}`)).toEqual([]);
});

test('an order that tells of a user again after its erasure is listed again', async () => {
  const lane = await newCustomer(ordering);
  const id = await lane.order();
  await lane.applied('ordering.delete-customer', { paidOrders: 'cancel' });
  await lane.applied('ordering.purge-customer');
  await ordering.rows(
    `update orders set delivery = '{"name": "Ada"}', updated_at = erased_at + interval '1 s' where id = $1`,
    id,
  );
  expect(await list('orders', `userId=${lane.userId}`)).toMatchObject([{ id }]);
});

test.each(['after=x', 'userId=x', 'limit=0', 'limit=1001'])('%s is not a question', async (query) => {
  for (const kind of ['customers', 'orders']) {
    expect((await ordering.get(`/internal/integrity/${kind}?${query}`)).status).toBe(400);
  }
});

test.each(['customers', 'orders'])('%s are for the gateway alone', async (kind) => {
  const route = `/internal/integrity/${kind}?userId=${randomUUID()}`;
  expect((await fetch(ordering.url + route)).status).toBe(401);
});
