import { expectStatus, LINE, type Person, register } from '../support/client.js';
import { allEnded, inParallel } from '../support/effects.js';
import { pause } from '../support/processes.js';
import { type Backend, postgresUrl, volume } from '../support/servers.js';
import { startSystem, type System } from '../support/system.js';
import { check } from './history.js';
import { FAST, kill, ONE_BACKEND } from './kit.js';
import { OwnPostgres } from './postgres.js';
import { begunAgain, Recorder } from './recorder.js';
import { OwnRedis } from './redis.js';

const MOST_ROUNDS = 2;
const USERS = 6;
/** Between two rounds. */
const WRITES = 50;
const LOOK_AGAIN_MS = 10;

/** Of the servers and processes; each round takes another, so that everything is once up before what it needs. */
const ORDERS = [
  [5, 4, 3, 2, 1, 0],
  [2, 0, 4, 1, 5, 3],
];

describe.each(ONE_BACKEND)('everything at once, on the %s queue', (queue) => {
  const rounds = volume(queue, MOST_ROUNDS);
  const shared = postgresUrl();
  let postgres: OwnPostgres;
  let redis: OwnRedis | null = null;
  let system: System;
  beforeAll(async () => {
    postgres = await OwnPostgres.start();
    process.env.TEST_POSTGRES_URL = postgres.url;
    redis = await ownRedis(queue);
    const env = redis ? { ...FAST, QUEUE_URL: redis.url } : FAST;
    system = await startSystem({ env, gateways: [{}, {}] });
  }, 120_000);
  afterAll(async () => {
    await system?.stop();
    await redis?.kill();
    await postgres?.stop();
    process.env.TEST_POSTGRES_URL = shared;
  }, 60_000);

  it(`is killed under load ${rounds} times: nothing that was acknowledged is lost, and nothing happens twice`, async () => {
    const recorder = new Recorder();
    const users: Person[] = [];
    await inParallel(USERS, 4, async (index) => void (users[index] = await register(system.gatewayUrls[0]!)));
    let over = false;
    const load = Promise.all(users.map((user) => writing(recorder, user, () => over)));
    for (let round = 0; round < rounds; round += 1) {
      await untilAccepted(recorder, acceptedBy(recorder) + WRITES);
      await killAll();
      await startAll(ORDERS[round]!);
    }
    await untilAccepted(recorder, acceptedBy(recorder) + WRITES);
    over = true;
    await load;
    await allEnded(system.databases.gateway);
    const faults = await begunAgain(system.databases.gateway);
    expect(check(await recorder.history(system, faults), { faults: 2 * rounds })).toEqual([]);
  }, 240_000);

  /** Orders, changes and looks, one after the other, each write repeated until it has an answer. */
  async function writing(recorder: Recorder, user: Person, isOver: () => boolean): Promise<void> {
    for (let quantity = 1; !isOver(); quantity += 1) {
      const lines = [{ ...LINE, quantity }];
      const place = { method: 'post', path: '/v1/orders', body: { lines } } as const;
      const placed = expectStatus(await recorder.insist(system.gatewayUrls, user, place), 202);
      const { id, target } = placed as { id: string; target: { id: string } };
      const change = { method: 'patch', path: `/v1/orders/${target.id}`, body: { lines } } as const;
      expectStatus(await recorder.insist(system.gatewayUrls, user, change), 202);
      await recorder.look(system.gatewayUrls[quantity % 2]!, user, id);
    }
  }

  async function killAll(): Promise<void> {
    const { identity, ordering, gateways } = system.processes;
    const processes = [identity, ordering, ...gateways].map(kill);
    await Promise.all([...processes, postgres.kill(), redis?.kill() ?? Promise.resolve()]);
  }

  async function startAll(order: readonly number[]): Promise<void> {
    const { identity, ordering, gateways } = system.processes;
    const processes = [identity, ordering, ...gateways];
    const starts = [
      ...processes.map((one) => async () => one.start()),
      () => postgres.start(),
      async () => redis?.start(),
    ];
    await Promise.all(order.map((index) => starts[index]!()));
    await Promise.all(processes.map((one) => one.becomesReady()));
  }
});

function ownRedis(queue: Backend): Promise<OwnRedis | null> {
  return queue === 'redis' ? OwnRedis.start() : Promise.resolve(null);
}

async function untilAccepted(recorder: Recorder, count: number): Promise<void> {
  while (acceptedBy(recorder) < count) await pause(LOOK_AGAIN_MS);
}

function acceptedBy({ writes }: Recorder): number {
  return writes.filter(({ operationId }) => operationId !== null).length;
}
