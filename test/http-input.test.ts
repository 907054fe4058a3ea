import { type Answer, type Api, api, LINE, register, signIn } from './support/client.js';
import { startSystem, type System } from './support/system.js';

const PERSON = {
  email: 'grace@example.com',
  password: 'a long enough one',
  firstName: 'Grace',
  lastName: 'Hopper',
};
const ADDRESS = { line1: '1 Main St', city: 'Berlin', postalCode: '10115', country: 'DE' };
const PRICE = { amount: 450, currency: 'EUR' };

const text = (length: number): string => 'x'.repeat(length);
const lines = (count: number): object[] => Array.from({ length: count }, () => LINE);
const line = (changes: object): object => ({ lines: [{ ...LINE, ...changes }] });
const price = (changes: object): object => line({ unitPrice: { ...PRICE, ...changes } });
const address = (changes: object): object => ({ deliveryAddress: { ...ADDRESS, ...changes } });

/** What is wrong, the body, and the path that the answer must name. */
type Wrong = [what: string, body: object, path: string];

const REGISTRATIONS: Wrong[] = [
  ['an unknown field', { ...PERSON, roles: ['admin'] }, 'roles'],
  ['a field named like a method of objects', { ...PERSON, hasOwnProperty: 1 }, 'hasOwnProperty'],
  ['a missing field', { ...PERSON, email: undefined }, 'email'],
  ['an e-mail that is none', { ...PERSON, email: 'grace at example' }, 'email'],
  ['a list of e-mails', { ...PERSON, email: [PERSON.email] }, 'email'],
  ['an e-mail of 201 characters', { ...PERSON, email: `${text(189)}@example.com` }, 'email'],
  ['a password of 9 characters', { ...PERSON, password: text(9) }, 'password'],
  ['a password of 129 characters', { ...PERSON, password: text(129) }, 'password'],
  ['a common password', { ...PERSON, password: 'Password123' }, 'password'],
  ['null for a name', { ...PERSON, firstName: null }, 'firstName'],
  ['a blank name', { ...PERSON, firstName: ' \t' }, 'firstName'],
  ['an object for a name', { ...PERSON, lastName: { a: 1 } }, 'lastName'],
  ['a name of 201 characters', { ...PERSON, lastName: text(201) }, 'lastName'],
];

const ORDERS: Wrong[] = [
  ['no lines', {}, 'lines'],
  ['an empty list of lines', { lines: [] }, 'lines'],
  ['lines that are an object', { lines: LINE }, 'lines'],
  ['null for a line', { lines: [null] }, 'lines.0'],
  ['a list for a line', { lines: [[LINE]] }, 'lines'],
  ['an empty list for a line', { lines: [LINE, []] }, 'lines'],
  ['101 lines', { lines: lines(101) }, 'lines'],
  ['an unknown field in a line', line({ colour: 'red' }), 'lines.0.colour'],
  ['a quantity of 0', line({ quantity: 0 }), 'lines.0.quantity'],
  ['a quantity of 10,001', line({ quantity: 10_001 }), 'lines.0.quantity'],
  ['half a piece', line({ quantity: 1.5 }), 'lines.0.quantity'],
  ['a quantity as text', line({ quantity: '2' }), 'lines.0.quantity'],
  ['a blank article number', line({ sku: ' ' }), 'lines.0.sku'],
  ['no price', line({ unitPrice: undefined }), 'lines.0.unitPrice'],
  ['a list for a price', line({ unitPrice: [PRICE] }), 'lines.0.unitPrice'],
  ['an empty list for a price', line({ unitPrice: [] }), 'lines.0.unitPrice'],
  ['a negative amount', price({ amount: -1 }), 'lines.0.unitPrice.amount'],
  ['half a cent', price({ amount: 0.5 }), 'lines.0.unitPrice.amount'],
  ['an amount that is not exact', price({ amount: 2 ** 53 }), 'lines.0.unitPrice.amount'],
  ['a sum that is not exact', price({ amount: 2 ** 53 - 1 }), 'lines'],
  ['a currency in lower case', price({ currency: 'eur' }), 'lines.0.unitPrice.currency'],
  ['a currency that does not exist', price({ currency: 'QQQ' }), 'lines.0.unitPrice.currency'],
  ['two currencies', { lines: [LINE, { ...LINE, unitPrice: { ...PRICE, currency: 'USD' } }] }, 'lines'],
  ['null for an optional address', { lines: [LINE], deliveryAddress: null }, 'deliveryAddress'],
  ['a list for an address', { lines: [LINE], deliveryAddress: [ADDRESS] }, 'deliveryAddress'],
  ['an empty list for an address', { lines: [LINE], deliveryAddress: [] }, 'deliveryAddress'],
  ['a country in lower case', { lines: [LINE], ...address({ country: 'de' }) }, 'deliveryAddress.country'],
  ['a reference of 65 characters', { lines: [LINE], reference: text(65) }, 'reference'],
  ['null for an optional reference', { lines: [LINE], reference: null }, 'reference'],
];

const CUSTOMERS: Wrong[] = [
  ['an unknown field', { name: 'Grace' }, 'name'],
  ['an address without a street', address({ line1: undefined }), 'deliveryAddress.line1'],
  ['an address with an unknown field', address({ planet: 'Mars' }), 'deliveryAddress.planet'],
  ['a second line of 201 characters', address({ line2: text(201) }), 'deliveryAddress.line2'],
  ['a country that does not exist', address({ country: 'QQ' }), 'deliveryAddress.country'],
  ['a list for an address', { deliveryAddress: [ADDRESS] }, 'deliveryAddress'],
  ['null for an optional telephone number', { phone: null }, 'phone'],
  ['a telephone number of 201 characters', { phone: text(201) }, 'phone'],
];

const CLAIMS: Wrong[] = [
  ['no claims', {}, 'claims'],
  ['null', { claims: null }, 'claims'],
  ['a list', { claims: ['a'] }, 'claims'],
  ['a nested object', { claims: { a: { b: 1 } } }, 'claims'],
  ['a null within', { claims: { a: null } }, 'claims'],
  ['a name that every object has', { claims: { toString: 'a' } }, 'claims.toString'],
  ['another', { claims: { prototype: 'a' } }, 'claims.prototype'],
  ['more than 4 KiB', { claims: { a: text(4096 - '{"a":""}'.length + 1) } }, 'claims'],
];

const ROLES: Wrong[] = [
  ['an unknown role', { roles: ['root'] }, 'roles'],
  ['a role twice', { roles: ['admin', 'admin'] }, 'roles'],
  ['a role as text', { roles: 'admin' }, 'roles'],
  ['null', { roles: null }, 'roles'],
];

describe('what a client sends', () => {
  let system: System;
  let url: string;
  let admin: Api;
  let me: Api;
  let id: string;
  let token: string;
  let orderId: string;
  beforeAll(async () => {
    system = await startSystem();
    url = system.gatewayUrls[0]!;
    admin = api(url, await signIn(url, system.admin));
    const user = await register(url);
    ({ id, token } = user);
    me = api(url, token);
    orderId = (await me.post('/v1/orders', { lines: [LINE] })).body.target.id;
  });
  afterAll(() => system?.stop());

  it.each(REGISTRATIONS)('is no registration with %s', async (_what, body, path) => {
    expectInvalid(await api(url).post('/v1/users', body), path);
  });

  it.each(ORDERS)('is no order with %s', async (_what, body, path) => {
    expectInvalid(await me.post('/v1/orders', body), path);
  });

  it.each(ORDERS.filter(([, , path]) => path !== 'reference' && path !== 'lines.0'))(
    'is no change of an order to %s',
    async (_what, body, path) => expectInvalid(await me.patch(`/v1/orders/${orderId}`, body), '', path),
  );

  it.each(CUSTOMERS)('is no customer with %s', async (_what, body, path) => {
    expectInvalid(await me.put(`/v1/customers/${id}`, body), path);
  });

  it.each(CLAIMS)('are no claims: %s', async (_what, body, path) => {
    expectInvalid(await admin.put(`/v1/users/${id}/claims`, body), path);
  });

  it.each(ROLES)('are no roles: %s', async (_what, body, path) => {
    expectInvalid(await admin.put(`/v1/users/${id}/roles`, body), path);
  });

  it('is no change when it changes nothing', async () => {
    expectInvalid(await me.patch(`/v1/users/${id}`, {}), '');
    expectInvalid(await me.patch(`/v1/users/${id}`), '');
    expectInvalid(await me.patch(`/v1/orders/${orderId}`, {}), '');
  });

  it('is no change of a password with a new one that nobody may have', async () => {
    const change = (newPassword: unknown) =>
      me.put(`/v1/users/${id}/password`, { currentPassword: 'whatever it is', newPassword });
    for (const password of [text(9), text(129), '1234567890', null, 1234567890]) {
      expectInvalid(await change(password), 'newPassword');
    }
  });

  it('is no payment, cancellation or shipment with a field that is missing, null, too long or unknown', async () => {
    const order = `/v1/orders/${orderId}`;
    expectInvalid(await me.post(`${order}/pay`, {}), 'paymentReference');
    expectInvalid(await me.post(`${order}/pay`, { paymentReference: text(201) }), 'paymentReference');
    expectInvalid(await me.post(`${order}/cancel`, { reason: null }), 'reason');
    expectInvalid(await me.post(`${order}/cancel`, { reason: 'late', refund: true }), 'refund');
    expectInvalid(await admin.post(`${order}/ship`), 'trackingNumber');
  });

  it('is nothing with a body where none is expected', async () => {
    const body = { reason: 'late' };
    expectInvalid(await admin.post(`/v1/orders/${orderId}/deliver`, body), 'reason');
    expectInvalid(await admin.post(`/v1/users/${id}/restore`, body), 'reason');
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const deletion = await fetch(`${url}/v1/users/${id}`, {
      method: 'DELETE',
      headers,
      body: JSON.stringify(body),
    });
    expect(deletion.status).toBe(400);
    await deletion.body?.cancel();
  });

  it('names every field that is wrong, each with a message', async () => {
    const answer = await api(url).post('/v1/users', { email: 'nobody', password: text(3), lastName: 'H' });
    const paths = answer.body.errors.map((error: { path: string }) => error.path);
    expect(new Set(paths)).toEqual(new Set(['email', 'password', 'firstName']));
    for (const { message } of answer.body.errors) expect(message).toEqual(expect.any(String));
    expect(JSON.stringify(answer.body)).not.toContain(text(3));
  });

  it('may use every limit to the full', async () => {
    const place = { lines: lines(100).map(() => ({ ...LINE, sku: text(200), quantity: 10_000 })) };
    const limits = [
      await me.post('/v1/orders', { ...place, reference: text(64) }),
      await me.post('/v1/orders', price({ amount: 0 })),
      await me.put(`/v1/customers/${id}`, {
        ...address({ line2: text(200), name: text(200) }),
        phone: text(200),
      }),
      await me.put(`/v1/customers/${id}`, {}),
      await admin.put(`/v1/users/${id}/claims`, { claims: { a: text(4096 - '{"a":""}'.length) } }),
      await api(url).post('/v1/users', { ...PERSON, email: `a${PERSON.email}`, password: 'ä1!🚂xyzuvw' }),
      await api(url).post('/v1/users', { ...PERSON, email: `b${PERSON.email}`, password: '🚂🚃'.repeat(64) }),
    ];
    expect(limits.map(({ status }) => status)).toEqual(limits.map(() => 202));
  });

  it('comes back as it was sent, also where a name means something to JavaScript', async () => {
    const claims = { then: 'b', length: 3, call: false, '': 1, 'a.b': 'ß🚂' };
    const answer = await admin.put(`/v1/users/${id}/claims`, { claims }, { prefer: 'wait=30' });
    expect(answer).toMatchObject({ status: 200 });
    expect((await me.get(`/v1/users/${id}`)).body.claims).toEqual(claims);
  });
});

/** A problem that names one of those fields; '' stands for the body as a whole. */
function expectInvalid(answer: Answer, ...paths: string[]): void {
  expect(answer).toMatchObject({
    status: 400,
    body: { type: '/problems/invalid-request', code: 'invalid-request', status: 400 },
  });
  const named: string[] = answer.body.errors.map((error: { path: string }) => error.path);
  expect(named.filter((path) => paths.includes(path))).not.toEqual([]);
}
