import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { api, type Api, expectStatus, LINE, type Person, register, signIn, WAIT } from './support/client.js';
import { startSystem, type System } from './support/system.js';

const ADDRESS = {
  name: 'Ada Canary',
  line1: 'Canary Lane 7',
  city: 'Linz',
  postalCode: '4020',
  country: 'AT',
};
const ROOT = path.resolve(__dirname, '..');

describe('the example that joins', () => {
  let system: System;
  let url: string;
  let admin: Api;
  beforeAll(async () => {
    system = await startSystem({ billing: true, env: { DELETION_GRACE_MS: '20000' } });
    url = system.gatewayUrls[0]!;
    admin = api(url, await signIn(url, system.admin));
  }, 120_000);
  afterAll(() => system?.stop());

  it('issues the invoice of a paid order, in the lane of its user, once', async () => {
    const user = await register(url);
    const me = api(url, user.token);
    const orderId = await paidOrder(me);
    const invoice = `/v1/orders/${orderId}/invoice`;
    const issued = expectStatus(await me.post(invoice, { billTo: ADDRESS }, WAIT), 200);
    expect(issued).toMatchObject({ orderId, userId: user.id, state: 'issued', billTo: ADDRESS });
    expect(issued.total).toEqual({ amount: 900, currency: 'EUR' });
    expect((await me.get(invoice)).body).toEqual(issued);
    expect(await me.post(invoice, { billTo: ADDRESS }, WAIT)).toMatchObject({ status: 409 });
    const kinds = await kindsOf(user.id);
    expect(kinds).toEqual(['user.register', 'order.place', 'order.pay', 'invoice.issue', 'invoice.issue']);
  });

  it('numbers invoices without gaps, a refused one takes none', async () => {
    const user = await register(url);
    const me = api(url, user.token);
    const first = await paidOrder(me);
    await me.post(`/v1/orders/${first}/invoice`, { billTo: ADDRESS }, WAIT);
    await me.post(`/v1/orders/${first}/invoice`, { billTo: ADDRESS }, WAIT);
    const second = await paidOrder(me);
    await me.post(`/v1/orders/${second}/invoice`, { billTo: ADDRESS }, WAIT);
    const { rows } = await system.databases.billing.query('select number from invoices order by number');
    expect(rows.map(({ number }) => number)).toEqual(rows.map((_, index) => index + 1));
  });

  it('refuses what is not paid, not there, not theirs, and not valid', async () => {
    const [user, other] = [await register(url), await register(url)];
    const me = api(url, user.token);
    const { id } = expectStatus(await me.post<{ id: string }>('/v1/orders', { lines: [LINE] }, WAIT), 201);
    const invoice = `/v1/orders/${id}/invoice`;
    const refused = { status: 409, body: { code: 'order-state-conflict' } };
    expect(await me.post(invoice, { billTo: ADDRESS })).toMatchObject(refused);
    expect(await api(url, other.token).post(invoice, { billTo: ADDRESS })).toMatchObject({ status: 404 });
    expect(await me.post(invoice, { billTo: {} })).toMatchObject({ status: 400 });
    expect(await me.post(`${invoice}/void`, {})).toMatchObject({ status: 403 });
    expect(await admin.post(`${invoice}/void`, {}, WAIT)).toMatchObject({ status: 404 });
  });

  it('retains invoices on delete and on restore, and anonymises them on purge', async () => {
    const user = await register(url);
    const me = api(url, user.token);
    const orderId = await paidOrder(me);
    const invoice = expectStatus(
      await me.post(`/v1/orders/${orderId}/invoice`, { billTo: ADDRESS }, WAIT),
      200,
    );
    expectStatus(await admin.post(`/v1/orders/${orderId}/ship`, { trackingNumber: 't' }, WAIT), 200);
    expectStatus(await me.delete(`/v1/users/${user.id}`, WAIT), 204);
    expect(await read(orderId)).toEqual(invoice);
    expectStatus(await admin.post(`/v1/users/${user.id}/restore`, undefined, WAIT), 200);
    expect(await read(orderId)).toEqual(invoice);
    expectStatus(await admin.delete(`/v1/users/${user.id}`, WAIT), 204);
    const receipt = await purge(user);
    expect(receipt).toContainEqual({
      ...{ relation: 'billing.invoices', erased: 1 },
      retained: 'number, total, state and date',
    });
    expect(await read(orderId)).toEqual({ ...invoice, billTo: null, version: 2 });
    const inbox = await system.databases.billing.query('select * from inbox where user_id = $1', [user.id]);
    expect(JSON.stringify(inbox.rows)).not.toContain('Canary');
  }, 60_000);

  it('is looked at by integrity runs: an invoice of nobody is found', async () => {
    const { rows } = await system.databases.billing.query<{ id: string; userId: string }>(
      `insert into invoices (id, number, order_id, user_id, total_amount, currency, bill_to)
       values (gen_random_uuid(), 999, gen_random_uuid(), gen_random_uuid(), 1, 'EUR', '{}')
       returning id, user_id as "userId"`,
    );
    const begun = await admin.post<{ id: string }>('/v1/ops/integrity/runs');
    const run = `/v1/ops/integrity/runs/${begun.body.id}`;
    for (;;) {
      const { body } = await admin.get(run);
      if (body.state === 'running') continue;
      expect(body.findings).toEqual([{ relation: 'billing.invoices', kind: 'dangling', ...rows[0] }]);
      break;
    }
    const repair = expectStatus(await admin.post(`${run}/repair`), 200);
    for (const { id } of (repair as { items: { id: string }[] }).items) {
      expect((await admin.get(`/v1/operations/${id}`, WAIT)).body.state).toBe('succeeded');
    }
    const { rows: left } = await system.databases.billing.query(
      'select bill_to from invoices where number = 999',
    );
    expect(left).toEqual([{ bill_to: null }]);
  }, 60_000);

  it('is known to nothing in ledger, queue, executor and admission', () => {
    const cores = ['ledger', 'queries', 'queue', 'execution', 'http/submit-write.ts'];
    const paths = cores.map((name) => `libs/engine/src/${name}`);
    const grep = (): string =>
      execFileSync('grep', ['-riE', '--exclude=*.spec.ts', 'billing|invoice', ...paths], {
        cwd: ROOT,
      }).toString();
    // grep answers 1 where there is nothing.
    expect(grep).toThrow(expect.objectContaining({ status: 1 }));
  });

  async function paidOrder(me: Api): Promise<string> {
    const { id } = expectStatus(await me.post<{ id: string }>('/v1/orders', { lines: [LINE] }, WAIT), 201);
    expectStatus(await me.post(`/v1/orders/${id}/pay`, { paymentReference: 'p' }, WAIT), 200);
    return id;
  }

  async function read(orderId: string): Promise<unknown> {
    return expectStatus(await admin.get(`/v1/orders/${orderId}/invoice`), 200);
  }

  async function kindsOf(userId: string): Promise<string[]> {
    const { rows } = await system.databases.gateway.query<{ kind: string }>(
      'select kind from operations where user_id = $1 order by seq',
      [userId],
    );
    return rows.map(({ kind }) => kind);
  }

  /** As if the grace period were over. @returns what the receipt lists */
  async function purge({ id }: Person): Promise<unknown[]> {
    const { gateway } = system.databases;
    await gateway.query(`update lanes set deleted_at = now() - interval '1 day' where user_id = $1`, [id]);
    for (;;) {
      const { rows } = await gateway.query<{ state: string; result: { erasures: unknown[] } }>(
        `select state, result from operations where user_id = $1 and kind = 'user.purge'`,
        [id],
      );
      if (rows[0]?.state === 'succeeded') return rows[0].result.erasures;
      if (rows[0]?.state === 'failed') throw new Error('the purge failed');
    }
  }
});
