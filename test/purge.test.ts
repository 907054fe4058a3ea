import { ONE_BACKEND } from './faults/kit.js';
import { Redis } from 'ioredis';
import { api, type Api, expectStatus, LINE, type Person, register, signIn, WAIT } from './support/client.js';
import { inParallel } from './support/effects.js';
import { pause } from './support/processes.js';
import { startSystem, type System } from './support/system.js';

const GRACE_MS = 500;
const NAME = 'Wilhelmina';
const STREET = '12 Analytical Avenue';

describe.each(ONE_BACKEND)('the purge after the grace period, on the %s queue', (queue) => {
  let system: System;
  let url: string;
  let admin: Api;
  let user: Person;
  let me: Api;
  beforeAll(async () => {
    const env = { DELETION_GRACE_MS: String(GRACE_MS) };
    // Several processes look for users who are due.
    system = await startSystem({ queue, env, gateways: [{}, { role: 'worker' }] });
    url = system.gatewayUrls[0]!;
    admin = api(url, await signIn(url, system.admin));
  }, 120_000);
  afterAll(() => system?.stop());
  beforeEach(async () => {
    user = await register(url, { firstName: NAME });
    me = api(url, user.token);
  });

  it('erases the user everywhere and says in its receipt what was done to which relation', async () => {
    const address = { line1: STREET, city: 'London', postalCode: 'N1', country: 'GB' };
    expectStatus(await me.put(`/v1/customers/${user.id}`, { deliveryAddress: address }, WAIT), 200);
    const key = { ...WAIT, 'idempotency-key': 'mine' };
    expectStatus(await me.post('/v1/orders', { lines: [LINE] }, key), 201);
    const before = await places();
    expectStatus(await me.delete(`/v1/users/${user.id}`, WAIT), 204);
    const { result } = await purged(user.id);

    expect(relationsIn(result)).toEqual(
      expect.arrayContaining([
        'gateway.audit',
        'gateway.idempotency_keys',
        'gateway.operations',
        'identity.users',
        'ordering.customers',
      ]),
    );
    expect(relationsIn(result).some((relation) => relation.startsWith('ordering.orders'))).toBe(true);
    for (const trace of [NAME, user.email, STREET]) expect(await tablesWith(trace)).toEqual([]);
    const { gateway } = system.databases;
    const keys = await gateway.query('select 1 from idempotency_keys where user_id = $1', [user.id]);
    expect(keys.rowCount).toBe(0);
    // What proves the order stays.
    expect(await places()).toEqual([
      ...before,
      [before.length + 1, 'user.delete'],
      [before.length + 2, 'user.purge'],
    ]);
    const { items } = (await admin.get(`/v1/ops/audit?userId=${user.id}`)).body;
    expect(items[0]).toMatchObject({ action: 'user.purge', actorId: null, before: null, after: null });
  });

  it('frees the address, and nobody can restore or read what is gone', async () => {
    expectStatus(await me.delete(`/v1/users/${user.id}`, WAIT), 204);
    await purged(user.id);
    for (const answer of [
      await admin.post(`/v1/users/${user.id}/restore`),
      await admin.get(`/v1/users/${user.id}`),
      await admin.get(`/v1/customers/${user.id}`),
      await admin.patch(`/v1/users/${user.id}`, { firstName: 'A' }),
    ]) {
      expect(answer).toMatchObject({ status: 410, body: { code: 'user-deleted' } });
    }
    const again = await register(url, { email: user.email });
    expect(again.id).not.toBe(user.id);
    expect((await api(url, again.token).get('/v1/me')).body.user).toMatchObject({ email: user.email });
  });

  it('comes once for each user, and not to one who was restored', async () => {
    const users = await Promise.all(Array.from({ length: 12 }, () => register(url)));
    await inParallel(users.length, 4, async (index) => {
      expectStatus(await admin.delete(`/v1/users/${users[index]!.id}`, WAIT), 204);
    });
    for (const { id } of users) await purged(id);
    expectStatus(await admin.delete(`/v1/users/${user.id}`, WAIT), 204);
    expectStatus(await admin.post(`/v1/users/${user.id}/restore`, undefined, WAIT), 200);
    // A user deleted after the restore is purged: so the looks after the grace period have passed by the other.
    const later = await register(url);
    expectStatus(await admin.delete(`/v1/users/${later.id}`, WAIT), 204);
    await purged(later.id);
    const { rows } = await system.databases.gateway.query(
      `select user_id, count(*)::integer from operations where kind = 'user.purge' group by 1 having count(*) > 1`,
    );
    expect(rows).toEqual([]);
    expect((await admin.get(`/v1/users/${user.id}`)).body).toMatchObject({ state: 'active' });
  });

  it('never comes before its time', async () => {
    const { rows } = await system.databases.gateway.query<{ early: number }>(
      `select count(*)::integer as early from operations purge join lanes using (user_id)
       where kind = 'user.purge' and purge.created_at < deleted_at + $1 * interval '1 ms'`,
      [GRACE_MS],
    );
    expect(rows[0]!.early).toBe(0);
  });

  it('goes on by itself when the queue has lost everything', async () => {
    await loseQueue();
    expectStatus(await me.delete(`/v1/users/${user.id}`, WAIT), 204);
    await purged(user.id);
  });

  async function loseQueue(): Promise<void> {
    if (queue === 'postgres') {
      await system.databases.gateway.query('truncate bullmq.job, bullmq.scheduler cascade');
      return;
    }
    const redis = new Redis(system.processes.gateways[0]!.env.QUEUE_URL!);
    await redis.flushdb();
    redis.disconnect();
  }

  async function purged(userId: string): Promise<{ result: Receipt }> {
    for (;;) {
      const { rows } = await system.databases.gateway.query(
        `select state, result from operations where user_id = $1 and kind = 'user.purge'`,
        [userId],
      );
      if (rows[0]?.state === 'succeeded') return rows[0];
      await pause(50);
    }
  }

  async function places(): Promise<[number, string][]> {
    const { rows } = await system.databases.gateway.query(
      'select seq, kind from operations where user_id = $1 order by seq',
      [user.id],
    );
    return rows.map(({ seq, kind }) => [seq, kind]);
  }

  /** Tables of all three databases in which some row has that text, anywhere. */
  async function tablesWith(text: string): Promise<string[]> {
    const found: string[] = [];
    for (const database of Object.values(system.databases)) {
      const { rows } = await database.query(`select tablename from pg_tables where schemaname = 'public'`);
      for (const { tablename } of rows) {
        const { rowCount } = await database.query(
          `select 1 from "${tablename}" as t where position($1 in t::text) > 0 limit 1`,
          [text],
        );
        if (rowCount) found.push(tablename);
      }
    }
    return found;
  }
});

interface Receipt {
  erasures: { relation: string; erased: number; retained: string }[];
}

function relationsIn({ erasures }: Receipt): string[] {
  return erasures.map(({ relation }) => relation);
}
