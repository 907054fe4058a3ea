import { randomUUID } from 'node:crypto';
import { type Answer, api, expectStatus, type Operation, register, WAIT } from '../support/client.js';
import { allEnded, overlaps } from '../support/effects.js';
import { pause, type SystemProcess } from '../support/processes.js';
import type { Matches, Trap } from '../support/proxy.js';
import { startSystem, type System } from '../support/system.js';
import { check, type StepRecord } from './history.js';
import {
  appliedAnswer,
  change,
  changesOf,
  claimOf,
  type Customer,
  endedStates,
  FAST,
  holdCommitted,
  kill,
  newCustomer,
  passDeadline,
  type Row,
  rowOf,
  stepOf,
  successors,
  untilRow,
  workerOf,
  ONE_BACKEND,
} from './kit.js';
import { begunAgain, Recorder } from './recorder.js';

const POISON_AFTER = 3;

/** Three of it are less than the 2 s after which a sleeper's own database call would count as lost. */
const LEASE_MS = 500;

describe.each(ONE_BACKEND)('what comes too late, on the %s queue', (queue) => {
  let system: System;
  let url: string;
  let forgotten: Customer;
  beforeAll(async () => {
    system = await startSystem({
      queue,
      env: { ...FAST, LANE_LEASE_MS: String(LEASE_MS) },
      gateways: [{ role: 'api' }, { role: 'worker' }, { role: 'worker' }],
      proxied: ['identity', 'ordering', 'database'],
    });
    url = system.gatewayUrls[0]!;
  }, 120_000);
  afterAll(() => system?.stop());

  it('from a worker that slept with the answer under way is not written down', async () => {
    const customer = await newCustomer(url);
    const answer = hold('ordering', 'response', appliedAnswer(customer.orderId));
    const victim = await change(url, customer);
    await answer.caught;
    const worker = await workerOf(system, victim);
    await asleep(worker, async () => {
      answer.release();
      const writes = [victim, ...(await successors(url, customer))];
      expect(await endedStates(system.databases.gateway, writes)).toEqual(writes.map(() => 'succeeded'));
    });
    await change(url, customer);
    await allEnded(system.databases.gateway);
    expect(await changesOf(system, customer)).toEqual(changes(3, 4, 5, 6, 7));
  }, 60_000);

  it('from a worker that slept before it sent its request is answered from memory', async () => {
    const customer = await newCustomer(url);
    const claimed = holdCommitted(system.proxies.database!, claimOf(customer));
    const victim = await change(url, customer);
    await claimed.caught;
    const worker = await workerOf(system, victim);
    const late = hold('ordering', 'request', both(stepOf(customer, 'ordering.change'), fenced(3, '1')));
    await asleep(worker, async () => {
      claimed.release();
      const writes = [victim, ...(await successors(url, customer))];
      expect(await endedStates(system.databases.gateway, writes)).toEqual(writes.map(() => 'succeeded'));
    });
    await late.caught;
    late.release();
    expect((await late.replies())[0]).toMatch(/^HTTP\/1.1 200 [^]*step-recorded: true/);
    expect(await changesOf(system, customer)).toEqual(changes(3, 4, 5, 6));
    expect(await rowOf(system.databases.gateway, victim)).toMatchObject({ state: 'succeeded', attempts: 2 });
  }, 60_000);

  it('after its operation was reported as failed has no effect', async () => {
    const { gateway } = system.databases;
    const customer = await newCustomer(url);
    const trap = hold('ordering', 'request', stepOf(customer, 'ordering.change'), 100);
    const since = performance.now();
    const victim = await change(url, customer);
    await untilRow(gateway, victim, ({ state, attempts }) => state === 'running' && attempts === 2);
    await passDeadline(gateway, victim);
    expect(await untilRow(gateway, victim, ({ state }) => state === 'failed')).toMatchObject({
      problem: { code: 'deadline-exceeded' },
    });
    await pause(3 * LEASE_MS - (performance.now() - since));

    trap.release();
    const replies = await trap.replies();
    expect(replies).toHaveLength(2);
    for (const reply of replies) expect(reply).toMatch(/^HTTP\/1.1 409 [^]*"code":"step-sealed"/);
    const [next] = await successors(url, customer, 1);
    expect(await endedStates(gateway, [next!])).toEqual(['succeeded']);
    expect(await changesOf(system, customer)).toEqual(changes(4));
  }, 60_000);

  it('and its answer was forgotten is refused by the fence', async () => {
    const { gateway, ordering } = system.databases;
    const customer = await newCustomer(url);
    forgotten = customer;
    const trap = hold('ordering', 'request', stepOf(customer, 'ordering.change'));
    const victim = await change(url, customer);
    await trap.caught;
    expect(await endedStates(gateway, [victim])).toEqual(['succeeded']);
    const later = await successors(url, customer, 1);
    expect(await endedStates(gateway, later)).toEqual(['succeeded']);
    // What the hourly walk over old answers does a day later.
    await ordering.query(
      'delete from inbox i using fences f where i.user_id = $1 and f.user_id = $1 and i.seq < f.seq',
      [customer.id],
    );
    const { rows } = await ordering.query('select 1 from inbox where user_id = $1', [customer.id]);
    expect(rows).toHaveLength(1);

    trap.release();
    expect((await trap.replies())[0]).toMatch(/^HTTP\/1.1 409 [^]*"code":"stale-fence"/);
    expect(await changesOf(system, customer)).toEqual(changes(3, 4));
  }, 60_000);

  it('and was refused before is refused again, though it could be carried out by now', async () => {
    const owner = await register(url);
    const { id, email } = owner;
    const trap = hold('identity', 'request', registrationOf(email));
    const refused = await registration(email);
    await trap.caught;
    const row = await untilRow(system.databases.gateway, refused, ({ state }) => state === 'failed');
    expect(row.problem).toMatchObject({ code: 'email-taken' });
    const change = { email: `moved-${randomUUID()}@example.com` };
    expectStatus(await api(url, owner.token).patch(`/v1/users/${id}`, change, WAIT), 200);

    trap.release();
    expect((await trap.replies())[0]).toMatch(/^HTTP\/1.1 409 [^]*"code":"email-taken"/);
    // Nobody has the address now.
    await register(url, { email });
  }, 60_000);

  it(`after ${POISON_AFTER} workers died of it is given up, and the lane goes on`, async () => {
    const { gateway } = system.databases;
    const customer = await newCustomer(url);
    const ofVictim = both(stepOf(customer, 'ordering.change'), fenced(3));
    const trap = hold('ordering', 'request', ofVictim, 100);
    const victim = await change(url, customer);
    const waiting = await successors(url, customer);
    await trap.caught;
    let row = await rowOf(gateway, victim);
    while (row.crashes < POISON_AFTER) row = await killedBy(victim);
    row = await untilRow(gateway, victim, ({ state }) => state === 'failed');
    expect(row.problem).toMatchObject({ code: 'internal-error' });
    trap.release();
    for (const reply of await trap.replies()) expect(reply).toMatch(/"code":"step-sealed"/);
    expect(await endedStates(gateway, waiting)).toEqual(waiting.map(() => 'succeeded'));
    expect(await changesOf(system, customer)).toEqual(changes(4, 5, 6));
  }, 60_000);

  it('leaves a history without a fault', async () => {
    const { gateway } = system.databases;
    await allReady();
    await allEnded(gateway);
    const history = await new Recorder().history(system, await begunAgain(gateway));
    // The answers that one test let ordering forget.
    const { rows } = await gateway.query<StepRecord>(
      `select id as "operationId", step ->> 'name' as step, 200 as status
       from operations, jsonb_array_elements(steps) step
       where user_id = $1 and step ->> 'name' like 'ordering.%'`,
      [forgotten.id],
    );
    history.steps.push(...rows);
    expect(check(history, { faults: 8 })).toEqual([]);
    expect(await overlaps(gateway)).toEqual([]);
  });

  async function allReady(): Promise<void> {
    await Promise.all(system.processes.gateways.map((gateway) => gateway.becomesReady()));
  }

  /** Kills the worker that runs the operation, and waits until another has begun it. */
  async function killedBy(victim: Operation): Promise<Row> {
    const { gateway } = system.databases;
    const { attempts } = await untilRow(gateway, victim, ({ state }) => state === 'running');
    const worker = await workerOf(system, victim).catch(() => null);
    if (worker) {
      await kill(worker);
      worker.start();
    }
    return untilRow(gateway, victim, (row) => row.attempts > attempts);
  }

  function hold(
    proxy: 'identity' | 'ordering',
    direction: 'request' | 'response',
    matches: Matches,
    times = 1,
  ): Trap {
    return system.proxies[proxy]!.trap(direction, matches, { type: 'hold', outlivesSender: true }, times);
  }

  /** Lets the process sleep while that is done, for three leases at least. */
  async function asleep(worker: SystemProcess, meanwhile: () => Promise<void>): Promise<void> {
    const since = performance.now();
    worker.kill('SIGSTOP');
    try {
      await meanwhile();
      await pause(3 * LEASE_MS - (performance.now() - since));
    } finally {
      worker.kill('SIGCONT');
    }
    await worker.becomesReady();
  }

  async function registration(email: string): Promise<Operation> {
    const body = { email, password: `pass-${randomUUID()}`, firstName: 'Ada', lastName: 'King' };
    const answer: Answer<Operation> = await api(url).post('/v1/users', body);
    return expectStatus(answer, 202);
  }
});

/** The changes of a user's one order, by their places. */
function changes(...seqs: number[]): string[] {
  return ['2 ordering.place', ...seqs.map((seq) => `${seq} ordering.change`)];
}

function fenced(seq: number, epoch = '\\d+'): Matches {
  return (message) => new RegExp(`lane-fence: ${seq}\\.${epoch}\r\n`, 'i').test(message);
}

function both(one: Matches, other: Matches): Matches {
  return (message, connection) => one(message, connection) && other(message, connection);
}

function registrationOf(email: string): Matches {
  return (message) =>
    message.startsWith('POST /internal/steps/identity.register ') && message.includes(email);
}
