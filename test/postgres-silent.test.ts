// Processes whose database forgets their connections, or turns read-only, while clients wait.
import { randomUUID } from 'node:crypto';
import { FAST, rowOf } from './faults/kit.js';
import { api, LINE, type Operation, type Person, placeOrder, register } from './support/client.js';
import { EventStreamClient } from './support/event-stream.js';
import { type Project, until } from './support/processes.js';
import { turnReadOnly, turnWritable } from './support/superuser.js';
import { startSystem, type System } from './support/system.js';

/** What is back is used again within 2 s, and what was forgotten within 10 s; the rest is the busy machine's. */
const USED_AGAIN_WITHIN_MS = 2000 + 3000;
const FOUND_WITHIN_MS = 10_000 + 3000;

/** Below what a worker, a waiter or a follower that hears nothing looks by itself after, but for the worker's 5 s. */
const HEARD_WITHIN_MS = 4000;

let system: System;
let url: string;
let user: Person;
beforeAll(async () => {
  system = await startSystem({ proxied: ['database'], env: FAST });
  url = system.gatewayUrls[0]!;
  user = await register(url);
}, 240_000);
afterAll(() => system?.stop());

/** @returns the milliseconds that a write took, whose end was waited for; null where it did not end */
async function orderInTime(person: Person): Promise<number | null> {
  const begun = performance.now();
  const answer = await api(url, person.token).post(
    '/v1/orders',
    { lines: [LINE] },
    { prefer: 'wait=10', 'idempotency-key': randomUUID() },
  );
  return answer.status === 201 ? performance.now() - begun : null;
}

const isReady = async (processUrl: string): Promise<boolean> =>
  (await api(processUrl).get('/health/ready')).status === 200;

const signsIn = async (): Promise<boolean> =>
  (await api(url).post('/v1/sessions', { email: user.email, password: user.password })).status === 201;

describe('a ledger that forgets every connection', () => {
  it('is found again within 10 s: by requests, by the queue, and by those that listen', async () => {
    const others = [await register(url), await register(url)];
    system.proxies.database!.forget();
    await until(async () => ((await orderInTime(user)) ?? Infinity) < HEARD_WITHIN_MS, FOUND_WITHIN_MS);
    await until(signsIn, USED_AGAIN_WITHIN_MS);
    await until(() => isReady(url), USED_AGAIN_WITHIN_MS);
    await until(async () => !(await listensToNobody()), FOUND_WITHIN_MS);
    const stream = await EventStreamClient.open(`${url}/v1/events`, { token: user.token });
    const { id } = await placeOrder(url, user.token);
    const begun = performance.now();
    await stream.untilOver(id);
    expect(performance.now() - begun).toBeLessThan(HEARD_WITHIN_MS);
    for (const other of others) expect(await orderInTime(other)).toBeLessThan(HEARD_WITHIN_MS);
    await stream.close();
  }, 120_000);

  /** Whether a connection that listens is none of those that were made since. */
  async function listensToNobody(): Promise<boolean> {
    const { rows } = await system.databases.gateway.query<{ application_name: string; count: number }>(
      `select application_name, count(*)::integer as count from pg_stat_activity
       where application_name in ('turnpike-endings', 'turnpike-webhooks') group by 1`,
    );
    // The forgotten ones are still there for the server.
    return rows.length < 2 || rows.some(({ count }) => count < 2);
  }

  it('is asked by those that wait, whether they hear anything or not', async () => {
    const held = system.proxies.database!.trap(
      'response',
      (message) => message.includes('operation_ended'),
      { type: 'replace', by: '' },
      1000,
    );
    expect(await orderInTime(user)).toBeLessThan(HEARD_WITHIN_MS);
    held.release();
  }, 60_000);
});

describe('a database that turns read-only', () => {
  const processOf = (project: Project): string =>
    project === 'gateway' ? url : project === 'identity' ? system.identityUrl : system.orderingUrl;

  async function whileReadOnly(project: Project, work: () => Promise<void>): Promise<void> {
    const database = addressOf(project);
    await turnReadOnly(database);
    try {
      await until(async () => !(await isReady(processOf(project))), USED_AGAIN_WITHIN_MS);
      await work();
    } finally {
      await turnWritable(database);
    }
    await until(() => isReady(processOf(project)), USED_AGAIN_WITHIN_MS);
  }

  /** Past the proxy: the name of the database is what counts. */
  function addressOf(project: Project): string {
    const { identity, ordering, gateways } = system.processes;
    const { env } = project === 'gateway' ? gateways[0]! : project === 'identity' ? identity : ordering;
    return env[`${project.toUpperCase()}_DATABASE_URL`]!;
  }

  it("of the ledger refuses writes with 503, and takes them within 2 s of the server's return", async () => {
    const order = (): ReturnType<ReturnType<typeof api>['post']> =>
      api(url, user.token).post('/v1/orders', { lines: [LINE] });
    await whileReadOnly('gateway', async () => {
      const refused = await order();
      expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } });
      expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    });
    await until(async () => (await order()).status === 202, USED_AGAIN_WITHIN_MS);
    await until(async () => ((await orderInTime(user)) ?? Infinity) < HEARD_WITHIN_MS, FOUND_WITHIN_MS);
  }, 60_000);

  it('of ordering lets writes wait, and none fails', async () => {
    let id = '';
    await whileReadOnly('ordering', async () => {
      ({ id } = await placeOrder(url, user.token));
      await until(async () => (await rowOf(system.databases.gateway, { id })).attempts > 1, 20_000);
      expect(['running', 'retrying']).toContain(await stateOf(id));
    });
    await until(async () => (await stateOf(id)) === 'succeeded', USED_AGAIN_WITHIN_MS);
  }, 60_000);

  it('of identity refuses to sign in with 503, and does it again within 2 s', async () => {
    await whileReadOnly('identity', async () => {
      const refused = await api(url).post('/v1/sessions', { email: user.email, password: user.password });
      expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } });
      expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    });
    await until(signsIn, USED_AGAIN_WITHIN_MS);
  }, 60_000);

  async function stateOf(id: string): Promise<string> {
    return (await api(url, user.token).get<Operation>(`/v1/operations/${id}`)).body.state;
  }
});
