// Billing beside the shop that knows nothing of it: real processes, from the request of a client to the rows.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import {
  type Answer,
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
import { newOperator } from '../../../test/support/operators.js';
import { freePort } from '../../../test/support/ports.js';
import { until } from '../../../test/support/processes.js';
import { startSystem, type System } from '../../../test/support/system.js';

const ROOT = path.resolve(__dirname, '../../..');
const ADDRESS = {
  ...{ name: 'Ada Canary', line1: 'Canary Lane 7', city: 'Linz', postalCode: '4020', country: 'AT' },
};
const CONFLICT = { status: 409, body: { code: 'order-state-conflict' } };

let system: System;
let billing: DeclaredService;
let url: string;
let admin: Api;

beforeAll(async () => {
  const port = await freePort();
  const env = { BILLING_URL: `http://127.0.0.1:${port}`, DELETION_GRACE_MS: '20000' };
  system = await startSystem({ env });
  url = system.gatewayUrls[0]!;
  billing = await DeclaredService.start('billing', { port, gatewayUrl: url });
  admin = api(url, await signIn(url, system.admin));
  await until(async () => (await standing()).state === 'serving');
  await Promise.all([url, billing.url].map(learnDescription));
}, 180_000);
afterAll(async () => {
  await system?.stop();
  await billing?.stop();
});

async function standing(): Promise<Record<string, unknown>> {
  const { body } = await admin.get<Record<string, unknown>[]>('/v1/ops/services');
  return body.find(({ name }) => name === 'billing')!;
}

interface Customer extends Person {
  me: Api;
}

async function customer(): Promise<Customer> {
  const user = await register(url);
  return { ...user, me: api(url, user.token) };
}

/** @returns the address of the invoice of an order of 9.00 */
async function placedOrder({ me }: Customer): Promise<string> {
  const { id } = expectStatus(await me.post<{ id: string }>('/v1/orders', { lines: [LINE] }, WAIT), 201);
  return `/v1/orders/${id}/invoice`;
}

async function paidOrder(user: Customer): Promise<string> {
  const invoice = await placedOrder(user);
  const pay = invoice.replace('invoice', 'pay');
  expectStatus(await user.me.post(pay, { paymentReference: 'p' }, WAIT), 200);
  return invoice;
}

function issue(by: Api, invoice: string): Promise<Answer<Record<string, unknown>>> {
  return by.post(invoice, { billTo: ADDRESS }, WAIT);
}

async function kindsOf({ id }: Person): Promise<string[]> {
  const { body } = await admin.get<{ items: Operation[] }>(`/v1/ops/operations?userId=${id}`);
  return body.items.map(({ kind }) => kind).reverse();
}

it('is accepted as it declares itself, by the short form of its address', async () => {
  expect(await standing()).toMatchObject({ version: '1.0.0', state: 'serving', problem: null });
});

it('is known to nobody else but by that short form', () => {
  const folders = ['gateway/src', 'identity/src', 'ordering/src', 'libs/engine/src', 'libs/contracts/src'];
  const found = execFileSync(
    'grep',
    ['-riE', '--include=*.ts', '--exclude=*.spec.ts', 'billing|invoice', ...folders],
    {
      cwd: ROOT,
    },
  );
  expect(found.toString().trim().split('\n')).toEqual([
    expect.stringMatching(/^gateway\/src\/config\.ts: .*variable: 'BILLING_URL'/),
  ]);
});

it('issues the invoice of a paid order, in the lane of its user, once', async () => {
  const user = await customer();
  const invoice = await paidOrder(user);
  const issued = expectStatus(await issue(user.me, invoice), 200);
  expect(issued).toMatchObject({ userId: user.id, state: 'issued', billTo: ADDRESS });
  expect(issued.total).toEqual({ amount: 900, currency: 'EUR' });
  const read = await user.me.get(invoice, { 'read-after': 'latest' });
  expect(read).toMatchObject({ status: 200, body: issued });
  expect(read.headers.get('etag')).toBe('"1"');
  expect((await user.me.get(invoice, { 'if-none-match': '"1"' })).status).toBe(304);
  expect(await issue(user.me, invoice)).toMatchObject(CONFLICT);
  expect(await kindsOf(user)).toEqual([
    ...['user.register', 'order.place', 'order.pay', 'billing.keep-paid-order'],
    ...['invoice.issue', 'invoice.issue'],
  ]);
});

it('voids an invoice, where its version is the one that was seen', async () => {
  const user = await customer();
  const invoice = await paidOrder(user);
  expectStatus(await issue(user.me, invoice), 200);
  const reason = { reason: 'a mistake' };
  expect(await admin.post(`${invoice}/void`, reason, { ...WAIT, 'if-match': '"7"' })).toMatchObject({
    ...{ status: 412, body: { code: 'version-conflict' } },
  });
  expect(await admin.post(`${invoice}/void`, reason, { ...WAIT, 'if-match': '"1"' })).toMatchObject({
    ...{ status: 200, body: { state: 'void', voidReason: 'a mistake', version: 2 } },
  });
});

it('refuses what is not paid, cancelled, not there, not theirs, and not valid', async () => {
  const [user, other] = [await customer(), await customer()];
  const placed = await placedOrder(user);
  expect(await issue(user.me, placed)).toMatchObject(CONFLICT);
  expect(await other.me.post(placed, { billTo: ADDRESS })).toMatchObject({ status: 404 });
  expect(await other.me.get(placed)).toMatchObject({ status: 404 });
  expect(await user.me.get(placed)).toMatchObject({ status: 404 });
  expect(await user.me.post(placed, { billTo: {} })).toMatchObject({
    ...{
      status: 400,
      body: { errors: expect.arrayContaining([expect.objectContaining({ path: 'billTo.line1' })]) },
    },
  });
  expect(await user.me.post(placed, { billTo: ADDRESS, total: LINE.unitPrice })).toMatchObject({
    status: 400,
  });
  expect(await user.me.post(`${placed}/void`, {})).toMatchObject({ status: 403 });
  expect(await admin.post(`${placed}/void`, {}, WAIT)).toMatchObject({ status: 404 });
  const cancelled = await paidOrder(user);
  expectStatus(await user.me.post(cancelled.replace('invoice', 'cancel'), {}, WAIT), 200);
  expect(await issue(user.me, cancelled)).toMatchObject(CONFLICT);
});

it('asks again for the role that let somebody in, when a write begins', async () => {
  const [user, former] = [await customer(), await newOperator(url, await signIn(url, system.admin), 'admin')];
  const invoice = await paidOrder(user);
  expectStatus(await admin.post(`/v1/ops/lanes/${user.id}/pause`), 200);
  const asked = [
    await api(url, former.token).post<Operation>(invoice, { billTo: ADDRESS }),
    await api(url, former.token).post<Operation>(`${invoice}/void`, {}),
  ].map((answer) => expectStatus(answer, 202));
  await system.databases.identity.query(`update users set roles = '{}' where id = $1`, [former.id]);
  expectStatus(await admin.post(`/v1/ops/lanes/${user.id}/resume`), 200);
  for (const { id } of asked)
    expect((await admin.get(`/v1/operations/${id}`, WAIT)).body).toMatchObject({
      ...{ state: 'rejected', problem: { code: 'forbidden' } },
    });
});

it('retains invoices on delete and on restore, and anonymises them on purge', async () => {
  const user = await customer();
  const invoice = await paidOrder(user);
  const issued = expectStatus(await issue(user.me, invoice), 200);
  const read = async (): Promise<unknown> => expectStatus(await admin.get(invoice), 200);
  expectStatus(await admin.post(invoice.replace('invoice', 'ship'), { trackingNumber: 't' }, WAIT), 200);
  expectStatus(await admin.delete(`/v1/users/${user.id}`, WAIT), 204);
  expect(await read()).toEqual(issued);
  expectStatus(await admin.post(`/v1/users/${user.id}/restore`, undefined, WAIT), 200);
  expect(await read()).toEqual(issued);
  expectStatus(await admin.delete(`/v1/users/${user.id}`, WAIT), 204);
  expect(await purge(system, user.id)).toEqual(
    expect.arrayContaining([
      { relation: 'billing.invoices', erased: 1, retained: 'number, total, state and date' },
      { relation: 'billing.paid_orders', erased: 1, retained: '' },
      { relation: 'billing.inbox', erased: expect.any(Number) as number, retained: '' },
    ]),
  );
  expect(await read()).toEqual({ ...issued, billTo: null, version: 2 });
  const answers = await billing.rows('select body::text from inbox where user_id = $1', user.id);
  expect(JSON.stringify(answers)).not.toContain('Canary');
}, 60_000);

it('shows nothing personal of a purged user whom a backup has brought back', async () => {
  const user = await customer();
  const invoice = await paidOrder(user);
  const issued = expectStatus(await issue(user.me, invoice), 200);
  expectStatus(await admin.post(invoice.replace('invoice', 'ship'), { trackingNumber: 't' }, WAIT), 200);
  expectStatus(await admin.delete(`/v1/users/${user.id}`, WAIT), 204);
  await purge(system, user.id);
  const again = 'update invoices set bill_to = $2, erased_at = null where user_id = $1';
  await billing.rows(again, user.id, ADDRESS);
  expect((await admin.get(invoice)).body).toEqual({ ...issued, billTo: null, version: 2 });
  await billing.rows('update invoices set bill_to = null, erased_at = now() where user_id = $1', user.id);
}, 60_000);

it('is compared with identity, and made to follow where it does not agree', async () => {
  expect(await findingsOf(admin, await beginComparison(admin))).toEqual([]);
  const [stray] = await billing.rows<{ id: string; userId: string }>(
    `insert into invoices (id, number, order_id, user_id, total_amount, currency, bill_to)
     values (gen_random_uuid(), 999, gen_random_uuid(), gen_random_uuid(), 1, 'EUR', '{}')
     returning id, user_id as "userId"`,
  );
  const run = await beginComparison(admin);
  expect(await findingsOf(admin, run)).toEqual([
    { relation: 'billing.invoices', kind: 'dangling', ...stray },
  ]);
  const { items } = expectStatus(await admin.post<{ items: Operation[] }>(`${run}/repair`), 200);
  for (const { id } of items)
    expect((await admin.get(`/v1/operations/${id}`, WAIT)).body).toMatchObject({ state: 'succeeded' });
  expect(await findingsOf(admin, await beginComparison(admin))).toEqual([]);
  const [left] = await billing.rows('select bill_to from invoices where number = 999');
  expect(left).toEqual({ bill_to: null });
}, 90_000);
