import { randomUUID } from 'node:crypto';
import { Database, Problem, Steps } from '@turnpike/service';
import { type Claim, LINE, newCustomer, orderOf, Ordering } from './support/ordering.js';

let ordering: Ordering;
beforeAll(async () => {
  ordering = await Ordering.start();
});
afterAll(() => ordering.stop());

const PAY = { paymentReference: 'payment-1' };

/** What a step leaves when it was not applied. */
async function tracesOf({ operationId }: Claim): Promise<unknown[]> {
  return ordering.rows('select key from inbox where key like $1', `${operationId}/%`);
}

describe('a repeated key', () => {
  test('returns the first answer, whatever has happened since, without a second effect', async () => {
    const lane = await newCustomer(ordering);
    const orderId = await lane.order();
    const claim = lane.claim();
    const first = await lane.send(claim, 'ordering.pay', { orderId, ...PAY });
    await lane.applied('ordering.cancel', { orderId });
    const again = await lane.send(claim, 'ordering.pay', { orderId, ...PAY });
    expect(again).toEqual(first);
    expect(await ordering.historyOf(orderId)).toEqual(['ordering.place', 'ordering.pay', 'ordering.cancel']);
  });

  test('returns the refusal too, though it would be allowed by now', async () => {
    const lane = await newCustomer(ordering);
    const orderId = await lane.order();
    const claim = lane.claim();
    const step = { orderId, trackingNumber: 't' };
    const first = await lane.send(claim, 'ordering.ship', step);
    await lane.applied('ordering.pay', { orderId, ...PAY });
    const again = await lane.send(claim, 'ordering.ship', step);
    expect(first).toMatchObject({ status: 409, recorded: true });
    expect(again).toEqual(first);
    expect((await orderOf(ordering, orderId)).status).toBe('paid');
  });

  test('returns a refusal whose effect had begun: what it wrote is rolled back, the answer is kept', async () => {
    const lane = await newCustomer(ordering);
    const claim = lane.claim();
    const call = {
      key: `${claim.operationId}/ordering.half`,
      userId: lane.userId,
      fence: claim,
      beside: false,
    };
    const database = new Database({
      url: ordering.databaseUrl,
      entities: [],
      migrations: [],
      applicationName: 'test',
    });
    await database.start();
    const refusal = await new Steps(database).apply(call, async (tx) => {
      await tx.query('delete from customers where user_id = $1', [lane.userId]);
      throw new Problem('order-state-conflict');
    });
    await database.onApplicationShutdown();
    expect(refusal.status).toBe(409);
    expect((await ordering.get(`/internal/customers/${lane.userId}`)).status).toBe(200);
    expect(await tracesOf(claim)).toEqual([{ key: call.key }]);
  });

  test('is answered even to a user who is deleted by now', async () => {
    const lane = await newCustomer(ordering);
    const claim = lane.claim();
    const first = await lane.send(claim, 'ordering.rename-customer', { name: 'Ada King' });
    await lane.applied('ordering.delete-customer', { paidOrders: 'restrict' });
    expect(await lane.send(claim, 'ordering.rename-customer', { name: 'Ada King' })).toEqual(first);
  });

  test('makes one effect of 20 calls at once, which all get one answer', async () => {
    const lane = await newCustomer(ordering);
    const claim = lane.claim();
    const orderId = randomUUID();
    const calls = Array.from({ length: 20 }, () =>
      lane.send(claim, 'ordering.place', { orderId, lines: [LINE] }),
    );
    const [first, ...others] = await Promise.all(calls);
    expect(first).toMatchObject({ status: 200, recorded: true, body: { id: orderId } });
    for (const other of others) expect(other).toEqual(first);
    expect(await ordering.historyOf(orderId)).toEqual(['ordering.place']);
  });
});

describe('the fence', () => {
  const renamed = { name: 'Ada King' };

  test('refuses an older claim, which is no final answer', async () => {
    const lane = await newCustomer(ordering);
    const claim = lane.claim();
    const taken = { ...claim, epoch: 2 };
    await lane.send({ ...taken, operationId: randomUUID() }, 'ordering.rename-customer', renamed);
    const answer = await lane.send(claim, 'ordering.rename-customer', { name: 'late' });
    expect(answer).toMatchObject({ status: 409, recorded: false, body: { code: 'stale-fence' } });
    expect(await tracesOf(claim)).toEqual([]);
    expect((await lane.send(taken, 'ordering.rename-customer', renamed)).status).toBe(200);
  });

  test.each([
    [
      { seq: 9, epoch: 1 },
      { seq: 10, epoch: 1 },
    ],
    [
      { seq: 9, epoch: 9 },
      { seq: 9, epoch: 10 },
    ],
    [
      { seq: 9, epoch: 10 },
      { seq: 10, epoch: 9 },
    ],
  ])('compares numbers: after %j comes %j, and not the other way round', async (earlier, later) => {
    const lane = await newCustomer(ordering);
    const send = ({ seq, epoch }: { seq: number; epoch: number }) =>
      lane.send({ ...lane.claim(), seq, epoch }, 'ordering.rename-customer', renamed);
    expect((await send(earlier)).status).toBe(200);
    expect((await send(later)).status).toBe(200);
    expect((await send(earlier)).body).toMatchObject({ code: 'stale-fence' });
  });

  test('moves with a refusal too', async () => {
    const lane = await newCustomer(ordering);
    const claim = lane.claim();
    await lane.send({ ...claim, epoch: 2 }, 'ordering.deliver', { orderId: randomUUID() });
    const stale = await lane.send(claim, 'ordering.rename-customer', renamed);
    expect(stale.body).toMatchObject({ code: 'stale-fence' });
  });

  test('orders the history of a user as the lane did', async () => {
    const lane = await newCustomer(ordering);
    await lane.order('pay', 'ship');
    await lane.order('cancel');
    const changes = await ordering.rows<{ seq: number }>(
      'select seq from order_changes where user_id = $1 order by id',
      lane.userId,
    );
    expect(changes.map(({ seq }) => seq)).toEqual([2, 3, 4, 5, 6]);
  });
});

describe('a tombstone', () => {
  test('refuses for good whatever comes for its user, though the rows are still there', async () => {
    const lane = await newCustomer(ordering);
    await ordering.rows('update fences set tombstoned_at = now() where user_id = $1', lane.userId);
    const claim = lane.claim();
    const answer = await lane.send(claim, 'ordering.rename-customer', { name: 'Ada King' });
    expect(answer).toMatchObject({ status: 410, recorded: true, body: { code: 'user-deleted' } });
    await ordering.rows('update fences set tombstoned_at = null where user_id = $1', lane.userId);
    expect(await lane.send(claim, 'ordering.rename-customer', { name: 'Ada King' })).toEqual(answer);
  });
});

describe('settle', () => {
  test('waits for a step in progress and returns its answer', async () => {
    const lane = await newCustomer(ordering);
    const orderId = await lane.order();
    const claim = lane.claim();
    const answers = await ordering.whileLocked(orderId, async () => {
      const step = lane.send(claim, 'ordering.pay', { orderId, ...PAY });
      await ordering.waitersForLocks(1);
      const settled = lane.settle(claim, 'ordering.pay');
      await ordering.waitersForLocks(2);
      return [step, settled];
    });
    const [step, settled] = await Promise.all(answers);
    expect(step).toMatchObject({ status: 200, body: { status: 'paid' } });
    expect(settled).toEqual(step);
  });

  test('seals a key that was not applied: the late step is refused for good', async () => {
    const lane = await newCustomer(ordering);
    const orderId = await lane.order();
    const claim = lane.claim();
    const sealed = await lane.settle(claim, 'ordering.pay');
    const late = await lane.send(claim, 'ordering.pay', { orderId, ...PAY });
    expect(sealed).toMatchObject({ status: 409, recorded: true, body: { code: 'step-sealed' } });
    expect(late).toEqual(sealed);
    expect(await lane.send({ ...claim, epoch: 2 }, 'ordering.pay', { orderId, ...PAY })).toEqual(sealed);
    expect(await ordering.historyOf(orderId)).toEqual(['ordering.place']);
  });

  test('returns a refusal as it was', async () => {
    const lane = await newCustomer(ordering);
    const claim = lane.claim();
    const refused = await lane.send(claim, 'ordering.deliver', { orderId: randomUUID() });
    expect(await lane.settle(claim, 'ordering.deliver')).toEqual(refused);
  });
});

describe('a step that does not come to its end', () => {
  test('because a lock is not had in time is transient and leaves nothing', async () => {
    const lane = await newCustomer(ordering);
    const orderId = await lane.order();
    const claim = lane.claim();
    const answer = await ordering.whileLocked(orderId, () =>
      lane.send(claim, 'ordering.pay', { orderId, ...PAY }),
    );
    expect(answer).toMatchObject({ status: 503, recorded: false });
    expect(await tracesOf(claim)).toEqual([]);
    expect((await lane.send(claim, 'ordering.pay', { orderId, ...PAY })).status).toBe(200);
  });

  test('because the service is killed leaves nothing, and is carried out when it is sent again', async () => {
    const lane = await newCustomer(ordering);
    const orderId = await lane.order();
    const before = await orderOf(ordering, orderId);
    const claim = lane.claim();
    await ordering.whileLocked(orderId, async () => {
      const lost = lane.send(claim, 'ordering.pay', { orderId, ...PAY });
      const failure = expect(lost).rejects.toThrow();
      await ordering.waitersForLocks(1);
      await ordering.kill();
      await failure;
    });
    await ordering.startAgain();
    expect(await tracesOf(claim)).toEqual([]);
    expect(await orderOf(ordering, orderId)).toEqual(before);
    expect(await ordering.historyOf(orderId)).toEqual(['ordering.place']);
    expect((await lane.send(claim, 'ordering.pay', { orderId, ...PAY })).status).toBe(200);
    expect(await ordering.historyOf(orderId)).toEqual(['ordering.place', 'ordering.pay']);
  });
});
