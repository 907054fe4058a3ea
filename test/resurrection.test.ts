// What was deleted stays deleted: whatever database is put back as it was before, the ledger is the register.
import { api, type Api, expectStatus, LINE, type Person, register, signIn, WAIT } from './support/client.js';
import { type Backup, backUp } from './support/backup.js';
import { until } from './support/processes.js';
import { startSystem, type System } from './support/system.js';

/** By the contract a service that went back in time is noticed that long after its return. */
const NOTICED_WITHIN_MS = 60_000;

/** A tenth of the grace period is how often it is looked for users to purge. */
const ENV = { DELETION_GRACE_MS: '20000', INTEGRITY_EVERY_MS: '0', RETRY_BASE_MS: '20', RETRY_MAX_MS: '300' };

interface Buyer extends Person {
  orderId: string;
}

/** What became of three users after the backup. */
interface Fates {
  purged: Buyer;
  deleted: Buyer;
  restored: Buyer;
}

describe('what was deleted stays deleted', () => {
  let system: System;
  let url: string;
  let admin: Api;
  beforeAll(async () => {
    system = await startSystem({ env: ENV });
    url = system.gatewayUrls[0]!;
    admin = api(url, await signIn(url, system.admin));
  }, 300_000);
  afterAll(() => system?.stop());

  describe.each(['identity', 'ordering', 'identity and ordering'] as const)(
    'where a backup of %s was restored',
    (names) => {
      const restored = names.split(' and ') as ('identity' | 'ordering')[];
      it('for reads and sign-ins at once, and in the services by itself', async () => {
        const { fates, backups } = await livedThrough(restored);
        for (const backup of backups) await backup.restore();
        await refusedAtOnce(fates);
        await settled(fates);
        await refusedAtOnce(fates);
        expect(await auditOf('service.went-back')).toEqual(expect.arrayContaining(restored));
        for (const service of restored) expect(await countOf(service)).toBeGreaterThan(0);
      }, 120_000);
    },
  );

  it('where a row was put in by hand: a sign-in is refused, and makes the services follow', async () => {
    const user = await buyer();
    const rows = await rowsOf(user);
    await deleted(user);
    await putIn(user, rows);
    await refused(user);
    await until(async () => (await statesOf(user)).identity === 'deleted', NOTICED_WITHIN_MS);
  }, 60_000);

  it('where the ledger is older than the services', async () => {
    const { fates, backups } = await livedThrough(['gateway']);
    const gateway = system.processes.gateways[0]!;
    await gateway.stop();
    for (const backup of backups) await backup.restore();
    gateway.start();
    await gateway.becomesReady();
    await settled({ ...fates, restored: undefined });
    for (const user of [fates.purged, fates.deleted]) await refused(user);
    expect(await auditOf('ledger.went-back')).toHaveLength(1);
    // Whoever is alive can be written, above what the services have seen.
    const token = await signIn(url, system.admin);
    const path = `/v1/customers/${fates.restored.id}`;
    await until(async () => {
      const answer = await api(url, token).put(path, { phone: '1' }, WAIT);
      return answer.status === 200;
    }, NOTICED_WITHIN_MS);
  }, 180_000);

  /** One who is deleted and purged, one who is deleted, and one who comes back, all after the backup. */
  async function livedThrough(
    databases: readonly ('identity' | 'ordering' | 'gateway')[],
  ): Promise<{ fates: Fates; backups: Backup[] }> {
    const [purged, kept, restored] = [await buyer(), await buyer(), await buyer()];
    if (!databases.includes('gateway')) await deleted(restored);
    const backups = await Promise.all(databases.map((name) => backUp(system.databases[name])));
    if (databases.includes('gateway')) await deleted(restored);
    await Promise.all([deleted(purged), deleted(kept)]);
    expectStatus(await admin.post(`/v1/users/${restored.id}/restore`, undefined, WAIT), 200);
    await purge(purged);
    return { fates: { purged, deleted: kept, restored }, backups };
  }

  async function buyer(): Promise<Buyer> {
    const person = await register(url);
    const answer = await api(url, person.token).post<{ id: string }>(
      '/v1/orders',
      { lines: [LINE], reference: `of ${person.id}` },
      WAIT,
    );
    return { ...person, orderId: expectStatus(answer, 201).id };
  }

  async function deleted({ id }: Person): Promise<void> {
    expectStatus(await admin.delete(`/v1/users/${id}`, WAIT), 204);
  }

  /** As if the grace period were over. */
  async function purge({ id }: Person): Promise<void> {
    const { gateway } = system.databases;
    await gateway.query(`update lanes set deleted_at = now() - interval '31 days' where user_id = $1`, [id]);
    await until(async () => {
      const { rows } = await gateway.query<{ state: string }>(
        `select state from operations where user_id = $1 and kind = 'user.purge'`,
        [id],
      );
      return rows[0]?.state === 'succeeded';
    }, NOTICED_WITHIN_MS);
  }

  async function refusedAtOnce({ purged, deleted: kept }: Fates): Promise<void> {
    await refused(purged);
    await refused(kept);
    for (const path of [`/v1/users/${purged.id}`, `/v1/customers/${purged.id}`]) {
      expect({ path, status: (await admin.get(path)).status }).toEqual({ path, status: 410 });
    }
    const read = await admin.get(`/v1/users/${kept.id}`);
    expect(read).toMatchObject({ status: 200, body: { state: 'deleted', deletedAt: expect.any(String) } });
    expect((await admin.get(`/v1/customers/${kept.id}`)).body).toMatchObject({ state: 'deleted' });
    const order = await admin.get(`/v1/orders/${purged.orderId}`);
    expect(order).toMatchObject({ status: 200, body: { delivery: { name: '' }, reference: null } });
    const orders = expectStatus(await admin.get(`/v1/orders?userId=${purged.id}`), 200).items;
    expect(orders).toMatchObject([{ delivery: { name: '' }, reference: null }]);
    const found = async (person: Person): Promise<unknown[]> =>
      expectStatus(await admin.get(`/v1/users?search=${encodeURIComponent(person.email)}`), 200).items;
    expect(await found(purged)).toEqual([]);
    expect(await found(kept)).toMatchObject([{ id: kept.id, state: 'deleted' }]);
  }

  /** Neither password nor token is good for anything. */
  async function refused({ email, password, token }: Person): Promise<void> {
    const answer = await api(url).post('/v1/sessions', { email, password });
    expect(answer).toMatchObject({ status: 401, body: { code: 'invalid-credentials' } });
    expect(await api(url, token).get('/v1/me')).toMatchObject({ status: 401 });
  }

  /** Until lanes and services are as the ledger has it. */
  async function settled({
    purged,
    deleted: kept,
    restored,
  }: Pick<Fates, 'purged' | 'deleted'> & { restored?: Buyer | undefined }): Promise<void> {
    const expected = {
      purged: { lane: 'closed', identity: 'purged', ordering: 'purged' },
      kept: { lane: 'deleted', identity: 'deleted', ordering: 'deleted' },
      restored: { lane: 'open', identity: 'active', ordering: 'active' },
    };
    await untilLike(() => statesOf(purged), expected.purged);
    await untilLike(() => statesOf(kept), expected.kept);
    if (restored) await untilLike(() => statesOf(restored), expected.restored);
  }

  async function statesOf({ id }: Person): Promise<{ lane?: string; identity?: string; ordering?: string }> {
    const { gateway, identity, ordering } = system.databases;
    const state = async (pool: typeof gateway, text: string): Promise<string | undefined> =>
      (await pool.query<{ state: string }>(text, [id])).rows[0]?.state;
    return {
      lane: await state(gateway, 'select admission as state from lanes where user_id = $1 and depth = 0'),
      identity: await state(identity, 'select state from users where id = $1'),
      ordering: await state(ordering, 'select state from customers where user_id = $1'),
    };
  }

  /** The services that the audit trail says it of. */
  async function auditOf(action: string): Promise<string[]> {
    const { items } = expectStatus(await admin.get(`/v1/ops/audit?action=${action}`), 200);
    return (items as { after: { service: string } }[]).map(({ after }) => after.service);
  }

  async function countOf(service: string): Promise<number> {
    const { METRICS_PORT } = system.processes.gateways[0]!.env;
    const text = await (await fetch(`http://127.0.0.1:${METRICS_PORT}/metrics`)).text();
    const line = new RegExp(`^turnpike_service_went_back_total{service="${service}"} (\\d+)`, 'm').exec(text);
    return Number(line?.[1] ?? Number.NaN);
  }

  async function rowsOf({ id }: Person): Promise<Record<string, unknown>> {
    const { rows } = await system.databases.identity.query<Record<string, unknown>>(
      'select state, deleted_at from users where id = $1',
      [id],
    );
    return rows[0]!;
  }

  async function putIn({ id }: Person, { state }: Record<string, unknown>): Promise<void> {
    await system.databases.identity.query('update users set state = $2, deleted_at = null where id = $1', [
      id,
      state,
    ]);
  }
});

/** The error of what does not come about says how it was last seen. */
async function untilLike(look: () => Promise<object>, expected: object): Promise<void> {
  let seen: object = {};
  await until(async () => {
    seen = await look();
    return JSON.stringify(seen) === JSON.stringify(expected);
  }, NOTICED_WITHIN_MS).catch(() => expect(seen).toEqual(expected));
}
