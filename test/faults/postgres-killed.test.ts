import { api, expectStatus, LINE, type Person, register } from '../support/client.js';
import { allEnded, inParallel } from '../support/effects.js';
import { pause } from '../support/processes.js';
import { postgresUrl } from '../support/servers.js';
import { startSystem, type System } from '../support/system.js';
import { check } from './history.js';
import { FAST, FULL, ONE_BACKEND } from './kit.js';
import { OwnPostgres } from './postgres.js';
import { begunAgain, Recorder } from './recorder.js';
import { OwnRedis } from './redis.js';

const KILLS = FULL ? 8 : 2;
const USERS = 8;
/** What a client is told within while the database is away; the rest is the machine's, which runs other tests too. */
const REFUSED_WITHIN_MS = 2000 + 500;
const DOWN_MS = 1500;

describe.each(ONE_BACKEND)('a PostgreSQL that is killed again and again, on the %s queue', (queue) => {
  const shared = postgresUrl();
  let postgres: OwnPostgres;
  let redis: OwnRedis | null = null;
  let system: System;
  beforeAll(async () => {
    postgres = await OwnPostgres.start();
    process.env.TEST_POSTGRES_URL = postgres.url;
    redis = queue === 'redis' ? await OwnRedis.start() : null;
    system = await startSystem({ env: redis ? { ...FAST, QUEUE_URL: redis.url } : FAST });
  }, 120_000);
  afterAll(async () => {
    await system?.stop();
    await redis?.kill();
    await postgres?.stop();
    process.env.TEST_POSTGRES_URL = shared;
  }, 60_000);

  it(
    `${KILLS} times leaves exact results; who asks meanwhile is told 503 within 2 s`,
    async () => {
      const recorder = new Recorder();
      const url = system.gatewayUrls[0]!;
      const users: Person[] = [];
      await inParallel(USERS, 4, async (index) => void (users[index] = await register(url)));
      let over = false;
      const load = Promise.all(users.map((user) => writing(recorder, user, () => over)));
      const refusals: Refusal[] = [];
      for (let kill = 0; kill < KILLS; kill += 1) {
        // Another moment each time: 5 to 10 s after the one before.
        await pause(5000 + ((kill * 1700) % 5000));
        await postgres.kill();
        refusals.push(await refused(url, users[kill % USERS]!), await refused(url, users[kill % USERS]!));
        await pause(DOWN_MS);
        await postgres.start();
      }
      await pause(2000);
      over = true;
      await load;
      await allEnded(system.databases.gateway);
      const faults = await begunAgain(system.databases.gateway);
      expect(check(await recorder.history(system, faults), { faults: 1 })).toEqual([]);
      expect(refusals.map(({ status }) => status)).toEqual(refusals.map(() => 503));
      expect(Math.max(...refusals.map(({ ms }) => ms))).toBeLessThan(REFUSED_WITHIN_MS);
    },
    FULL ? 300_000 : 120_000,
  );

  async function writing(recorder: Recorder, user: Person, isOver: () => boolean): Promise<void> {
    for (let quantity = 1; !isOver(); quantity += 1) {
      const lines = [{ ...LINE, quantity }];
      const place = { method: 'post', path: '/v1/orders', body: { lines } } as const;
      expectStatus(await recorder.insist(system.gatewayUrls, user, place), 202);
    }
  }
});

interface Refusal {
  status: number;
  ms: number;
}

/** What a client that does not insist is told, and how soon. */
async function refused(url: string, { token }: Person): Promise<Refusal> {
  const since = performance.now();
  const { status } = await api(url, token).post('/v1/orders', { lines: [LINE] });
  return { status, ms: performance.now() - since };
}
