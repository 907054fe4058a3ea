import { api, expectStatus, placeOrder, register, signIn, WAIT, waitFor } from './support/client.js';
import { backends } from './support/servers.js';
import { startSystem, type System } from './support/system.js';

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
