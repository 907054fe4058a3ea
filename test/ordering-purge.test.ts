import type { StepName } from '@turnpike/contracts';
import { randomUUID } from 'node:crypto';
import type { Erasure } from '@turnpike/protocol';
import { RELATIONS } from '@turnpike/contracts';
import { SHOP } from './support/shop.js';
import { BODIES, Lane, LINE, newCustomer, orderOf, Ordering } from './support/ordering.js';

let ordering: Ordering;
beforeAll(async () => {
  ordering = await Ordering.start();
});
afterAll(() => ordering.stop());

const PURGE = 'ordering.purge-customer';
const DELETE = 'ordering.delete-customer';
const NAME = 'Zacharias Zimmermann';
const ADDRESS = { line1: 'Birkenweg 77', city: 'Gmunden', postalCode: '48100', country: 'AT' };
const RECEIVER = 'Wilhelmine Receiver';
const PERSONAL = [NAME, 'Zed Zimmermann', 'Birkenweg', 'Gmunden', '48100', RECEIVER, '+43-660-1', 'gift-for'];
const TOLD = ['wire-77001', 'parcel-77002', 'moved to Peru', 'engraved for Zoe'];

/** A deleted customer with an order in every state, and everything that a purge has to erase. */
async function deletedCustomer(): Promise<{ lane: Lane; ids: string[] }> {
  const lane = await newCustomer(ordering, NAME);
  await lane.applied('ordering.update-customer', { deliveryAddress: ADDRESS, phone: '+43-660-1' });
  await lane.applied('ordering.rename-customer', { name: 'Zed Zimmermann' });
  const ids: string[] = [];
  for (const steps of [[], ['pay'], ['pay', 'ship'], ['pay', 'ship', 'deliver'], ['cancel']] as const) {
    ids.push(await orderThrough(lane, steps));
  }
  await lane.applied(DELETE, { paidOrders: 'cancel' });
  return { lane, ids };
}

async function orderThrough(lane: Lane, steps: readonly ('pay' | 'ship' | 'deliver' | 'cancel')[]) {
  const orderId = randomUUID();
  const deliveryAddress = { ...ADDRESS, name: RECEIVER };
  const lines = [{ ...LINE, name: TOLD[3] }];
  await lane.applied('ordering.place', { orderId, lines, deliveryAddress, reference: 'gift-for' });
  const bodies = {
    ...BODIES,
    pay: { paymentReference: TOLD[0] },
    ship: { trackingNumber: TOLD[1] },
    cancel: { reason: TOLD[2] },
  };
  for (const action of steps) await lane.applied(`ordering.${action}`, { orderId, ...bodies[action] });
  return orderId;
}

const erasuresOf = (body: unknown): Erasure[] => (body as { erasures: Erasure[] }).erasures;

describe('a purge', () => {
  test('leaves no name, address, phone or reference in any table, and takes no event away', async () => {
    const { lane } = await deletedCustomer();
    const before = await ordering.caller.events(ordering.url, lane.userId);
    expect(await ordering.tablesWith(...PERSONAL, ...TOLD)).toEqual(['customers', 'inbox', 'orders']);
    expect(await lane.step(PURGE)).toMatchObject({ status: 200, recorded: true });
    expect(await ordering.tablesWith(...PERSONAL, ...TOLD)).toEqual([]);
    const after = await ordering.caller.events(ordering.url, lane.userId);
    expect(after.slice(0, -1)).toEqual(before);
    expect(after.at(-1)).toMatchObject({ type: 'turnpike.customer.purged' });
  });

  test('keeps of the orders what was bought, for how much, when, and what became of it', async () => {
    const { lane, ids } = await deletedCustomer();
    const before = await Promise.all(ids.map((id) => orderOf(ordering, id)));
    await lane.applied(PURGE);
    const nothing = { reference: null, paymentReference: null, trackingNumber: null, cancelReason: null };
    for (const order of before) {
      const lines = order.lines.map((line) => ({ ...line, name: 'erased' }));
      const erased = { ...order, ...nothing, lines, delivery: { name: '' }, version: order.version + 1 };
      expect(await orderOf(ordering, order.id)).toEqual(erased);
    }
  });

  test('says of every relation, by its declared name, how many rows it erased', async () => {
    const { lane } = await deletedCustomer();
    const [remembered] = await ordering.rows<{ count: number }>(
      'select count(*)::integer as count from inbox where user_id = $1',
      lane.userId,
    );
    // As it is when the time for a restore is over.
    await ordering.rows(
      `update inbox set answered_at = now() - interval '30 days' where user_id = $1`,
      lane.userId,
    );
    const erasures = erasuresOf((await lane.step(PURGE)).body);
    expect(erasures.map(({ relation }) => relation)).toEqual([
      ...RELATIONS.filter(({ service }) => service === 'ordering').map(({ name }) => name),
      'ordering.inbox',
    ]);
    // The deletion has cancelled what was placed and paid.
    expect(erasures.map(({ erased }) => erased)).toEqual([1, 0, 0, 5, remembered!.count]);
    expect(erasures[1]!.retained).toBe('skus, quantities, prices, totals, status and dates');
    expect(erasures.at(-1)!.retained).toBe('');
  });

  test('sent again is answered as the first time; another one finds nothing more to erase', async () => {
    const { lane } = await deletedCustomer();
    const claim = lane.claim();
    const first = await lane.send(claim, PURGE);
    expect(await lane.send(claim, PURGE)).toEqual(first);
    const again = erasuresOf((await lane.step(PURGE)).body);
    expect(again.map(({ erased }) => erased)).toEqual([0, 0, 0, 0, 1]);
  });

  test('of a user whose deletion ordering has lost ends the orders that are open, and nothing comes after it', async () => {
    const lane = await newCustomer(ordering, 'Lost Lovelace');
    const [placed, paid] = [await lane.order(), await lane.order('pay')];
    expect((await lane.step(PURGE)).status).toBe(200);
    expect(await ordering.tablesWith('Lost Lovelace')).toEqual([]);
    for (const id of [placed, paid]) {
      expect(await orderOf(ordering, id)).toMatchObject({ status: 'cancelled', cancelReason: null });
    }
    const gone = { status: 410, recorded: true, body: { code: 'user-deleted' } };
    expect(await lane.step('ordering.place', { orderId: randomUUID(), lines: [LINE] })).toMatchObject(gone);
    expect(await lane.step('ordering.create-customer', { name: 'Lost Lovelace' })).toMatchObject(gone);
  });

  test('of a user without a customer, and of rows that the deletion did not reach, erases what there is', async () => {
    const nobody = new Lane(ordering);
    await nobody.applied(DELETE, { paidOrders: 'cancel' });
    expect(erasuresOf((await nobody.step(PURGE)).body)[0]).toMatchObject({ erased: 0 });
    const { lane, ids } = await deletedCustomer();
    await ordering.rows(
      `update customers set state = 'active', deleted_at = null, deleted_by = null where user_id = $1`,
      lane.userId,
    );
    await ordering.rows(
      `update orders set status = 'paid', payment_reference = 'wire-77001', cancel_reason = null,
         cancelled_by = null where id = $1`,
      ids[1],
    );
    const erasures = erasuresOf((await lane.step(PURGE)).body);
    expect(erasures.slice(0, 4).map(({ erased }) => erased)).toEqual([1, 0, 0, 5]);
    expect(await ordering.tablesWith(...PERSONAL, ...TOLD)).toEqual([]);
  });

  test('leaves other users and their remembered answers alone', async () => {
    const other = await newCustomer(ordering, 'Otherwise Unharmed');
    const { lane } = await deletedCustomer();
    await lane.applied(PURGE);
    expect(await ordering.tablesWith('Otherwise Unharmed')).toEqual(['customers', 'inbox']);
    await other.order();
  });
});

/** Behind a final step there is no way but forward: what comes there must not be refused, by a tombstone or without one. */
describe('behind the final step of a plan', () => {
  const asked = { email: '', firstName: '', lastName: '' };
  const behindFinal = [...SHOP.operations].flatMap(({ kind }) => {
    const planned = SHOP.stepsOf(kind, asked).map(({ name }) => name);
    const final = planned.findIndex((step) => !SHOP.step(step).undo);
    return final === -1 ? [] : planned.slice(final + 1);
  });
  const ofOrdering = [...new Set(behindFinal)].filter((step) => step.startsWith('ordering.'));

  test('there is a step of ordering, and none of identity', () => {
    expect(ofOrdering).toEqual([PURGE]);
    expect(behindFinal.filter((step) => step.startsWith('identity.'))).toEqual([]);
  });

  test.each(ofOrdering)('%s is carried out for every user, deleted, active or unknown', async (step) => {
    const { lane: deleted } = await deletedCustomer();
    for (const lane of [deleted, await newCustomer(ordering), new Lane(ordering)]) {
      expect(await lane.step(step as StepName)).toMatchObject({ status: 200, recorded: true });
    }
  });
});

describe('after a purge', () => {
  let lane: Lane;
  beforeAll(async () => {
    ({ lane } = await deletedCustomer());
    await lane.applied(PURGE);
  });

  test('the customer is gone for every reader', async () => {
    expect(await ordering.get(`/internal/customers/${lane.userId}`)).toMatchObject({
      status: 410,
      body: { code: 'user-deleted' },
    });
  });

  test.each([
    ['ordering.restore-customer', {}],
    ['ordering.rename-customer', { name: 'Ada' }],
    ['ordering.place', { orderId: randomUUID(), lines: [LINE] }],
  ] as const)('%s is refused for good', async (step, body) => {
    expect(await lane.step(step, body)).toMatchObject({
      status: 410,
      recorded: true,
      body: { code: 'user-deleted' },
    });
  });

  test('a deletion, which everybody may ask for again, succeeds and does nothing', async () => {
    expect(await lane.step(DELETE, { paidOrders: 'restrict' })).toMatchObject({
      status: 200,
      body: { customer: null, cancelled: [] },
    });
  });
});
