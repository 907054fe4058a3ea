// Backups of last night over a thousand users who were deleted, purged and restored since: nobody comes back.
import { api, type Api, expectStatus, signIn } from '../support/client.js';
import { backUp } from '../support/backup.js';
import { makeCrowd, type Member } from '../support/crowd.js';
import { allEnded, inParallel } from '../support/effects.js';
import { until } from '../support/processes.js';
import { startSystem, type System } from '../support/system.js';
import { FULL } from './kit.js';

const USERS = FULL ? 1000 : 40;

/** What is put back as it was before; each service by itself is test/resurrection.test.ts's, with fewer users. */
const BACKUPS = FULL ? ['identity', 'ordering', 'identity and ordering'] : ['identity and ordering'];
const CLIENTS = 8;

/** Who is tried by password or read, of each scenario: a password takes identity 50 ms. */
const SAMPLE = 12;

/** Milliseconds, by the contract, from a service's return until everything is as the ledger has it. */
const WITHIN_MS = 60_000;

/** After the test's own deletions nobody is purged unless the test says so. */
const ENV = {
  DELETION_GRACE_MS: '600000',
  INTEGRITY_EVERY_MS: '0',
  RETRY_BASE_MS: '20',
  RETRY_MAX_MS: '300',
};
const PURGED_AFTER = '31 days';

type Fate = 'deleted' | 'purged' | 'restored';
const LANE: Record<Fate, string> = { deleted: 'deleted', purged: 'closed', restored: 'open' };
const STATE: Record<Fate, string> = { deleted: 'deleted', purged: 'purged', restored: 'active' };

describe(`the resurrection of ${USERS} users`, () => {
  let system: System;
  let url: string;
  let admin: Api;
  let crowd: (Member & { fate: Fate })[];
  let restoreOf: Record<'identity' | 'ordering' | 'gateway', () => Promise<void>>;
  beforeAll(async () => {
    system = await startSystem({ env: ENV });
    url = system.gatewayUrls[0]!;
    const fates = ['deleted', 'purged', 'restored'] as const;
    const random = (): Fate => fates[Math.floor(Math.random() * fates.length)]!;
    crowd = (await makeCrowd(system, USERS)).map((member) => ({ ...member, fate: random() }));
    admin = api(url, await signIn(url, system.admin));
    const { identity, ordering, gateway } = system.databases;
    const [first, second] = [await backUp(identity), await backUp(ordering)];
    // The ledger's is the older one for all: of then nobody was deleted.
    const third = await backUp(gateway);
    restoreOf = {
      identity: () => first.restore(),
      ordering: () => second.restore(),
      gateway: () => third.restore(),
    };
    await liveOn();
  }, 600_000);
  afterAll(() => system?.stop());

  it.each(BACKUPS)(
    'by a backup of %s: nobody is there who was not',
    async (of) => {
      const names = of.split(' and ') as ('identity' | 'ordering')[];
      await Promise.all(names.map((name) => restoreOf[name]()));
      await nobodyIsSeen();
      const begun = Date.now();
      await settled(['deleted', 'purged', 'restored']);
      process.stderr.write(`${USERS} users after a backup of ${of}: ${Date.now() - begun} ms\n`);
      await nobodyIsSeen();
    },
    300_000,
  );

  it('by a backup of the ledger: nobody is there who was not', async () => {
    const gateway = system.processes.gateways[0]!;
    await gateway.stop();
    await restoreOf.gateway();
    gateway.start();
    await gateway.becomesReady();
    const begun = Date.now();
    await settled(['deleted', 'purged']);
    process.stderr.write(`${USERS} users after a backup of the ledger: ${Date.now() - begun} ms\n`);
    admin = api(url, await signIn(url, system.admin));
    await nobodyIsSeen();
  }, 300_000);

  /** Everybody is deleted; some are restored, and some purged, after the backups. */
  async function liveOn(): Promise<void> {
    const { gateway } = system.databases;
    const of = (fate: Fate): string[] => crowd.filter((one) => one.fate === fate).map(({ id }) => id);
    await eachOf(crowd, ({ id }) => admin.delete(`/v1/users/${id}`));
    await allEnded(gateway);
    await eachOf(
      crowd.filter(({ fate }) => fate === 'restored'),
      ({ id }) => admin.post(`/v1/users/${id}/restore`),
    );
    await gateway.query(`update lanes set deleted_at = now() - $2::interval where user_id = any($1)`, [
      of('purged'),
      PURGED_AFTER,
    ]);
    const isPurged = `select count(*)::integer as count from operations where kind = 'user.purge' and state = 'succeeded'`;
    const purged = of('purged').length;
    await until(
      async () => (await gateway.query<{ count: number }>(isPurged)).rows[0]!.count === purged,
      WITHIN_MS,
    );
    await allEnded(gateway);
  }

  async function eachOf(
    members: readonly Member[],
    write: (member: Member) => Promise<{ status: number; body: unknown; headers: Headers }>,
  ): Promise<void> {
    await inParallel(members.length, CLIENTS, async (index) => {
      expectStatus(await write(members[index]!), 202);
    });
  }

  /** Of those who are gone none is read, and none signs in. */
  async function nobodyIsSeen(): Promise<void> {
    const gone = shuffled(crowd.filter(({ fate }) => fate !== 'restored')).slice(0, SAMPLE);
    await inParallel(gone.length, CLIENTS, async (index) => {
      const { id, email, password, fate, orderId } = gone[index]!;
      expect((await api(url).post('/v1/sessions', { email, password })).status).toBe(401);
      const user = await admin.get(`/v1/users/${id}`);
      const customer = await admin.get(`/v1/customers/${id}`);
      if (fate === 'purged') {
        expect([user.status, customer.status]).toEqual([410, 410]);
        const order = expectStatus(await admin.get(`/v1/orders/${orderId}`), 200);
        expect(order).toMatchObject({ delivery: { name: '' }, reference: null });
      } else {
        expect([user.body, customer.body]).toMatchObject([{ state: 'deleted' }, { state: 'deleted' }]);
      }
    });
  }

  async function settled(fates: Fate[]): Promise<void> {
    await until(async () => (await astray(fates)) === 0, WITHIN_MS);
  }

  /** @returns how many of those are not as the ledger has had them, in the ledger or in a service */
  async function astray(fates: Fate[]): Promise<number> {
    const { gateway, identity, ordering } = system.databases;
    const members = crowd.filter(({ fate }) => fates.includes(fate));
    const [ids, lanes, states] = [
      members.map(({ id }) => id),
      members.map(({ fate }) => LANE[fate]),
      members.map(({ fate }) => STATE[fate]),
    ];
    const wrong = (table: string, key: string, column: string): string =>
      `select count(*)::integer as count from unnest($1::uuid[], $2::text[]) as expected (id, state)
       left join ${table} t on t.${key} = expected.id where t.${column} is distinct from expected.state`;
    const counts = await Promise.all([
      gateway.query<{ count: number }>(wrong('lanes', 'user_id', 'admission'), [ids, lanes]),
      identity.query<{ count: number }>(wrong('users', 'id', 'state'), [ids, states]),
      ordering.query<{ count: number }>(wrong('customers', 'user_id', 'state'), [ids, states]),
      gateway.query<{ count: number }>(
        `select count(*)::integer as count from lanes where depth > 0 or execution = 'halted'`,
      ),
    ]);
    return counts.reduce((sum, { rows }) => sum + rows[0]!.count, 0);
  }
});

function shuffled<Item>(items: readonly Item[]): Item[] {
  return [...items].sort(() => Math.random() - 0.5);
}
