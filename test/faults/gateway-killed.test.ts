import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { type Answer, expectStatus, LINE, type Operation, type Person, register } from '../support/client.js';
import { allEnded } from '../support/effects.js';
import { freePort } from '../support/ports.js';
import { pause, type SystemProcess } from '../support/processes.js';
import { type Matches, TcpProxy, type Trap } from '../support/proxy.js';
import { startSystem, type System } from '../support/system.js';
import { check } from './history.js';
import { changesOf, commitAfter, endedStates, FAST, holdCommitted, kill, ONE_BACKEND } from './kit.js';
import { Recorder } from './recorder.js';

const KILLS = 5;
const LOOK_AGAIN_MS = 10;

describe.each(ONE_BACKEND)('a gateway that is killed while it accepts, on the %s queue', (queue) => {
  let system: System;
  let survivor: string;
  let victim: SystemProcess;
  /** Between the clients and the gateway that is killed. */
  let front: TcpProxy;
  let frontUrl: string;
  const recorder = new Recorder();
  beforeAll(async () => {
    system = await startSystem({
      queue,
      env: FAST,
      gateways: [{ role: 'api,worker' }, { role: 'api' }],
      proxied: ['database', 'queue'],
    });
    survivor = system.gatewayUrls[0]!;
    victim = system.processes.gateways[1]!;
    front = await TcpProxy.to(victim.url, await freePort()).up();
    frontUrl = front.through(victim.url);
  }, 120_000);
  afterAll(async () => {
    await front?.down();
    await system?.stop();
  });

  it('before the COMMIT: nothing is left, and the repeated request is a new one', async () => {
    const user = await readyUser();
    const key = randomUUID();
    const trap = database('request', commitAfter(acceptanceOf(user)));
    const unanswered = place(user, key, victim.url);
    await trap.caught;
    await kill(victim);
    expect(await unanswered).toBeNull();
    const { headers } = await repeated(user, key, survivor);
    expect(headers.get('idempotency-replayed')).toBeNull();
    await carriedOutOnce(user);
  }, 60_000);

  it.each([
    ['a second gateway', () => Promise.resolve(survivor)],
    ['the gateway itself, started again', startedAgain],
  ])(
    'after the COMMIT, without an answer: %s answers with the same operation',
    async (_, gateway) => {
      const user = await readyUser();
      const key = randomUUID();
      const trap = front.trap('response', (message) => message.startsWith('HTTP/1.1 202'), { type: 'hold' });
      const unanswered = place(user, key, frontUrl);
      await trap.caught;
      await kill(victim);
      expect(await unanswered).toBeNull();
      await repeatedIsTheSame(user, key, await gateway());
    },
    60_000,
  );

  it('when the database has committed and it does not know yet: the operation is the same and is carried out', async () => {
    const user = await readyUser();
    const key = randomUUID();
    const trap = holdCommitted(system.proxies.database!, acceptanceOf(user));
    const unanswered = place(user, key, victim.url);
    await trap.caught;
    await kill(victim);
    expect(await unanswered).toBeNull();
    await repeatedIsTheSame(user, key, survivor);
  }, 60_000);

  it('after the COMMIT, but before it is queued: it is carried out without any further request', async () => {
    const user = await readyUser();
    const key = randomUUID();
    const isJob = (message: string): boolean => message.includes(user.id) && message.includes('operationId');
    const trap = system.proxies.queue!.trap('request', isJob, { type: 'hold' });
    const answer = place(user, key, victim.url);
    await trap.caught;
    expectStatus((await answer)!, 202);
    await kill(victim);
    await carriedOutOnce(user);
  }, 60_000);

  it('nor does a write get in between a deletion and its COMMIT', async () => {
    const user = await readyUser();
    const trap = database('request', commitAfter(acceptanceOf(user)));
    const deletion = recorder.send(victim.url, user, { method: 'delete', path: `/v1/users/${user.id}` });
    await trap.caught;
    const late = place(user, randomUUID(), survivor);
    await somebodyWaitsForALock(system.databases.gateway);
    trap.release();
    expectStatus((await deletion)!, 202);
    expect(await late).toMatchObject({ status: 409, body: { code: 'user-deleting' } });
  }, 60_000);

  it('leaves a history without a fault', async () => {
    await startedAgain();
    await allEnded(system.databases.gateway);
    expect(check(await recorder.history(system, KILLS), { faults: KILLS })).toEqual([]);
  });

  async function startedAgain(): Promise<string> {
    if (!victim.isRunning) victim.start();
    await victim.becomesReady();
    return victim.url;
  }

  async function readyUser(): Promise<Person> {
    await startedAgain();
    return register(survivor);
  }

  function database(direction: 'request' | 'response', matches: Matches): Trap {
    return system.proxies.database!.trap(direction, matches, { type: 'hold' });
  }

  function place(user: Person, key: string, url: string): Promise<Answer | null> {
    return recorder.send(url, user, { method: 'post', path: '/v1/orders', body: { lines: [LINE] } }, key);
  }

  async function repeated(user: Person, key: string, url: string): Promise<Answer<Operation>> {
    const answer: Answer<Operation> | null = await place(user, key, url);
    expect(answer).toMatchObject({ status: 202 });
    return answer!;
  }

  /** There is one operation, made by the request without an answer, and the repeated request finds it. */
  async function repeatedIsTheSame(user: Person, key: string, url: string): Promise<void> {
    const [made, ...others] = await ordersOf(user);
    expect(others).toEqual([]);
    await carriedOutOnce(user);
    const { body, headers } = await repeated(user, key, url);
    expect(headers.get('idempotency-replayed')).toBe('true');
    expect(body.id).toBe(made!.id);
    await carriedOutOnce(user);
  }

  /** Nobody asks: it happens by itself. */
  async function carriedOutOnce(user: Person): Promise<void> {
    const orders = await ordersOf(user);
    expect(await endedStates(system.databases.gateway, orders)).toEqual(['succeeded']);
    expect(await changesOf(system, user)).toEqual(['2 ordering.place']);
  }

  async function ordersOf({ id }: Person): Promise<{ id: string }[]> {
    const { rows } = await system.databases.gateway.query<{ id: string }>(
      `select id from operations where user_id = $1 and kind = 'order.place'`,
      [id],
    );
    return rows;
  }
});

/** The statement that writes an operation of that user into the ledger. */
function acceptanceOf({ id }: { id: string }): Matches {
  return (message) => message.includes('ledger.admit') && message.includes(id);
}

async function somebodyWaitsForALock(gateway: Pool): Promise<void> {
  for (;;) {
    const { rows } = await gateway.query(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (rows.length > 0) return;
    await pause(LOOK_AGAIN_MS);
  }
}
