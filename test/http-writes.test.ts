import { randomUUID } from 'node:crypto';
import {
  type Answer,
  type Api,
  api,
  expectStatus,
  LINE,
  type Person,
  register,
  signIn,
  WAIT,
  waitFor,
} from './support/client.js';
import { keysOf } from './support/keys.js';
import { startSystem, type System } from './support/system.js';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const ORDER = { lines: [LINE] };

const newPerson = () => ({
  email: `user-${randomUUID()}@example.com`,
  password: `pass-${randomUUID()}`,
  firstName: 'Grace',
  lastName: 'Hopper',
});

describe('a write over HTTP', () => {
  let system: System;
  let url: string;
  let admin: Api;
  let user: Person;
  let me: Api;
  beforeAll(async () => {
    system = await startSystem();
    url = system.gatewayUrls[0]!;
    admin = api(url, await signIn(url, system.admin));
    user = await register(url);
    me = api(url, user.token);
  });
  afterAll(() => system?.stop());

  describe('is answered', () => {
    it('with 202, where to look, and the whole operation', async () => {
      const mine = await register(url);
      const answer = await api(url, mine.token).post('/v1/orders', ORDER);
      const { id } = answer.body;
      expect(answer.status).toBe(202);
      expect(answer.headers.get('location')).toBe(`/v1/operations/${id}`);
      for (const name of ['preference-applied', 'operation-id', 'operation-token', 'idempotency-replayed']) {
        expect(answer.headers.has(name)).toBe(false);
      }
      expect(answer.body).toEqual({
        id: expect.stringMatching(UUID_V7),
        kind: 'order.place',
        userId: mine.id,
        actorId: mine.id,
        seq: 2,
        state: 'queued',
        attempts: 0,
        target: { type: 'order', id: expect.stringMatching(UUID_V7) },
        steps: [{ name: 'ordering.place', service: 'ordering', state: 'pending', attempts: 0 }],
        createdAt: expect.stringMatching(TIME),
        startedAt: null,
        finishedAt: null,
        nextAttemptAt: null,
        result: null,
        problem: null,
        cause: null,
        waiting: {
          behind: null,
          position: 0,
          reason: 'turn',
          since: answer.body.createdAt,
          expectedAt: null,
        },
        links: { self: `/v1/operations/${id}`, events: `/v1/operations/${id}/events` },
      });
      const { waiting: _waiting, ...accepted } = answer.body;
      const ended = await waitFor(url, mine.token, id);
      expect(ended).toEqual({
        ...accepted,
        state: 'succeeded',
        attempts: 1,
        steps: [{ name: 'ordering.place', service: 'ordering', state: 'applied', attempts: 1 }],
        startedAt: expect.stringMatching(TIME),
        finishedAt: expect.stringMatching(TIME),
        result: expect.objectContaining({ id: accepted.target.id, status: 'placed' }),
      });
    });

    it('at once with what a reader of the operation is told, to the byte', async () => {
      const mine = await register(url);
      const own = api(url, mine.token);
      const lane = `/v1/ops/lanes/${mine.id}`;
      expectStatus(await admin.post(`${lane}/pause`, {}), 200);
      const address = { line1: '1 Main Street', city: 'Berlin', postalCode: '10115', country: 'DE' };
      const first = await own.post('/v1/orders', ORDER);
      const second = await own.put(`/v1/customers/${mine.id}`, { deliveryAddress: address });
      const withdrawn = await own.patch(`/v1/users/${mine.id}`, { firstName: 'Ada' });
      expectStatus(await own.delete(`/v1/operations/${withdrawn.body.id}`), 200);
      const third = await admin.patch(`/v1/users/${mine.id}`, { lastName: 'King' });
      for (const answer of [first, second, third]) await equalsItsOperation(answer);
      expect(third.body).toMatchObject({ seq: 5, actorId: expect.not.stringMatching(mine.id) });
      expect(third.body.waiting).toMatchObject({ reason: 'paused', position: 2, behind: second.body.id });
      await equalsItsOperation(await own.delete(`/v1/users/${mine.id}?pending=cancel`));
      expectStatus(await admin.post(`${lane}/resume`, {}), 200);
    });

    /** Text and not values: a member that is elsewhere would be a change too. */
    async function equalsItsOperation(answer: Answer<{ id: string }>): Promise<void> {
      const read = await admin.get(`/v1/operations/${expectStatus(answer, 202).id}`);
      expect(JSON.stringify(answer.body)).toBe(JSON.stringify(read.body));
    }

    it('with the outcome where the client prefers to wait: 201, 200, 204, or the problem', async () => {
      const person = newPerson();
      const registered = await api(url).post('/v1/users', person, WAIT);
      expectOutcome(registered, 201);
      const { id } = registered.body;
      expect(registered.headers.get('location')).toBe(`/v1/users/${id}`);
      const own = api(url, await signIn(url, person));
      const placed = await own.post('/v1/orders', ORDER, WAIT);
      expectOutcome(placed, 201);
      const order = `/v1/orders/${placed.body.id}`;
      expect(placed.headers.get('location')).toBe(order);
      expect(placed.headers.get('etag')).toBe((await own.get(order)).headers.get('etag'));
      const paid = await own.post(`${order}/pay`, { paymentReference: 'p-1' }, WAIT);
      expectOutcome(paid, 200);
      expect(paid.body).toMatchObject({ status: 'paid', paymentReference: 'p-1', version: 2 });
      expectOutcome(
        await own.post(`${order}/pay`, { paymentReference: 'p-2' }, WAIT),
        409,
        'order-state-conflict',
      );
      expectOutcome(await own.delete(`/v1/users/${id}`, WAIT), 409, 'deletion-restricted');
      expectOutcome(await own.post(`${order}/cancel`, {}, WAIT), 200);
      expectOutcome(await own.delete(`/v1/users/${id}`, WAIT), 204);
      expectOutcome(await admin.post(`/v1/users/${id}/restore`, undefined, WAIT), 200);
    });

    it('with 409 where the e-mail address is taken, in whatever case it is written', async () => {
      const email = ` ${user.email.toUpperCase()} `;
      expectOutcome(await api(url).post('/v1/users', { ...newPerson(), email }, WAIT), 409, 'email-taken');
      const other = await register(url);
      const change = await api(url, other.token).patch(`/v1/users/${other.id}`, { email }, WAIT);
      expectOutcome(change, 409, 'email-taken');
    });

    it.each([
      ['wait=31', '30'],
      ['wait=3600', '30'],
      ['wait=99999999999999999999', '30'],
      ['respond-async, wait=20', '20'],
      ['handling=lenient; wait=20', '20'],
      ['wait="20"', '20'],
      ['Wait = 20', '20'],
    ])('after `Prefer: %s` as after one of %s', async (prefer, seconds) => {
      const answer = await me.post('/v1/orders', ORDER, { prefer });
      expect(answer.status).toBe(201);
      expect(answer.headers.get('preference-applied')).toBe(`wait=${seconds}`);
    });

    it.each(['wait', 'wait=', 'wait=soon', 'wait=-1', 'wait=1.5', 'await=5', 'return=minimal', ''])(
      'after `Prefer: %s` as without',
      async (prefer) => {
        const answer = await me.post('/v1/orders', ORDER, { prefer });
        expect(answer.status).toBe(202);
        expect(answer.headers.has('preference-applied')).toBe(false);
      },
    );

    it('at once after `Prefer: wait=0`', async () => {
      const answer = await me.post('/v1/orders', ORDER, { prefer: 'wait=0' });
      expect(answer.status).toBe(202);
      expect(answer.headers.get('preference-applied')).toBe('wait=0');
    });
  });

  describe('without an account', () => {
    it('can be followed with the token of its answer, and with nothing else', async () => {
      const accepted = await api(url).post('/v1/users', newPerson());
      expect(accepted).toMatchObject({ status: 202, body: { actorId: null, seq: 1, kind: 'user.register' } });
      expect(accepted.body.target).toEqual({ type: 'user', id: accepted.body.userId });
      const token = accepted.headers.get('operation-token')!;
      const read = (headers: Record<string, string>, id: string = accepted.body.id) =>
        api(url).get(`/v1/operations/${id}`, { ...WAIT, ...headers });
      expect(await read({ 'operation-token': token })).toMatchObject({
        status: 200,
        body: {
          state: 'succeeded',
          steps: [{ name: 'identity.register' }, { name: 'ordering.create-customer' }],
        },
      });
      const another = (await api(url).post('/v1/users', newPerson())).body.id;
      expect((await read({ 'operation-token': token }, another)).status).toBe(401);
      expect((await read({ 'operation-token': token }, randomUUID())).status).toBe(401);
      for (const wrong of ['', 'x', `${token}x`, user.token]) {
        expect((await read({ 'operation-token': wrong })).status).toBe(401);
      }
      expect((await read({ authorization: `Bearer ${token}` })).status).toBe(401);
      expect((await api(url, token).get('/v1/me')).status).toBe(401);
    });

    it('leaves no password in ledger and queue', async () => {
      const person = newPerson();
      const { id: userId } = (await api(url).post('/v1/users', person, WAIT)).body;
      const { rows } = await system.databases.gateway.query<{ id: string; payload: string }>(
        `select id, payload from operations where kind = 'user.register' and user_id = $1`,
        [userId],
      );
      const { seals } = await keysOf(system.databases.gateway);
      const { id: operationId, payload: sealed } = rows[0]!;
      const payload = (await seals.open({ userId, operationId, field: 'payload' }, sealed))!;
      expect(payload).toMatchObject({ email: person.email });
      expect(JSON.stringify(payload)).not.toContain(person.password);
      expect(Object.keys(payload).sort()).toEqual([
        'credentialId',
        'email',
        'firstName',
        'lastName',
        'roles',
      ]);
    });
  });

  describe('with If-Match', () => {
    it.each([
      ['a user', () => `/v1/users/${user.id}`, { lastName: 'Murray' }],
      ['a customer', () => `/v1/customers/${user.id}`, { phone: '1' }],
      ['an order', async () => `/v1/orders/${(await me.post('/v1/orders', ORDER, WAIT)).body.id}`, ORDER],
    ])('changes %s only in the version that it names', async (_what, where, body) => {
      const path = await where();
      const write = (ifMatch: string, headers: Record<string, string> = WAIT) =>
        path.includes('customers')
          ? me.put(path, body, { ...headers, 'if-match': ifMatch })
          : me.patch(path, body, { ...headers, 'if-match': ifMatch });
      const etag = (await me.get(path)).headers.get('etag')!;
      const changed = await write(etag);
      expect(changed.status).toBe(200);
      const next = changed.headers.get('etag')!;
      expect(next).toBe((await me.get(path)).headers.get('etag'));
      for (const wrong of [etag, `W/${etag}`, '"x"', `W/${etag}, "x"`]) {
        expectOutcome(await write(wrong), 412, 'version-conflict');
      }
      expect((await me.get(path)).headers.get('etag')).toBe(next);
      expect((await write(`${etag}, ${next}`)).status).toBe(200);
      expect((await write('*')).status).toBe(200);
      const accepted = expectStatus(await write(next, {}), 202);
      expect(await waitFor(url, user.token, accepted.id)).toMatchObject({
        state: 'failed',
        problem: { code: 'version-conflict', status: 412 },
      });
    });

    it('deletes nobody who has changed: everything is as before', async () => {
      const mine = await register(url);
      const own = api(url, mine.token);
      const placed = await own.post('/v1/orders', ORDER, WAIT);
      const etag = (await own.get(`/v1/users/${mine.id}`)).headers.get('etag')!;
      expect((await own.patch(`/v1/users/${mine.id}`, { firstName: 'Ada' }, WAIT)).status).toBe(200);
      const deletion = await own.delete(`/v1/users/${mine.id}`, { ...WAIT, 'if-match': etag });
      expectOutcome(deletion, 412, 'version-conflict');
      expect((await own.get('/v1/me')).body).toMatchObject({
        user: { state: 'active' },
        customer: { state: 'active' },
        orders: [{ id: placed.body.id, status: 'placed' }],
      });
      expect((await own.post('/v1/orders', ORDER, WAIT)).status).toBe(201);
    });

    it('changes no password of a user who has changed', async () => {
      const mine = await register(url);
      const body = { currentPassword: mine.password, newPassword: `new-${randomUUID()}` };
      const change = await api(url, mine.token).put(`/v1/users/${mine.id}/password`, body, {
        ...WAIT,
        'if-match': '"7"',
      });
      expectOutcome(change, 412, 'version-conflict');
      await signIn(url, mine);
    });

    it.each(['1', '"1', '"a" "b"', '*, "1"', 'W/*'])('is refused where that is none: %s', async (ifMatch) => {
      const answer = await me.patch(`/v1/users/${user.id}`, { lastName: 'Murray' }, { 'if-match': ifMatch });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'If-Match' }] } });
    });
  });
});

/** An answer that stands for a write which has ended. */
function expectOutcome(answer: Answer, status: number, code?: string): void {
  expect({ status: answer.status, code: answer.body?.code }).toEqual({ status, code });
  expect(answer.headers.get('preference-applied')).toBe('wait=30');
  expect(answer.headers.get('operation-id')).toMatch(UUID_V7);
  if (code) expect(answer.headers.get('content-type')).toContain('application/problem+json');
}
