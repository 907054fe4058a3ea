import { api, expectStatus, LINE, register, waitFor } from '../support/client.js';
import { pause } from '../support/processes.js';
import { startSystem, type System } from '../support/system.js';
import { untilRow } from './kit.js';

/** A write in retry waits for half of it at least: far longer than the test. */
const RETRY_MS = '120000';

const WELL_WITHIN_MS = 10_000;
const NOTICED_WITHIN_MS = 20_000;
const LOOK_AGAIN_MS = 100;

describe('a gateway', () => {
  let system: System;
  let url: string;
  beforeAll(async () => {
    const env = { SERVICE_TIMEOUT_MS: '1000', RETRY_BASE_MS: RETRY_MS, RETRY_MAX_MS: RETRY_MS };
    system = await startSystem({ env });
    url = system.gatewayUrls[0]!;
  }, 240_000);
  afterAll(() => system?.stop());

  it('tries the writes that wait for a service as soon as it answers again, and no others', async () => {
    const { ordering } = system.processes;
    const { gateway } = system.databases;
    const [user, other] = [await register(url), await register(url)];
    await ordering.stop();
    const place = async ({ token }: { token: string }): Promise<{ id: string }> =>
      expectStatus(await api(url, token).post<{ id: string }>('/v1/orders', { lines: [LINE] }), 202);
    const [waiting, foreign] = [await place(user), await place(other)];
    for (const one of [waiting, foreign]) await untilRow(gateway, one, ({ state }) => state === 'retrying');
    const others = `update operations
      set problem = problem - 'breaker', cause = jsonb_set(cause, '{service}', '"identity"') where id = $1`;
    await gateway.query(others, [foreign.id]);
    // A short absence is none: two looks, a second apart, have to miss it.
    await pause(3000);
    await system.restart(ordering);
    const since = performance.now();
    expect(await waitFor(url, user.token, waiting.id)).toMatchObject({ state: 'succeeded' });
    expect(performance.now() - since).toBeLessThan(WELL_WITHIN_MS);
    await untilRow(gateway, foreign, ({ state }) => state === 'retrying');
  }, 120_000);

  it('whose claims the ledger refuses is not ready, and is again once it may claim', async () => {
    const { gateway } = system.databases;
    await gateway.query('revoke update on operations from current_user');
    await becomes(503, ({ claims }) => claims === false);
    await gateway.query('grant update on operations to current_user');
    const since = performance.now();
    await becomes(200);
    expect(performance.now() - since).toBeLessThan(WELL_WITHIN_MS);
  }, 60_000);

  async function becomes(
    status: number,
    holds: (checks: Record<string, boolean>) => boolean = () => true,
  ): Promise<void> {
    const deadline = performance.now() + NOTICED_WITHIN_MS;
    for (;;) {
      const answer = await api(url).get<{ checks: Record<string, boolean> }>('/health/ready');
      if (answer.status === status && holds(answer.body.checks)) return;
      if (performance.now() > deadline) throw new Error(`still ${JSON.stringify(answer.body)}`);
      await pause(LOOK_AGAIN_MS);
    }
  }
});
