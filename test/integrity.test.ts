import type { Finding, IntegrityHealth, IntegrityRun, OperationView, OpsSummary } from '@turnpike/protocol';
import { v7 as uuidv7 } from 'uuid';
import { api, type Api, expectStatus, LINE, register, signIn, WAIT } from './support/client.js';
import { allEnded } from './support/effects.js';
import { plantFaults } from './support/faults.js';
import { pause } from './support/processes.js';
import { startSystem, type System } from './support/system.js';

const RUNS = '/v1/ops/integrity/runs';

/** People who write all the time while a run is under way. */
const WRITERS = 4;

/** Writes of one of them until the next of them takes over, and the former is deleted. */
const ROUNDS = 15;

describe('an integrity run', () => {
  let system: System;
  let url: string;
  let admin: Api;
  beforeAll(async () => {
    system = await startSystem({ proxied: ['ordering'], env: { INTEGRITY_EVERY_MS: '0' } });
    url = system.gatewayUrls[0]!;
    admin = api(url, await signIn(url, system.admin));
  }, 120_000);
  afterAll(() => system?.stop());

  it('finds 50 faults and nothing else while writes are in flight; their repair leaves none', async () => {
    const planted = await plantFaults(system);
    expect(planted).toHaveLength(50);
    const letGo = await renameHalfway();
    const writing = new AbortController();
    const writes = Promise.all(Array.from({ length: WRITERS }, () => keepWriting(writing.signal)));
    const first = await performRun();
    expect(sorted(first.findings)).toEqual(sorted(planted));
    expect(first).toMatchObject({ state: 'done', finishedAt: expect.stringMatching(/Z$/) });
    expect(first.checked).toBeGreaterThan(planted.length);

    const repairs = await repair(first);
    const users = new Set(planted.map(({ userId }) => userId));
    expect(sorted(repairs.map(({ userId }) => userId))).toEqual(sorted([...users]));
    for (const { id, kind } of repairs) {
      const { body } = await admin.get(`/v1/operations/${id}`, WAIT);
      expect({ kind, state: body.state }).toEqual({ kind: 'repair.user', state: 'succeeded' });
    }
    const again = await repair(first);
    expect(again.map(({ id }) => id)).toEqual(repairs.map(({ id }) => id));

    const second = await performRun();
    writing.abort();
    await writes;
    letGo();
    expect(second).toMatchObject({ state: 'done', findings: [] });
    const { items } = expectStatus(await admin.get<{ items: IntegrityRun[] }>(RUNS), 200);
    expect(items.map(({ id }) => id)).toEqual([second.id, first.id]);
  }, 180_000);

  it('is one at a time: who asks while one is under way is answered with that one', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => admin.post<IntegrityRun>(RUNS)));
    const [id, ...others] = new Set(answers.map((answer) => expectStatus(answer, 202).id));
    expect(others).toEqual([]);
    expect(answers[0]!.headers.get('location')).toBe(`${RUNS}/${id}`);
    expect(await ended(id!)).toMatchObject({ state: 'done' });
  });

  it('that a dead process left has failed, and the next one begins', async () => {
    const dead = uuidv7();
    await system.databases.gateway.query(
      `insert into integrity_runs (id, worker, seen_at) values ($1, 'gone', now() - interval '31 seconds')`,
      [dead],
    );
    const next = await performRun();
    expect(next).toMatchObject({ state: 'done' });
    expect(next.id).not.toBe(dead);
    expect((await admin.get(`${RUNS}/${dead}`)).body).toMatchObject({
      state: 'failed',
      current: false,
      problem: { code: 'internal-error', detail: expect.stringContaining('gave no sign of life') },
    });
  });

  it('has failed when a service stays away, says which and why, and then nobody says that the services agree', async () => {
    const good = await performRun();
    expect(good).toMatchObject({ state: 'done', problem: null, current: true });
    expect(await verdict()).toMatchObject({
      verdict: 'agree',
      lastSuccessAt: good.finishedAt,
      problem: null,
    });
    await system.processes.ordering.stop();
    const problem = {
      code: 'unavailable',
      service: 'ordering',
      table: 'customers',
      detail: 'The table customers of ordering could not be compared. ordering does not answer.',
    };
    expect(await performRun()).toMatchObject({ state: 'failed', current: false, problem });
    expect(await verdict()).toMatchObject({ verdict: 'unknown', lastSuccessAt: good.finishedAt, problem });
    expect((await admin.get(`${RUNS}/${good.id}`)).body).toMatchObject({ state: 'done', current: false });
  }, 60_000);

  it('waits for a service that is being restarted', async () => {
    const { id } = expectStatus(await admin.post<IntegrityRun>(RUNS), 202);
    await system.restart(system.processes.ordering);
    expect(await ended(id)).toMatchObject({ state: 'done' });
    await allEnded(system.databases.gateway);
  }, 60_000);

  it('has failed when a service answers with what is no list, and says so', async () => {
    const lists = (text: string): boolean => text.includes('/internal/integrity/orders');
    const body = '<html>Bad gateway</html>';
    const head = ['HTTP/1.1 200 OK', 'content-type: text/html', `content-length: ${body.length}`];
    const by = [...head, '', body].join('\r\n');
    const trap = system.proxies.ordering!.trap('request', lists, { type: 'answer', by });
    expect(await performRun()).toMatchObject({
      state: 'failed',
      problem: { code: 'internal-error', service: 'ordering', table: 'orders' },
    });
    trap.release();
  });

  it('has nothing that is known while the last success is long ago', async () => {
    expect(await performRun()).toMatchObject({ state: 'done', current: true });
    await system.databases.gateway.query(
      `update integrity_runs set finished_at = finished_at - interval '25 hours' where state = 'done'`,
    );
    expect(await verdict()).toMatchObject({ verdict: 'unknown', problem: null });
    const { items } = expectStatus(await admin.get<{ items: IntegrityRun[] }>(RUNS), 200);
    expect(items.filter(({ current }) => current)).toEqual([]);
  });

  it('finds users and rows that are back after a deletion, and has them deleted again though nobody asks', async () => {
    const [user, customer] = [await deletedUser(), await deletedUser()];
    const { identity, ordering } = system.databases;
    await identity.query(`update users set state = 'active', deleted_at = null where id = $1`, [user]);
    await ordering.query(
      `update customers set state = 'active', deleted_at = null, deleted_by = null where user_id = $1`,
      [customer],
    );
    const run = await performRun();
    expect(sorted(run.findings)).toEqual(
      sorted([
        { relation: 'identity.users', kind: 'resurrected', id: user, userId: user },
        { relation: 'ordering.customers', kind: 'resurrected', id: customer, userId: customer },
      ]),
    );
    const { items } = expectStatus(
      await admin.get<{ items: OperationView[] }>('/v1/ops/operations?kind=repair.user&limit=2'),
      200,
    );
    expect(sorted(items.map(({ userId }) => userId))).toEqual(sorted([user, customer]));
    expect(items.map(({ actorId }) => actorId)).toEqual([null, null]);
    // Whoever asks for the repair of the run gets the same writes.
    expect(sorted((await repair(run)).map(({ id }) => id))).toEqual(sorted(items.map(({ id }) => id)));
  });

  it('is for administrators, and only one that exists is found or repaired', async () => {
    const user = await register(url);
    const me = api(url, user.token);
    const path = `${RUNS}/${user.id}`;
    for (const answer of [await me.post(RUNS), await me.get(RUNS), await me.get(path)]) {
      expect(answer.status).toBe(403);
    }
    expect((await api(url).post(RUNS)).status).toBe(401);
    expect((await admin.get(path)).status).toBe(404);
    expect((await admin.post(`${path}/repair`)).status).toBe(404);
    expect((await admin.get(`${RUNS}?cursor=x`)).status).toBe(400);
  });

  async function verdict(): Promise<IntegrityHealth> {
    // A summary is given to whoever asks for a second.
    await pause(1100);
    return expectStatus(await admin.get<OpsSummary>('/v1/ops/summary'), 200).integrity;
  }

  async function deletedUser(): Promise<string> {
    const { id, token } = await register(url);
    expectStatus(await api(url, token).delete(`/v1/users/${id}`, WAIT), 204);
    return id;
  }

  async function performRun(): Promise<IntegrityRun> {
    return ended(expectStatus(await admin.post<IntegrityRun>(RUNS), 202).id);
  }

  async function ended(id: string): Promise<IntegrityRun> {
    for (;;) {
      const run = expectStatus(await admin.get<IntegrityRun>(`${RUNS}/${id}`), 200);
      if (run.state !== 'running') return run;
      await pause(100);
    }
  }

  async function repair({ id }: IntegrityRun): Promise<OperationView[]> {
    return expectStatus(await admin.post<{ items: OperationView[] }>(`${RUNS}/${id}/repair`), 200).items;
  }

  /** A rename that identity has carried out and that ordering does not hear of. @returns what ends that */
  async function renameHalfway(): Promise<() => void> {
    const user = await register(url);
    const isCopy = (text: string): boolean =>
      text.includes('/internal/steps/ordering.rename-customer') && text.includes(user.id);
    const trap = system.proxies.ordering!.trap('request', isCopy, { type: 'reset' }, 1e6);
    expectStatus(await api(url, user.token).patch(`/v1/users/${user.id}`, { firstName: 'Ada' }), 202);
    await trap.caught;
    return () => trap.release();
  }

  /** Somebody is registered, renamed, orders, and is deleted; then somebody else. */
  async function keepWriting(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const user = await register(url);
      const me = api(url, user.token);
      for (let round = 0; round < ROUNDS && !signal.aborted; round += 1) {
        expectStatus(await me.patch(`/v1/users/${user.id}`, { firstName: `Grace ${round}` }), 202);
        expectStatus(await me.post('/v1/orders', { lines: [LINE] }), 202);
        await pause(50);
      }
      expectStatus(await me.delete(`/v1/users/${user.id}`, WAIT), 204);
    }
  }
});

function sorted<Item extends Finding | string>(items: readonly Item[]): Item[] {
  return [...items].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
