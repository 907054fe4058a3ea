import { FULL } from './faults/kit.js';
import {
  type Answer,
  api,
  expectStatus,
  LINE,
  type Person,
  persistently,
  register,
} from './support/client.js';
import { allEnded, applied, inParallel, overlaps, states } from './support/effects.js';
import { backends, volume } from './support/servers.js';
import { startSystem, type System } from './support/system.js';

const USERS = FULL ? 50 : 25;
const MOST_WRITES = FULL ? 40 : 20;
const CLIENTS = 32;

describe.each(backends())('lanes over two gateways and the %s queue', (queue) => {
  const writes = volume(queue, MOST_WRITES);
  let system: System;
  beforeAll(async () => {
    system = await startSystem({ queue, gateways: [{}, {}] });
  }, 120_000);
  afterAll(() => system?.stop());

  it(`apply ${USERS} users' ${writes} writes each exactly once, in order, one at a time`, async () => {
    const users = await registerAll(system);
    const acknowledged = await placeAll(system, users, writes);
    await allEnded(system.databases.gateway);

    const effects = await applied(system.databases.ordering);
    for (const user of users) {
      const own = effects.filter(({ userId }) => userId === user.id);
      // The registration has the first place. Nothing is lost, nothing comes twice, nothing overtakes.
      expect(own.map(({ seq }) => seq)).toEqual(Array.from({ length: writes }, (_, i) => i + 2));
      expect(new Set(own.map(({ orderId }) => orderId))).toEqual(acknowledged.get(user.id));
    }
    expect(await overlaps(system.databases.gateway)).toEqual([]);
    // The registrations, the administrator's among them, and the orders.
    expect(await states(system.databases.gateway)).toEqual({ succeeded: 1 + USERS * (1 + writes) });
  }, 300_000);
});

async function registerAll(system: System): Promise<Person[]> {
  const users: Person[] = [];
  await inParallel(USERS, 8, async (index) => {
    users[index] = await register(system.gatewayUrls[index % 2]!);
  });
  return users;
}

/** @returns the ids of the orders that were acknowledged, by user */
async function placeAll(
  system: System,
  users: readonly Person[],
  writes: number,
): Promise<Map<string, Set<string>>> {
  const orders = new Map(users.map(({ id }) => [id, new Set<string>()]));
  await inParallel(USERS * writes, CLIENTS, async (index) => {
    const user = users[index % USERS]!;
    const gateway = system.gatewayUrls[Math.floor(index / USERS) % 2]!;
    const key = { 'idempotency-key': `write-${index}` };
    const place = (): Promise<Answer> => api(gateway, user.token).post('/v1/orders', { lines: [LINE] }, key);
    const answer = await persistently(place);
    const { target } = expectStatus(answer, 202) as { target: { id: string } };
    orders.get(user.id)!.add(target.id);
  });
  return orders;
}
