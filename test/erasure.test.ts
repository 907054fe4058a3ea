import { api, type Api, expectStatus, LINE, register, signIn, WAIT } from './support/client.js';
import { tablesWithText } from './support/databases.js';
import { pause } from './support/processes.js';
import { startSystem, type System } from './support/system.js';

/** Whatever of the user is not to be found anywhere; part of the name, the addresses, the telephone and the order. */
const CANARY = 'canary7310';
const ADDRESS = { line1: `${CANARY} street`, city: CANARY, postalCode: '4020', country: 'AT' };

describe('after a purge', () => {
  let system: System;
  let url: string;
  let admin: Api;
  beforeAll(async () => {
    system = await startSystem({ env: { DELETION_GRACE_MS: '500', LOG_LEVEL: 'debug' } });
    url = system.gatewayUrls[0]!;
    admin = api(url, await signIn(url, system.admin));
  }, 120_000);
  afterAll(() => system?.stop());

  it('no database, no queue and no log has the name, the e-mail or the address', async () => {
    const user = await register(url, { email: `${CANARY}@example.com`, firstName: CANARY });
    const me = api(url, user.token);
    const key = { 'idempotency-key': CANARY };
    const order = { lines: [LINE], deliveryAddress: ADDRESS, reference: CANARY };
    expectStatus(
      await me.put(`/v1/customers/${user.id}`, { phone: CANARY, deliveryAddress: ADDRESS }, WAIT),
      200,
    );
    expectStatus(await me.post('/v1/orders', order, { ...WAIT, ...key }), 201);
    expectStatus(await me.patch(`/v1/users/${user.id}`, { lastName: `${CANARY} King` }, WAIT), 200);
    await me.post('/v1/orders', { ...order, unknown: CANARY });
    // Proof that the search finds what is there.
    expect((await search()).sort()).toEqual(expect.arrayContaining(['identity.users', 'ordering.orders']));

    expectStatus(await me.delete(`/v1/users/${user.id}`, WAIT), 204);
    await purged(user.id);
    expect(await search()).toEqual([]);
    expect(system.processes.gateways[0]!.output() + system.processes.identity.output()).not.toBe('');
    const again = await register(url, { email: `${CANARY}@example.com` });
    expect(again.id).not.toBe(user.id);
  }, 60_000);

  /** @returns where the canary is found: tables, and processes that have written it down */
  async function search(): Promise<string[]> {
    const { gateway, identity, ordering } = system.databases;
    const pools = Object.entries({ gateway, identity, ordering });
    const tables = await Promise.all(pools.map(([name, pool]) => tablesWithText(name, pool, CANARY)));
    const { identity: one, ordering: two, gateways } = system.processes;
    const logs = [one, two, ...gateways].filter((process) => process.output().includes(CANARY));
    return [...tables.flat(), ...logs.map(({ project }) => `log of ${project}`)];
  }

  async function purged(userId: string): Promise<void> {
    for (;;) {
      const lane = await admin.get(`/v1/users/${userId}`);
      if (lane.status === 410) break;
      await pause(100);
    }
    const { rows } = await system.databases.gateway.query<{ id: string }>(
      `select id from operations where user_id = $1 and kind = 'user.purge'`,
      [userId],
    );
    expect((await admin.get(`/v1/operations/${rows[0]!.id}`, WAIT)).body.state).toBe('succeeded');
  }
});
