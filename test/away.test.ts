import { api, expectStatus, LINE, register, waitFor } from './support/client.js';
import { startSystem, type System } from './support/system.js';

let system: System;
let url: string;
beforeAll(async () => {
  system = await startSystem({ queue: 'redis', proxied: ['database', 'queue'] });
  url = system.gatewayUrls[0]!;
});
afterAll(() => system?.stop());

/** A gateway whose database is cut off and given back. */
describe('without its database', () => {
  it('a gateway answers 503 within 2 s, and goes on by itself when the database is back', async () => {
    const user = await register(url);
    const before = await api(url, user.token).post('/v1/orders', { lines: [LINE] });
    await system.proxies.database!.down();
    const started = performance.now();
    const refused = await api(url, user.token).post('/v1/orders', { lines: [LINE] });
    expect(performance.now() - started).toBeLessThan(2000);
    expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect((await api(url).get('/health/live')).status).toBe(200);
    expect((await api(url).get('/health/ready')).status).toBe(503);

    await system.proxies.database!.up();
    await system.processes.gateways[0]!.becomesReady();
    expect(await waitFor(url, user.token, before.body.id as string)).toMatchObject({ state: 'succeeded' });
    const after = await api(url, user.token).post('/v1/orders', { lines: [LINE] }, { prefer: 'wait=30' });
    expectStatus(after, 201);
  }, 120_000);

  it('a gateway that starts is alive, and ready by itself later', async () => {
    const [gateway] = system.processes.gateways;
    await gateway!.stop();
    await system.proxies.database!.down();
    gateway!.start();
    await becomesLive(url);
    expect(await api(url).get('/health/ready')).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    await system.proxies.database!.up();
    await gateway!.becomesReady();
    expectStatus(await api(url).get('/.well-known/jwks.json'), 200);
  }, 120_000);
});

describe('without its queue', () => {
  it('a gateway accepts every write, and carries it out when the queue is back', async () => {
    const user = await register(url);
    await system.proxies.queue!.down();
    const accepted = [];
    for (let i = 0; i < 5; i += 1) {
      accepted.push(expectStatus(await api(url, user.token).post('/v1/orders', { lines: [LINE] }), 202));
    }
    await system.proxies.queue!.up();
    for (const { id } of accepted as { id: string }[]) {
      expect(await waitFor(url, user.token, id)).toMatchObject({ state: 'succeeded' });
    }
  }, 120_000);

  it('a gateway that starts accepts writes too', async () => {
    const user = await register(url);
    const [gateway] = system.processes.gateways;
    await gateway!.stop();
    await system.proxies.queue!.down();
    gateway!.start();
    await becomesLive(url);
    const { id } = expectStatus(await acceptedOnceConnected(url, user.token), 202) as { id: string };
    await system.proxies.queue!.up();
    expect(await waitFor(url, user.token, id)).toMatchObject({ state: 'succeeded' });
  }, 120_000);
});

async function becomesLive(url: string): Promise<void> {
  for (;;) {
    const live = await api(url)
      .get('/health/live')
      .catch(() => null);
    if (live?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** The gateway connects to its database in the background: until then it says so. */
async function acceptedOnceConnected(url: string, token: string): ReturnType<ReturnType<typeof api>['post']> {
  for (;;) {
    const answer = await api(url, token).post('/v1/orders', { lines: [LINE] });
    if (answer.status !== 503) return answer;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
