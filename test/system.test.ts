import { api, expectStatus, LINE, placeOrder, register, signIn, WAIT, waitFor } from './support/client.js';
import { backends } from './support/servers.js';
import { startSystem, type System } from './support/system.js';

const ADDRESS = { line1: '1 Main St', city: 'Berlin', postalCode: '10115', country: 'DE' };

describe.each(backends())('the whole system with its queue on %s', (queue) => {
  let system: System;
  let url: string;

  beforeAll(async () => {
    system = await startSystem({ queue, gateways: [{ role: 'api' }, { role: 'worker' }] });
    url = system.gatewayUrls[0]!;
  });

  afterAll(() => system.stop());

  it('carries a write out that one process accepted and another one took over', async () => {
    const { id, token } = await register(url);
    const { id: operationId, target } = await placeOrder(url, token);
    expect(await waitFor(url, token, operationId)).toMatchObject({ state: 'succeeded', userId: id });
    const { rows } = await system.databases.ordering.query('SELECT user_id FROM orders WHERE id = $1', [
      target?.id,
    ]);
    expect(rows).toEqual([{ user_id: id }]);
  });

  it('carries writes the whole way: register, sign in, order, rename, delete, restore', async () => {
    const user = await register(url);
    const me = api(url, user.token);
    const admin = api(url, await signIn(url, system.admin));

    const customer = await me.put(
      `/v1/customers/${user.id}`,
      { deliveryAddress: ADDRESS, phone: '030' },
      WAIT,
    );
    expect(customer).toMatchObject({ status: 200, body: { name: 'Grace Hopper', deliveryAddress: ADDRESS } });

    const placed = await me.post('/v1/orders', { lines: [LINE], reference: 'mine' }, WAIT);
    expect(placed).toMatchObject({
      status: 201,
      body: { status: 'placed', total: { amount: 900, currency: 'EUR' }, reference: 'mine' },
    });
    expect(placed.headers.get('location')).toBe(`/v1/orders/${placed.body.id}`);
    expect(placed.headers.get('preference-applied')).toBe('wait=30');
    expect(placed.headers.get('operation-id')).toMatch(/^[0-9a-f-]{36}$/);

    const renamed = await me.patch(`/v1/users/${user.id}`, { firstName: 'Ada', lastName: 'Lovelace' }, WAIT);
    expect(renamed).toMatchObject({
      status: 200,
      body: { firstName: 'Ada', lastName: 'Lovelace', version: 2 },
    });
    expect((await me.get(`/v1/customers/${user.id}`)).body.name).toBe('Ada Lovelace');
    expect((await me.get(`/v1/orders/${placed.body.id}`)).body.delivery.name).toBe('Grace Hopper');

    expect((await me.delete(`/v1/users/${user.id}`, WAIT)).status).toBe(204);
    expect((await me.get(`/v1/users/${user.id}`)).status).toBe(401);
    expect(await admin.get(`/v1/users/${user.id}`)).toMatchObject({
      status: 200,
      body: { state: 'deleted' },
    });
    expect((await admin.get(`/v1/orders/${placed.body.id}`)).body.status).toBe('cancelled');
    const late = await admin.put(`/v1/users/${user.id}/claims`, { claims: {} });
    expect(late).toMatchObject({ status: 410, body: { code: 'user-deleted' } });

    expect((await admin.post(`/v1/users/${user.id}/restore`, undefined, WAIT)).status).toBe(200);
    expect((await me.get(`/v1/users/${user.id}`)).status).toBe(401);
    const again = api(url, await signIn(url, user));
    expect((await again.get('/v1/me')).body).toMatchObject({
      user: { state: 'active' },
      customer: { state: 'active' },
      orders: [{ status: 'cancelled' }],
      missing: [],
    });
    expect((await again.post('/v1/orders', { lines: [LINE] }, WAIT)).status).toBe(201);
  });

  it('answers a write with 202, and lets it be followed', async () => {
    const user = await register(url);
    const accepted = await api(url, user.token).post('/v1/orders', { lines: [LINE] });
    expect(accepted.status).toBe(202);
    expect(accepted.headers.get('location')).toBe(`/v1/operations/${accepted.body.id}`);
    const operation = await waitFor(url, user.token, accepted.body.id);
    expect(operation).toMatchObject({
      kind: 'order.place',
      userId: user.id,
      actorId: user.id,
      seq: 2,
      state: 'succeeded',
      steps: [{ name: 'ordering.place', service: 'ordering', state: 'applied', attempts: 1 }],
    });
  });

  it('has an administrator from the start', async () => {
    const token = await signIn(url, system.admin);
    expectStatus(await api(url, token).get('/v1/users?limit=1'), 200);
  });

  it('keeps what it accepted while a service is away, and carries it out when it is back', async () => {
    const { token } = await register(url);
    system.processes.ordering.kill('SIGKILL');
    await system.processes.ordering.exited;
    const { id } = await placeOrder(url, token);
    await system.restart(system.processes.ordering);
    expect(await waitFor(url, token, id)).toMatchObject({ state: 'succeeded' });
    expectStatus(await api(url, token).post('/v1/orders', { lines: [] }, WAIT), 400);
  });
});
