// What a service reports: the outbox is the same in all of them, and is tried here.
import { randomUUID } from 'node:crypto';
import { EVENTS_PATH, EVENTS_PER_PAGE } from '@turnpike/protocol';
import { BODIES, type Claim, Lane, LINE, newCustomer, Ordering } from './support/ordering.js';

let ordering: Ordering;
beforeAll(async () => {
  ordering = await Ordering.start();
});
afterAll(() => ordering.stop());

async function told({ userId }: Lane): Promise<[type: string, operationId: string | null][]> {
  const events = await ordering.caller.events(ordering.url, userId);
  return events.map(({ type, data }) => [type, data.operationId]);
}

const event = (type: string, { operationId }: Claim): [string, string] => [`turnpike.${type}`, operationId];

describe('what is reported', () => {
  test('every step that was applied, once, in its order; no refusal, repeat, sealed or stale call', async () => {
    const lane = new Lane(ordering);
    const [create, place, pay] = [lane.claim(), lane.claim(), lane.claim()];
    const orderId = randomUUID();
    await lane.send(create, 'ordering.create-customer', { name: 'Ada' });
    for (let i = 0; i < 2; i += 1) await lane.send(place, 'ordering.place', { orderId, lines: [LINE] });
    expect((await lane.step('ordering.ship', { orderId, ...BODIES.ship })).status).toBe(409);
    const sealed = lane.claim();
    await lane.settle(sealed, 'ordering.cancel');
    expect((await lane.send(sealed, 'ordering.cancel', { orderId })).status).toBe(409);
    expect((await lane.send(pay, 'ordering.pay', { orderId, ...BODIES.pay })).body).toMatchObject({
      code: 'stale-fence',
    });
    const deletion = lane.claim();
    await lane.send(deletion, 'ordering.delete-customer', { paidOrders: 'restrict' });
    expect((await lane.step('ordering.pay', { orderId, ...BODIES.pay })).status).toBe(410);
    expect(await told(lane)).toEqual([
      event('customer.created', create),
      event('order.placed', place),
      event('customer.deleted', deletion),
    ]);
  });

  test('an undo, once, as that', async () => {
    const lane = await newCustomer(ordering);
    const claim = lane.claim();
    await lane.send(claim, 'ordering.rename-customer', { name: 'Ada King' });
    for (let i = 0; i < 2; i += 1) await lane.undo(claim, 'ordering.rename-customer');
    expect((await told(lane)).slice(1)).toEqual([
      event('customer.renamed', claim),
      event('customer.renamed.undone', claim),
    ]);
  });

  test('steps of one user that are sent at once, in the order in which they took effect', async () => {
    const lane = await newCustomer(ordering);
    const { seq, epoch } = lane.claim();
    const claims = Array.from({ length: 8 }, () => ({ ...lane.claim(), seq, epoch }));
    const orders = new Map(claims.map(({ operationId }) => [randomUUID() as string, operationId]));
    await Promise.all(
      [...orders].map(([orderId, operationId], index) =>
        lane.send({ ...claims[index]!, operationId }, 'ordering.place', { orderId, lines: [LINE] }),
      ),
    );
    const changes = await ordering.rows<{ order_id: string }>(
      'select order_id from order_changes where user_id = $1 order by id',
      lane.userId,
    );
    const reported = (await told(lane)).slice(1).map(([, operationId]) => operationId);
    expect(reported).toEqual(changes.map(({ order_id }) => orders.get(order_id)));
  });

  test('as CloudEvents that carry ids and no value', async () => {
    const lane = new Lane(ordering);
    const claim = lane.claim();
    await lane.send(claim, 'ordering.create-customer', { name: 'Ada' });
    expect(await ordering.caller.events(ordering.url, lane.userId)).toEqual([
      {
        specversion: '1.0',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        source: '/ordering',
        type: 'turnpike.customer.created',
        subject: lane.userId,
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        datacontenttype: 'application/json',
        data: { operationId: claim.operationId },
      },
    ]);
  });

  test('nothing of a call whose key names no step: that is not a call', async () => {
    const lane = await newCustomer(ordering);
    for (const operationId of ['one', `${randomUUID()}/x`]) {
      const answer = await lane.send({ ...lane.claim(), operationId }, 'ordering.rename-customer', {
        name: 'Ada King',
      });
      expect(answer).toMatchObject({ status: 400, recorded: false, body: { code: 'invalid-request' } });
    }
    expect(await told(lane)).toHaveLength(1);
  });
});

describe('an event', () => {
  test('is given again, the same, until it is acknowledged; others are given on', async () => {
    const lane = await newCustomer(ordering);
    await lane.order();
    const [first, second] = await ordering.caller.events(ordering.url, lane.userId);
    expect(await ordering.caller.events(ordering.url, lane.userId)).toEqual([first, second]);
    for (let i = 0; i < 2; i += 1) {
      expect((await ordering.caller.acknowledge(ordering.url, [first!])).status).toBe(204);
      expect(await ordering.caller.events(ordering.url, lane.userId)).toEqual([second]);
    }
  });

  test('that is older is given first, as many as are asked for', async () => {
    await newCustomer(ordering);
    await newCustomer(ordering);
    const events = await ordering.caller.events(ordering.url);
    const { body } = await ordering.get(`${EVENTS_PATH}?limit=2`);
    expect(body).toEqual({ items: events.slice(0, 2) });
    const times = events.map(({ time }) => time);
    expect(times).toEqual([...times].sort());
    for (const limit of [0, EVENTS_PER_PAGE + 1]) {
      expect((await ordering.get(`${EVENTS_PATH}?limit=${limit}`)).status).toBe(400);
    }
  });

  test.each([
    ['GET', EVENTS_PATH],
    ['POST', `${EVENTS_PATH}/acknowledge`],
  ])('is for the gateway alone: %s %s', async (method, path) => {
    expect((await fetch(ordering.url + path, { method })).status).toBe(401);
  });
});
