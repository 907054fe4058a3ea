// Rows that have drifted from their user, in every way, and what following the user makes of them.
import type { Erasure, FollowUserStep } from '@turnpike/protocol';
import { type Answer, Lane, newCustomer, orderOf, Ordering } from './support/ordering.js';

let ordering: Ordering;
beforeAll(async () => {
  ordering = await Ordering.start();
});
afterAll(() => ordering.stop());

const FOLLOW = 'ordering.follow-user';

interface Start {
  lane: Lane;
  placed?: string;
  paid?: string;
  shipped?: string;
}

async function active(): Promise<Start> {
  const lane = await newCustomer(ordering, 'Old Name');
  await lane.applied('ordering.update-customer', { phone: '+43-1' });
  return {
    lane,
    placed: await lane.order(),
    paid: await lane.order('pay'),
    shipped: await lane.order('pay', 'ship'),
  };
}

async function deleted(): Promise<Start> {
  const start = await active();
  await start.lane.applied('ordering.delete-customer', { paidOrders: 'cancel' });
  return start;
}

async function purged(): Promise<Start> {
  const start = await deleted();
  await start.lane.applied('ordering.purge-customer');
  return start;
}

/** A deletion of which ordering heard nothing but the tombstone, as it can be after a restored backup. */
async function tombstoned(): Promise<Start> {
  const start = await active();
  await ordering.rows('update fences set tombstoned_at = now() where user_id = $1', start.lane.userId);
  return start;
}

const STARTS = {
  'no customer': async (): Promise<Start> => ({ lane: new Lane(ordering) }),
  'an active one': active,
  'a deleted one': deleted,
  'a purged one': purged,
  'an active one under a tombstone': tombstoned,
};
const each = Object.entries(STARTS).map(([name, start]) => ({ name, start }));

function follow(lane: Lane, state: FollowUserStep['state'], name?: string): Promise<Answer> {
  return lane.step(FOLLOW, { state, ...(name !== undefined && { name }) });
}

async function rowOf({ userId }: Lane): Promise<unknown> {
  const [row] = await ordering.rows(
    `select state, name, version, deleted_at, deleted_by, erased_at, tombstoned_at is not null as tombstoned
     from fences left join customers using (user_id) where user_id = $1`,
    userId,
  );
  return row;
}

describe.each(each)('from $name', ({ start }) => {
  test('an active user has an active customer of that name, who may order', async () => {
    const { lane, placed } = await start();
    const before = placed && (await orderOf(ordering, placed));
    const answer = await follow(lane, 'active', 'New Name');
    expect(answer).toMatchObject({
      status: 200,
      recorded: true,
      body: { customer: { state: 'active', name: 'New Name' }, cancelled: [], erasures: [] },
    });
    expect(await rowOf(lane)).toMatchObject({
      ...{ state: 'active', name: 'New Name', deleted_at: null, deleted_by: null },
      ...{ erased_at: null, tombstoned: false },
    });
    expect(placed && (await orderOf(ordering, placed))).toEqual(before);
    await lane.order();
  });

  test('a deleted user has a deleted customer of that name and no order in force', async () => {
    const { lane, placed, paid, shipped } = await start();
    const answer = await follow(lane, 'deleted', 'New Name');
    expect(answer).toMatchObject({
      status: 200,
      recorded: true,
      body: { customer: { state: 'deleted', name: 'New Name' }, erasures: [] },
    });
    expect(await rowOf(lane)).toMatchObject({
      ...{ state: 'deleted', name: 'New Name', deleted_at: expect.any(Date) },
      ...{ deleted_by: expect.any(String), erased_at: null, tombstoned: true },
    });
    for (const id of [placed, paid]) {
      if (id) expect(await orderOf(ordering, id)).toMatchObject({ status: 'cancelled' });
    }
    if (shipped) expect(await orderOf(ordering, shipped)).toMatchObject({ status: 'shipped' });
    // What is deleted so can be restored.
    await lane.applied('ordering.restore-customer');
    expect(await rowOf(lane)).toMatchObject({ state: 'active', name: 'New Name' });
  });

  test('an absent user has nothing that tells whose it was, and no order in force', async () => {
    const { lane, placed, paid } = await start();
    const answer = await follow(lane, 'absent');
    expect(answer).toMatchObject({ status: 200, recorded: true, body: { customer: null } });
    const { erasures } = answer.body as { erasures: Erasure[] };
    expect(erasures.at(-1)).toMatchObject({ relation: 'ordering.inbox' });
    for (const id of [placed, paid]) {
      if (!id) continue;
      expect(await orderOf(ordering, id)).toMatchObject({
        ...{ status: 'cancelled', delivery: { name: '' }, paymentReference: null },
      });
    }
    expect(await rowOf(lane)).toMatchObject({
      tombstoned: true,
      ...(placed && { state: 'purged', name: '' }),
    });
    expect(await ordering.rows('select 1 from inbox where user_id = $1', lane.userId)).toHaveLength(1);
    expect((await ordering.get(`/internal/customers/${lane.userId}`)).status).toBe(placed ? 410 : 404);
  });

  test.each([
    ['active', 'New Name'],
    ['deleted', 'New Name'],
    ['absent', undefined],
  ] as const)('following %s once more changes nothing', async (state, name) => {
    const { lane } = await start();
    await follow(lane, state, name);
    const [row, orders] = [await rowOf(lane), 'select * from orders where user_id = $1 order by id'];
    const before = await ordering.rows(orders, lane.userId);
    expect(await follow(lane, state, name)).toMatchObject({ status: 200, body: { cancelled: [] } });
    expect(await rowOf(lane)).toEqual(row);
    expect(await ordering.rows(orders, lane.userId)).toEqual(before);
  });
});

test('a customer who is deleted already is so as of the first deletion, with the new name', async () => {
  const { lane } = await deleted();
  const before = await rowOf(lane);
  await follow(lane, 'deleted', 'New Name');
  expect(await rowOf(lane)).toEqual({ ...(before as object), name: 'New Name', version: 4 });
});

test('a purged customer of a user who is only deleted is so as of the first deletion', async () => {
  const { lane } = await purged();
  const before = (await rowOf(lane)) as { deleted_at: Date; deleted_by: string };
  await follow(lane, 'deleted', 'New Name');
  const { deleted_at, deleted_by } = before;
  expect(await rowOf(lane)).toMatchObject({ state: 'deleted', deleted_at, deleted_by });
});

test('what a user who came back did to orders, old and new, is erased by the next purge too', async () => {
  const { lane, placed } = await tombstoned();
  await lane.applied('ordering.purge-customer');
  await follow(lane, 'active', 'Once Again');
  await ordering.rows(
    `update orders set cancel_reason = 'Once Again changed my mind', updated_at = now() where id = $1`,
    placed,
  );
  await lane.order('pay');
  await lane.applied('ordering.delete-customer', { paidOrders: 'cancel' });
  await lane.applied('ordering.purge-customer');
  expect(await ordering.tablesWith('Once Again')).toEqual([]);
});

test.each(['active', 'deleted'] as const)('to be %s a user needs a name', async (state) => {
  const { lane } = await active();
  expect(await follow(lane, state)).toMatchObject({ status: 400, body: { errors: [{ path: 'name' }] } });
});
