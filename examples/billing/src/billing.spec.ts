// The built service on a real PostgreSQL, called step by step as the gateway would.
import { randomUUID } from 'node:crypto';
import type { Manifest } from '@turnpike/protocol';
import { DeclaredLane, DeclaredService } from '../../../test/support/declared-service.js';
import type { ServiceAnswer } from '../../../test/support/service-caller.js';
import { INVOICE_COLUMNS } from './personal-columns.js';

const TOTAL = { amount: 900, currency: 'EUR' };
const ADDRESS = { name: 'Ada', line1: 'Ring 1', city: 'Linz', postalCode: '4020', country: 'AT' };
const CONFLICT = { status: 409, recorded: true, body: { code: 'order-state-conflict' } };

let billing: DeclaredService;
beforeAll(async () => {
  billing = await DeclaredService.start('billing');
}, 120_000);
afterAll(() => billing?.stop());

/** One order, and its user's lane. */
class Order {
  readonly id: string = randomUUID();
  readonly lane = new DeclaredLane(billing);
  private readonly of = { target: { type: 'order', id: this.id } };

  pay(total = TOTAL): Promise<ServiceAnswer> {
    const step = 'billing.keep-paid-order';
    return this.lane.step(step, step, { orderId: this.id, total }, this.of);
  }

  cancel(): Promise<ServiceAnswer> {
    return this.lane.step('order.cancel', 'billing.cancel-order', {}, this.of);
  }

  issue(billTo: object = ADDRESS): Promise<ServiceAnswer> {
    return this.lane.step('invoice.issue', 'billing.issue', { billTo }, this.of);
  }

  void(input: object = {}, ifMatch?: string): Promise<ServiceAnswer> {
    return this.lane.send(this.lane.operation('invoice.void', this.of), 'billing.void', input, ifMatch);
  }

  read(id = this.id): Promise<ServiceAnswer> {
    return billing.get(`/internal/orders/${id}/invoice`);
  }
}

async function paidOrder(): Promise<Order> {
  const order = new Order();
  expect((await order.pay()).status).toBe(200);
  return order;
}

describe('an invoice', () => {
  it('of an order that is paid has what was paid, and is read as it was answered', async () => {
    const order = await paidOrder();
    const { status, recorded, body } = await order.issue();
    expect({ status, recorded }).toEqual({ status: 200, recorded: true });
    expect(body).toEqual({
      ...{ id: expect.any(String) as string, number: expect.any(Number) as number, orderId: order.id },
      ...{ userId: order.lane.userId, state: 'issued', total: TOTAL, billTo: ADDRESS, voidReason: null },
      ...{ version: 1, issuedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/) as string },
    });
    expect(await order.read()).toMatchObject({ status: 200, body });
    expect(await order.read(order.id.toUpperCase())).toMatchObject({ status: 200, body });
  });

  it('is refused where the order is not paid, or cancelled, or has one', async () => {
    expect(await new Order().issue()).toMatchObject(CONFLICT);
    const cancelled = await paidOrder();
    await cancelled.cancel();
    expect(await cancelled.issue()).toMatchObject(CONFLICT);
    const invoiced = await paidOrder();
    await invoiced.issue();
    expect(await invoiced.issue()).toMatchObject(CONFLICT);
  });

  it('is refused where the order was cancelled before its payment was heard of', async () => {
    const order = new Order();
    await order.cancel();
    await order.pay();
    expect(await order.issue()).toMatchObject(CONFLICT);
  });

  it('stays where its order is cancelled', async () => {
    const order = await paidOrder();
    const { body } = await order.issue();
    await order.cancel();
    expect((await order.read()).body).toEqual(body);
  });

  it('has the next number, and a refused one takes none', async () => {
    const orders = await Promise.all([...Array(4)].map(() => paidOrder()));
    await Promise.all(orders.map((order) => order.issue()));
    await Promise.all(orders.map((order) => order.issue()));
    await (await paidOrder()).issue();
    const rows = await billing.rows<{ number: number }>('select number from invoices order by number');
    expect(rows.map(({ number }) => number)).toEqual(rows.map((_, index) => index + 1));
  });

  it('is voided once, for a reason', async () => {
    const order = await paidOrder();
    expect(await order.void()).toMatchObject({ status: 404, recorded: true, body: { code: 'not-found' } });
    const { body: issued } = await order.issue();
    const stale = await order.void({}, '"7"');
    expect(stale).toMatchObject({ status: 412, recorded: true, body: { code: 'version-conflict' } });
    const voided = await order.void({ reason: 'a mistake' }, '"1"');
    expect(voided).toMatchObject({ status: 200, recorded: true });
    expect(voided.body).toEqual({ ...issued, state: 'void', voidReason: 'a mistake', version: 2 });
    expect(await order.void()).toMatchObject(CONFLICT);
    expect(await order.issue()).toMatchObject(CONFLICT);
  });

  it.each([{}, { billTo: {} }, { billTo: { ...ADDRESS, country: 'ZZ' } }, { billTo: ADDRESS, total: TOTAL }])(
    'is refused for good where what it is made of is not as declared: %j',
    async (input) => {
      const { lane, id } = await paidOrder();
      const target = { type: 'order', id };
      const refused = await lane.step('invoice.issue', 'billing.issue', input, { target });
      expect(refused).toMatchObject({ status: 400, recorded: true, body: { code: 'invalid-request' } });
    },
  );

  it('that is not there is 404', async () => {
    expect(await new Order().read()).toMatchObject({ status: 404, body: { code: 'not-found' } });
    expect(await new Order().read('mine')).toMatchObject({ status: 404 });
  });

  it('is told of by its events', async () => {
    const order = await paidOrder();
    await order.issue();
    await order.void();
    expect(await billing.eventsOf(order.lane.userId)).toEqual([
      ...['turnpike.invoice.issued', 'turnpike.invoice.voided'],
    ]);
  });
});

describe('the invoices of a user', () => {
  it('who is purged stay, and tell nothing of anybody', async () => {
    const order = await paidOrder();
    const { lane } = order;
    await order.issue({ ...ADDRESS, line1: 'canary5501' });
    const { body: voided } = await order.void({ reason: 'for canary5501' });
    const { body } = await lane.step('user.purge', 'billing.purge-user');
    expect(body.erasures).toEqual([
      { relation: 'billing.invoices', erased: 1, retained: 'number, total, state and date' },
      { relation: 'billing.paid_orders', erased: 1, retained: '' },
      { relation: 'billing.inbox', erased: 3, retained: '' },
    ]);
    expect(await billing.tablesWith('canary5501')).toEqual([]);
    expect((await order.read()).body).toEqual({ ...voided, billTo: null, voidReason: null, version: 3 });
    expect(await (await paidOrderOf(lane)).issue()).toMatchObject({ status: 410, recorded: true });
  });

  it.each([
    ['active', ADDRESS, 200],
    ['deleted', ADDRESS, 200],
    ['absent', null, 410],
  ])('follow one who is %s', async (state, billTo, next) => {
    const order = await paidOrder();
    await order.issue();
    const followed = await order.lane.step('repair.user', 'billing.follow-user', { state, name: 'Ada' });
    expect(followed).toMatchObject({ status: 200, recorded: true });
    expect((await order.read()).body).toMatchObject({ billTo, state: 'issued' });
    expect((await order.void()).status).toBe(next);
  });

  it('are issued again once a user who was taken for absent is back', async () => {
    const order = new Order();
    for (const state of ['absent', 'active'])
      await order.lane.step('repair.user', 'billing.follow-user', { state, name: 'Ada' });
    await order.pay();
    expect((await order.issue()).status).toBe(200);
  });

  it('have nothing written in them of which it is not said whether a purge erases it', async () => {
    const columns = await billing.rows<{ name: string }>(
      `select table_name || '.' || column_name as name from information_schema.columns
       where table_name in ('invoices', 'invoice_numbers', 'paid_orders')
         and data_type not in ('uuid', 'integer', 'bigint') and data_type not like 'timestamp%' order by 1`,
    );
    const erased = Object.keys(INVOICE_COLUMNS).map((column) => `invoices.${column}`);
    const facts = ['invoices.currency', 'invoices.state', 'paid_orders.currency'];
    expect(columns.map(({ name }) => name)).toEqual([...erased, ...facts].sort());
  });

  /** Another order in a lane that has gone on. */
  function paidOrderOf(lane: DeclaredLane): Promise<Order> {
    return Promise.resolve(Object.assign(new Order(), { lane }));
  }
});

describe('integrity pages', () => {
  const listed = async (table: string, { lane }: Order): Promise<unknown> =>
    (await billing.get(`/internal/integrity/${table}?userId=${lane.userId}`)).body.items;

  it('list invoices that tell of somebody, and orders by what they refer to', async () => {
    const order = await paidOrder();
    const { userId } = order.lane;
    const { id } = (await order.issue()).body;
    expect(await listed('invoices', order)).toEqual([
      { id, relation: 'billing.invoices', userId, live: false },
    ]);
    const paid = { id: order.id, relation: 'billing.paid_orders', userId, refersTo: order.id };
    expect(await listed('paid_orders', order)).toEqual([{ ...paid, live: true }]);
    await order.cancel();
    expect(await listed('paid_orders', order)).toEqual([{ ...paid, live: false }]);
    await order.lane.step('user.purge', 'billing.purge-user');
    expect([await listed('invoices', order), await listed('paid_orders', order)]).toEqual([[], []]);
  });
});

describe('what was accepted before billing declared itself', () => {
  it('is carried out as it was: the total was asked for, the id chosen', async () => {
    const { lane, id: orderId } = new Order();
    const invoiceId = randomUUID();
    const input = { billTo: ADDRESS, invoiceId, orderId, total: TOTAL };
    const of = { target: { type: 'invoice', id: invoiceId } };
    const issued = await lane.step('invoice.issue', 'billing.issue-invoice', input, of);
    expect(issued).toMatchObject({ status: 200, body: { id: invoiceId, orderId, total: TOTAL } });
    expect(await lane.step('invoice.issue', 'billing.issue-invoice', input, of)).toMatchObject(CONFLICT);
    const voided = await lane.step(
      'invoice.void',
      'billing.void-invoice',
      { reason: 'r', orderId },
      {
        ...{ target: { type: 'order', id: orderId } },
      },
    );
    expect(voided).toMatchObject({ status: 200, body: { id: invoiceId, state: 'void', voidReason: 'r' } });
  });

  it('is in the same tables', async () => {
    const rows = await billing.rows<{ name: string }>('select name from migrations order by timestamp');
    expect(rows.map(({ name }) => name)).toEqual([
      ...['Inbox1763800000000', 'Outbox1763900000000', 'Invoices1763900000001', 'Marks1764500000001'],
      ...['Beside1764550000001', 'PaidOrders1764900000001'],
    ]);
  });
});

it('says of itself what clients may ask for, and what is personal in it', async () => {
  const manifest = (await billing.get('/internal/manifest')).body as Manifest;
  expect(manifest.operations).toMatchObject([
    { kind: 'invoice.issue', lane: 'resource', personal: ['/billTo'], refuses: ['order-state-conflict'] },
    { kind: 'invoice.void', lane: 'resource', allow: ['admin'], ifMatch: true },
    { kind: 'billing.keep-paid-order', after: 'order.pay' },
  ]);
  expect(manifest.reads).toMatchObject([
    {
      personal: ['/billTo', '/voidReason'],
      result: { properties: { voidReason: { anyOf: [{ type: 'string' }, { type: 'null' }] } } },
    },
  ]);
});
