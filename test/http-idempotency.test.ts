import { randomUUID } from 'node:crypto';
import { type Answer, type Api, api, LINE, type Person, register, signIn, WAIT } from './support/client.js';
import { startSystem, type System } from './support/system.js';

const ORDER = { lines: [LINE], reference: 'mine' };

describe('an Idempotency-Key', () => {
  let system: System;
  let url: string;
  let user: Person;
  let me: Api;
  let key: Record<string, string>;
  beforeAll(async () => {
    system = await startSystem();
    url = system.gatewayUrls[0]!;
  });
  beforeEach(async () => {
    user = await register(url);
    me = api(url, user.token);
    key = { 'idempotency-key': randomUUID() };
  });
  afterAll(() => system?.stop());

  const newPerson = () => ({
    email: `user-${randomUUID()}@example.com`,
    password: `pass-${randomUUID()}`,
    firstName: 'Grace',
    lastName: 'Hopper',
  });

  it('makes of a request that is sent again the operation of the first', async () => {
    const first = await me.post('/v1/orders', ORDER, key);
    const again = await me.post('/v1/orders', ORDER, key);
    expect(first.headers.has('idempotency-replayed')).toBe(false);
    expectReplay(again, first.body.id);
    expect(again.status).toBe(202);
    const waiting = await me.post('/v1/orders', ORDER, { ...key, ...WAIT });
    expect(waiting).toMatchObject({ status: 201, body: { id: first.body.target.id } });
    expect(waiting.headers.get('idempotency-replayed')).toBe('true');
    expect((await me.get('/v1/orders')).body.items).toHaveLength(1);
  });

  it('makes one operation of many requests at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => me.post('/v1/orders', ORDER, key)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.filter(({ headers }) => !headers.has('idempotency-replayed'))).toHaveLength(1);
  });

  it('gives a failure again, as it was', async () => {
    const { id } = (await me.post('/v1/orders', ORDER, WAIT)).body;
    await me.post(`/v1/orders/${id}/cancel`, {}, WAIT);
    const pay = () => me.post(`/v1/orders/${id}/pay`, { paymentReference: 'p' }, { ...key, ...WAIT });
    const [first, again] = [await pay(), await pay()];
    for (const answer of [first, again]) {
      expect(answer).toMatchObject({ status: 409, body: { code: 'order-state-conflict' } });
    }
    expect(again.headers.get('operation-id')).toBe(first.headers.get('operation-id'));
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });

  it('does not care in which order members are written, at any depth', async () => {
    const first = await me.post('/v1/orders', ORDER, key);
    const { sku, name, quantity, unitPrice } = LINE;
    const price = { currency: unitPrice.currency, amount: unitPrice.amount };
    const turned = { reference: 'mine', lines: [{ unitPrice: price, quantity, name, sku }] };
    expectReplay(await me.post('/v1/orders', turned, key), first.body.id);
  });

  it('is refused for another body, path, query or method', async () => {
    const { body: order } = await me.post('/v1/orders', ORDER, key);
    const path = `/v1/orders/${order.target.id}`;
    const others = [
      await me.post('/v1/orders', { ...ORDER, reference: 'yours' }, key),
      await me.post('/v1/orders', { lines: [LINE] }, key),
      await me.post('/v1/orders', { ...ORDER, lines: [LINE, LINE] }, key),
      await me.post(`/v1/orders?a=1`, ORDER, key),
      await me.post(`${path}/cancel`, {}, key),
      await me.patch(path, { lines: [LINE] }, key),
      await me.delete(`/v1/users/${user.id}`, key),
    ];
    for (const { status, body } of others) {
      expect({ status, code: body.code }).toEqual({ status: 422, code: 'idempotency-key-reused' });
    }
    const deletion = { 'idempotency-key': randomUUID() };
    expect((await me.delete(`/v1/users/${user.id}?pending=run`, deletion)).status).toBe(202);
    expect((await me.delete(`/v1/users/${user.id}?pending=cancel`, deletion)).status).not.toBe(202);
  });

  it('stays free when the request is refused', async () => {
    const refused = [
      await me.post('/v1/orders', { lines: [] }, key),
      await me.post(`/v1/orders/${randomUUID()}/pay`, { paymentReference: 'p' }, key),
      await me.put(`/v1/users/${user.id}/roles`, { roles: [] }, key),
      await me.put(
        `/v1/users/${user.id}/password`,
        { currentPassword: 'not mine', newPassword: 'another good one' },
        key,
      ),
      await me.post('/v1/orders', ORDER, { ...key, 'if-match': 'x' }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([400, 404, 403, 401, 400]);
    const accepted = await me.post('/v1/orders', ORDER, key);
    expect(accepted.status).toBe(202);
    expect(accepted.headers.has('idempotency-replayed')).toBe(false);
  });

  it('is the own of its caller', async () => {
    const admin = api(url, await signIn(url, system.admin));
    const path = `/v1/users/${user.id}`;
    const [mine, others] = [
      await me.patch(path, { firstName: 'A' }, key),
      await admin.patch(path, { firstName: 'A' }, key),
    ];
    expect(others).toMatchObject({ status: 202, body: { userId: user.id } });
    expect(others.body.id).not.toBe(mine.body.id);
    expect(others.body.actorId).not.toBe(user.id);
    expect(others.headers.has('idempotency-replayed')).toBe(false);
  });

  it('of a registration belongs to its e-mail address', async () => {
    const [one, two] = [newPerson(), newPerson()];
    const first = await api(url).post('/v1/users', one, key);
    const another = await api(url).post('/v1/users', two, key);
    expect(another.status).toBe(202);
    expect(another.body.id).not.toBe(first.body.id);
    const again = await api(url).post('/v1/users', one, { ...key, ...WAIT });
    expect(again).toMatchObject({ status: 201, body: { id: first.body.userId, email: one.email } });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.headers.has('operation-token')).toBe(true);
    const guess = await api(url).post('/v1/users', { ...one, password: `pass-${randomUUID()}` }, key);
    expect(guess).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
  });

  it('answers for a change of password also when the old one is no longer right', async () => {
    const change = () =>
      me.put(
        `/v1/users/${user.id}/password`,
        { currentPassword: user.password, newPassword: 'another good one' },
        { ...key, ...WAIT },
      );
    const [first, again] = [await change(), await change()];
    expect(first.status).toBe(200);
    expect(again.status).toBe(200);
    expect(again.headers.get('operation-id')).toBe(first.headers.get('operation-id'));
  });

  it('answers an administrator for a deletion also when the user is gone', async () => {
    const admin = api(url, await signIn(url, system.admin));
    const remove = () => admin.delete(`/v1/users/${user.id}`, { ...key, ...WAIT });
    expect([(await remove()).status, (await remove()).status]).toEqual([204, 204]);
    expect((await admin.delete(`/v1/users/${user.id}`, WAIT)).status).toBe(410);
  });

  it.each(['', 'two words', 'ä', 'x'.repeat(256)])('is refused where it is none: "%s"', async (wrong) => {
    const answer = await me.post('/v1/orders', ORDER, { 'idempotency-key': wrong });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'Idempotency-Key' }] } });
  });

  it('may have every visible character, and 255 of them', async () => {
    const visible = Array.from({ length: 94 }, (_, i) => String.fromCharCode(0x21 + i)).join('');
    for (const right of [visible, 'x'.repeat(255), '!']) {
      expect((await me.post('/v1/orders', ORDER, { 'idempotency-key': right })).status).toBe(202);
    }
  });
});

function expectReplay(answer: Answer, operationId: string): void {
  expect(answer.headers.get('idempotency-replayed')).toBe('true');
  expect(answer.body.id).toBe(operationId);
}
