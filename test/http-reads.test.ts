import { randomUUID } from 'node:crypto';
import { type Api, api, expectStatus, LINE, type Person, register, signIn, WAIT } from './support/client.js';
import { startSystem, type System } from './support/system.js';

const ORDER = { lines: [LINE] };
const AFTER = { 'read-after': 'latest' };

describe('a read over HTTP', () => {
  let system: System;
  let url: string;
  let admin: Api;
  let user: Person;
  let me: Api;
  beforeAll(async () => {
    system = await startSystem();
    url = system.gatewayUrls[0]!;
    admin = api(url, await signIn(url, system.admin));
  });
  beforeEach(async () => {
    user = await register(url);
    me = api(url, user.token);
  });
  afterAll(() => system?.stop());

  const place = async (fields: object = {}): Promise<string> =>
    expectStatus(await me.post('/v1/orders', { ...ORDER, ...fields }, WAIT), 201).id;

  /** Follows nextCursor to the end; `between` runs after each page. */
  async function walk(
    as: Api,
    path: string,
    between: () => Promise<unknown> = async () => {},
  ): Promise<string[]> {
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const next = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: { items: { id: string }[]; nextCursor: string | null } = expectStatus(
        await as.get(path + next),
        200,
      );
      expect(Object.keys(page).sort()).toEqual(['items', 'nextCursor']);
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
      await between();
    } while (cursor !== null);
    return ids;
  }

  describe('of one resource', () => {
    it.each([
      [
        'a user',
        async () => `/v1/users/${user.id}`,
        () => me.patch(`/v1/users/${user.id}`, { firstName: 'Ada' }, WAIT),
      ],
      [
        'a customer',
        async () => `/v1/customers/${user.id}`,
        () => me.put(`/v1/customers/${user.id}`, {}, WAIT),
      ],
      [
        'the own page',
        async () => '/v1/me',
        () => me.patch(`/v1/users/${user.id}`, { firstName: 'Ada' }, WAIT),
      ],
      ['an order', async () => `/v1/orders/${await place()}`, null],
      [
        'an operation',
        async () => `/v1/operations/${(await me.get('/v1/operations')).body.items[0].id}`,
        null,
      ],
    ])('sends %s only to those who have it not: ETag and 304', async (_what, where, change) => {
      const path = await where();
      const first = await me.get(path);
      const etag = first.headers.get('etag')!;
      expect(etag).toMatch(/^"[^"]+"$/);
      for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const same = await me.get(path, { 'if-none-match': known });
        expect(same).toMatchObject({ status: 304, body: undefined });
        expect(same.headers.get('etag')).toBe(etag);
      }
      expect(await me.get(path, { 'if-none-match': '"other"' })).toMatchObject({
        status: 200,
        body: first.body,
      });
      if (!change) return;
      expect((await change()).status).toBe(200);
      const changed = await me.get(path, { 'if-none-match': etag });
      expect(changed.status).toBe(200);
      expect(changed.headers.get('etag')).not.toBe(etag);
    });

    it('has the members of the contract, and no others', async () => {
      const address = { line1: '1 Main St', city: 'Berlin', postalCode: '10115', country: 'DE' };
      await me.put(`/v1/customers/${user.id}`, { deliveryAddress: address }, WAIT);
      const id = await place({ reference: 'mine' });
      const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect((await me.get(`/v1/users/${user.id}`)).body).toEqual({
        ...{ id: user.id, email: user.email, firstName: 'Grace', lastName: 'Hopper', roles: [], claims: {} },
        ...{ state: 'active', version: 1, createdAt: time, updatedAt: time },
      });
      expect((await me.get(`/v1/customers/${user.id}`)).body).toEqual({
        ...{ userId: user.id, name: 'Grace Hopper', phone: null, deliveryAddress: address },
        ...{ state: 'active', version: 2 },
      });
      expect((await me.get(`/v1/orders/${id}`)).body).toMatchObject({
        ...{ id, userId: user.id, status: 'placed', lines: [LINE], reference: 'mine' },
        delivery: { name: 'Grace Hopper', ...address },
      });
    });

    it("gives an order the address that was given, else the customer's, else the name alone", async () => {
      const address = { line1: '1 Main St', city: 'Berlin', postalCode: '10115', country: 'DE' };
      const delivery = async (id: string) => (await me.get(`/v1/orders/${id}`)).body.delivery;
      expect(await delivery(await place())).toEqual({ name: 'Grace Hopper' });
      const given = { ...address, name: 'Neighbour', line2: 'rear' };
      expect(await delivery(await place({ deliveryAddress: given }))).toEqual(given);
    });
  });

  describe('of a list', () => {
    it('covers every order once, newest first, also while others are placed', async () => {
      const placed: string[] = [];
      for (let i = 0; i < 7; i++) placed.push(await place());
      expect(await walk(me, '/v1/orders?limit=3')).toEqual(placed.toReversed());
      expect(await walk(me, '/v1/orders?limit=3', () => place())).toEqual(placed.toReversed());
    });

    it('covers every operation once, newest first', async () => {
      await Promise.all(Array.from({ length: 6 }, () => me.post('/v1/orders', ORDER)));
      await me.get('/v1/me', AFTER);
      const ids = await walk(me, '/v1/operations?limit=3');
      expect(ids).toHaveLength(7);
      expect(ids).toEqual([...new Set(ids)].sort().toReversed());
      const seqs = (await me.get('/v1/operations')).body.items.map(({ seq }: { seq: number }) => seq);
      expect(seqs).toHaveLength(7);
    });

    it('has 50 items unless another limit is asked for, up to 200', async () => {
      await Promise.all(Array.from({ length: 51 }, () => me.post('/v1/orders', ORDER)));
      for (const path of ['/v1/orders', '/v1/operations']) {
        const page = await me.get(path, AFTER);
        expect(page.body.items).toHaveLength(50);
        expect(page.body.nextCursor).toEqual(expect.any(String));
        const all = await me.get(`${path}?limit=200`);
        expect(all.body.items.length).toBeGreaterThan(50);
        expect(all.body.nextCursor).toBeNull();
      }
    });

    it('is filtered: orders by status and user, operations by state and kind', async () => {
      const [kept, paid] = [await place(), await place()];
      await me.post(`/v1/orders/${paid}/pay`, { paymentReference: 'p' }, WAIT);
      await me.post(`/v1/orders/${paid}/pay`, { paymentReference: 'p' }, WAIT);
      const orders = (filter: string, as = me) => walk(as, `/v1/orders?limit=1&${filter}`);
      expect(await orders('status=placed')).toEqual([kept]);
      expect(await orders('status=paid')).toEqual([paid]);
      expect(await orders('status=shipped')).toEqual([]);
      expect(await orders(`status=paid&userId=${user.id}`, admin)).toEqual([paid]);
      expect(await orders(`userId=${user.id.toUpperCase()}`, admin)).toEqual([paid, kept]);
      const operations = async (filter: string) => (await me.get(`/v1/operations?${filter}`)).body.items;
      expect(await operations('kind=order.pay')).toMatchObject([{ state: 'failed' }, { state: 'succeeded' }]);
      expect(await operations('state=failed')).toMatchObject([{ kind: 'order.pay' }]);
      expect(await operations('state=failed&kind=order.place')).toEqual([]);
    });

    it('finds users by parts of address and name, for administrators', async () => {
      const mark = randomUUID().slice(0, 8);
      const people: Person[] = [];
      for (const end of ['a', 'b', '%']) people.push(await register(url, { firstName: `Q${mark}${end}` }));
      const search = (text: string) => walk(admin, `/v1/users?limit=2&search=${encodeURIComponent(text)}`);
      const ids = people.map(({ id }) => id);
      expect(await search(mark)).toEqual(ids.toReversed());
      expect(await search(`q${mark}A`)).toEqual([ids[0]]);
      expect(await search(`${mark}b Hopp`)).toEqual([ids[1]]);
      expect(await search(`${mark}%`)).toEqual([ids[2]]);
      expect(await search(people[0]!.email.toUpperCase())).toEqual([ids[0]]);
      expect(await search(`${mark}_`)).toEqual([]);
    });

    it('has for an operation of an administrator a place in both lists', async () => {
      await admin.put(`/v1/users/${user.id}/claims`, { claims: { a: 1 } }, WAIT);
      const [mine] = (await me.get('/v1/operations?kind=user.set-claims')).body.items;
      expect(mine).toMatchObject({ userId: user.id, state: 'succeeded' });
      expect(mine.actorId).not.toBe(user.id);
      const [theirs] = (await admin.get('/v1/operations?kind=user.set-claims&limit=1')).body.items;
      expect(theirs.id).toBe(mine.id);
    });
  });

  describe('after a write', () => {
    it('sees it: the latest of the lane that is read, or the one that is named', async () => {
      for (let i = 0; i < 10; i++) {
        const { id } = expectStatus(await me.patch(`/v1/users/${user.id}`, { firstName: `Ada ${i}` }), 202);
        const after = { 'read-after': i % 2 ? 'latest' : i % 4 ? id : id.toUpperCase() };
        const name = `Ada ${i} Hopper`;
        expect((await me.get(`/v1/customers/${user.id}`, after)).body.name).toBe(name);
        expect((await me.get('/v1/me', after)).body).toMatchObject({ customer: { name }, missing: [] });
      }
      const order = expectStatus(await me.post('/v1/orders', ORDER), 202).target.id;
      expect((await me.get(`/v1/orders/${order}`, AFTER)).status).toBe(200);
      await me.post(`/v1/orders/${order}/cancel`, {});
      expect((await admin.get(`/v1/orders?userId=${user.id}`, AFTER)).body.items).toMatchObject([
        { status: 'cancelled' },
      ]);
      const { id } = expectStatus(await me.patch(`/v1/users/${user.id}`, { firstName: 'Eve' }), 202);
      const found = await admin.get(`/v1/users?search=${user.email}`, { 'read-after': id });
      expect(found.body.items).toMatchObject([{ firstName: 'Eve' }]);
    });

    it('must name one that the caller may see', async () => {
      const other = await register(url);
      const theirs = (await api(url, other.token).get('/v1/operations')).body.items[0].id;
      const read = (after: string, as = me) => as.get(`/v1/users/${user.id}`, { 'read-after': after });
      for (const wrong of ['last', '7', '']) {
        expect(await read(wrong)).toMatchObject({ status: 400, body: { errors: [{ path: 'Read-After' }] } });
      }
      expect([await read(theirs), await read(randomUUID())]).toMatchObject([
        { status: 404 },
        { status: 404 },
      ]);
      expect((await read(theirs, admin)).status).toBe(200);
    });
  });
});
