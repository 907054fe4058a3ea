// Loyalty beside the shop that knows nothing of it: real processes, from the request of a client to the rows.
import {
  api,
  type Api,
  expectStatus,
  LINE,
  type Operation,
  type Person,
  register,
  signIn,
  WAIT,
} from '../../../test/support/client.js';
import { beginComparison, findingsOf, purge } from '../../../test/support/comparisons.js';
import { DeclaredService } from '../../../test/support/declared-service.js';
import { learnDescription } from '../../../test/support/description.js';
import { freePort } from '../../../test/support/ports.js';
import { until } from '../../../test/support/processes.js';
import { startSystem, type System } from '../../../test/support/system.js';

let system: System;
let loyalty: DeclaredService;
let url: string;
let admin: Api;

beforeAll(async () => {
  const port = await freePort();
  const env = { SERVICES: `loyalty=http://127.0.0.1:${port}`, DELETION_GRACE_MS: '20000' };
  system = await startSystem({ env });
  url = system.gatewayUrls[0]!;
  loyalty = await DeclaredService.start('loyalty', { port, gatewayUrl: url });
  admin = api(url, await signIn(url, system.admin));
  await until(async () => (await standing()).state === 'serving');
  await learnDescription(url);
}, 180_000);
afterAll(async () => {
  await system?.stop();
  await loyalty?.stop();
});

async function standing(): Promise<Record<string, unknown>> {
  const { body } = await admin.get<Record<string, unknown>[]>('/v1/ops/services');
  return body.find(({ name }) => name === 'loyalty')!;
}

interface Customer extends Person {
  me: Api;
  points: string;
}

async function customer(): Promise<Customer> {
  const user = await register(url);
  return { ...user, me: api(url, user.token), points: `/v1/users/${user.id}/points` };
}

/** An order of 9.00 that is paid, and has brought its points. */
async function paidOrder({ me, points }: Customer): Promise<string> {
  const { id } = expectStatus(await me.post<{ id: string }>('/v1/orders', { lines: [LINE] }, WAIT), 201);
  expectStatus(await me.post(`/v1/orders/${id}/pay`, { paymentReference: 'p' }, WAIT), 200);
  expectStatus(await me.get(points, { 'read-after': 'latest' }), 200);
  return id;
}

async function kindsOf({ id }: Person): Promise<string[]> {
  const { body } = await admin.get<{ items: Operation[] }>(`/v1/ops/operations?userId=${id}`);
  return body.items.map(({ kind }) => kind).reverse();
}

it('is accepted as it declares itself', async () => {
  expect(await standing()).toMatchObject({ version: '1.0.0', state: 'serving', problem: null });
});

it('earns points with a paid order, by an operation of its own, and redeems them', async () => {
  const user = await customer();
  await paidOrder(user);
  expect((await user.me.get(user.points)).body).toMatchObject({ points: 9, state: 'open' });
  expect(await user.me.post(`${user.points}/redeem`, { points: 4, reason: 'a mug' }, WAIT)).toMatchObject({
    ...{ status: 200, body: { userId: user.id, points: 5 } },
  });
  expect(await user.me.post(`${user.points}/redeem`, { points: 6 }, WAIT)).toMatchObject({
    ...{ status: 409, body: { code: 'insufficient-points' } },
  });
  expect(await kindsOf(user)).toEqual([
    ...['user.register', 'order.place', 'order.pay', 'loyalty.earn', 'loyalty.redeem', 'loyalty.redeem'],
  ]);
});

it('takes back the points of an order that is cancelled', async () => {
  const user = await customer();
  const orderId = await paidOrder(user);
  const cancelled = await user.me.post(`/v1/orders/${orderId}/cancel`, {}, WAIT);
  expectStatus(cancelled, 200);
  expect((await user.me.get(user.points)).body).toMatchObject({ points: 0 });
  const operationId = cancelled.headers.get('operation-id');
  expect((await user.me.get(`/v1/operations/${operationId}`)).body).toMatchObject({
    relations: [{ relation: 'loyalty.entries', rule: 'cascade', rows: 1 }],
  });
});

it('goes with its user, comes back, and is told of in the receipt of the purge', async () => {
  const user = await customer();
  const orderId = await paidOrder(user);
  expectStatus(await admin.post(`/v1/orders/${orderId}/ship`, { trackingNumber: 't' }, WAIT), 200);
  expectStatus(await user.me.post(`${user.points}/redeem`, { points: 1, reason: 'canary8830' }, WAIT), 200);
  expectStatus(await admin.delete(`/v1/users/${user.id}`, WAIT), 204);
  expect((await admin.get(user.points)).body).toMatchObject({ points: 8, state: 'closed' });
  expect((await admin.post(`${user.points}/redeem`, { points: 1 }, WAIT)).status).toBe(410);
  expectStatus(await admin.post(`/v1/users/${user.id}/restore`, undefined, WAIT), 200);
  expect((await admin.get(user.points)).body).toMatchObject({ points: 8, state: 'open' });
  expectStatus(await admin.delete(`/v1/users/${user.id}`, WAIT), 204);
  expect(await purge(system, user.id)).toEqual(
    expect.arrayContaining([
      { relation: 'loyalty.accounts', erased: 1, retained: 'points and dates' },
      { relation: 'loyalty.entries', erased: 1, retained: 'points and dates' },
    ]),
  );
  expect(await loyalty.tablesWith('canary8830')).toEqual([]);
});

it('is compared with identity and ordering, and made to follow where it does not agree', async () => {
  expect(await findingsOf(admin, await beginComparison(admin))).toEqual([]);
  const [stray] = await loyalty.rows<{ id: string }>(
    'insert into accounts (user_id) values (gen_random_uuid()) returning user_id as id',
  );
  const { id } = stray!;
  const run = await beginComparison(admin);
  expect(await findingsOf(admin, run)).toEqual([
    { relation: 'loyalty.accounts', kind: 'dangling', id, userId: id },
  ]);
  const { items } = expectStatus(await admin.post<{ items: Operation[] }>(`${run}/repair`), 200);
  for (const repair of items)
    expect((await admin.get(`/v1/operations/${repair.id}`, WAIT)).body).toMatchObject({ state: 'succeeded' });
  expect(await findingsOf(admin, await beginComparison(admin))).toEqual([]);
}, 90_000);
