import { allEnded, overlaps } from '../support/effects.js';
import { api, type Operation, signIn } from '../support/client.js';
import type { SystemProcess } from '../support/processes.js';
import type { Direction, Matches, Trap } from '../support/proxy.js';
import { type ProxyName, startSystem, type System } from '../support/system.js';
import { check } from './history.js';
import {
  appliedAnswer,
  change,
  changesOf,
  commitAfter,
  type Customer,
  endOf,
  endedStates,
  FAST,
  finishingOf,
  holdCommitted,
  kill,
  ONE_BACKEND,
  newCustomer,
  stepOf,
  successors,
  TAKEOVER_MS,
  untilRow,
  workerOf,
} from './kit.js';
import { begunAgain, Recorder } from './recorder.js';

const KILLS = 6;

describe.each(ONE_BACKEND)('a worker that is killed, on the %s queue', (queue) => {
  let system: System;
  let url: string;
  beforeAll(async () => {
    system = await startSystem({
      queue,
      // Nobody is to give up a held message by himself before he is killed.
      env: { ...FAST, SERVICE_TIMEOUT_MS: '10000' },
      gateways: [{ role: 'api' }, { role: 'worker' }, { role: 'worker' }],
      proxied: ['ordering', 'database', 'queue'],
    });
    url = system.gatewayUrls[0]!;
  }, 120_000);
  afterAll(() => system?.stop());

  it('before its request is delivered: it is applied once, and the late request does nothing', async () => {
    const customer = await readyCustomer();
    const trap = hold('ordering', 'request', stepOf(customer, 'ordering.change'));
    const { victim, waiting, worker } = await begun(customer, trap);
    await killed(worker, victim);
    await laneIsExact(customer, [victim, ...waiting]);
    const before = await changesOf(system, customer);

    trap.release();
    const [reply] = await trap.replies();
    // The first answer, from memory: not a second change.
    expect(reply).toMatch(/^HTTP\/1.1 200 [^]*step-recorded: true/);
    expect(await changesOf(system, customer)).toEqual(before);
  }, 60_000);

  it('when its request is applied, but before the answer: it is not applied again', async () => {
    const customer = await readyCustomer();
    const trap = hold('ordering', 'response', appliedAnswer(customer.orderId));
    const { victim, waiting, worker } = await begun(customer, trap);
    expect(await changesOf(system, customer)).toEqual(['2 ordering.place', '3 ordering.change']);
    await killed(worker, victim);
    await laneIsExact(customer, [victim, ...waiting]);
  }, 60_000);

  it.each([
    ['the statement', (victim: Operation) => endOf(victim)],
    ['its COMMIT', (victim: Operation) => commitAfter(endOf(victim))],
  ])(
    'when it has the answer, but before it records it (%s): it is not applied again',
    async (_, matches) => {
      const customer = await readyCustomer();
      const answer = hold('ordering', 'response', appliedAnswer(customer.orderId));
      const { victim, waiting, worker } = await begun(customer, answer);
      const trap = hold('database', 'request', matches(victim));
      answer.release();
      await trap.caught;
      await killed(worker, victim);
      await laneIsExact(customer, [victim, ...waiting]);
    },
    60_000,
  );

  it('when it has recorded the end, but does not know yet that it has the next: the lane goes on', async () => {
    const customer = await readyCustomer();
    // All of it waits before the first begins: a lane that has been at work for long goes back to the queue instead.
    const lane = api(url, await signIn(url, system.admin));
    await lane.post(`/v1/ops/lanes/${customer.id}/pause`);
    const victim = await change(url, customer);
    const waiting = await successors(url, customer);
    const trap = holdCommitted(system.proxies.database!, endOf(victim));
    await lane.post(`/v1/ops/lanes/${customer.id}/resume`);
    await trap.caught;
    expect(await endedStates(system.databases.gateway, [victim])).toEqual(['succeeded']);
    await killed(await workerOf(system, waiting[0]!), waiting[0]!);
    await laneIsExact(customer, [victim, ...waiting]);
  }, 60_000);

  it('when it has recorded the end, but before its job is finished: the lane goes on', async () => {
    const customer = await readyCustomer();
    const answer = hold('ordering', 'response', appliedAnswer(customer.orderId));
    const { victim, waiting, worker } = await begun(customer, answer);
    const trap = hold('queue', 'request', finishingOf(victim));
    answer.release();
    await trap.caught;
    const writes = [victim, ...waiting];
    expect(await endedStates(system.databases.gateway, writes)).toEqual(writes.map(() => 'succeeded'));
    const next = await change(url, customer);
    await killed(worker, next);
    await laneIsExact(customer, [...writes, next]);
  }, 60_000);

  it('leaves a history without a fault', async () => {
    const { gateway } = system.databases;
    await allReady();
    await allEnded(gateway);
    const history = await new Recorder().history(system, await begunAgain(gateway));
    // The one that had recorded the last end of its lane left nothing to begin again.
    expect(check(history, { faults: KILLS - 1 })).toEqual([]);
    expect(await overlaps(gateway)).toEqual([]);
  });

  async function readyCustomer(): Promise<Customer> {
    await allReady();
    return newCustomer(url);
  }

  /** Every process is up again: an earlier test has killed one. */
  async function allReady(): Promise<void> {
    await Promise.all(system.processes.gateways.map((gateway) => gateway.becomesReady()));
  }

  function hold(proxy: ProxyName, direction: Direction, matches: Matches): Trap {
    return system.proxies[proxy]!.trap(direction, matches, {
      type: 'hold',
      outlivesSender: proxy === 'ordering',
    });
  }

  /** A write that is caught, and three more behind it. */
  async function begun(
    customer: Customer,
    trap: Trap,
  ): Promise<{ victim: Operation; waiting: Operation[]; worker: SystemProcess }> {
    const victim = await change(url, customer);
    await trap.caught;
    const waiting = await successors(url, customer);
    return { victim, waiting, worker: await workerOf(system, victim) };
  }

  /** Kills the worker; somebody else carries that operation to its end in time. */
  async function killed(worker: SystemProcess, operation: Operation): Promise<void> {
    const since = performance.now();
    await kill(worker);
    await untilRow(system.databases.gateway, operation, ({ state }) => state === 'succeeded');
    expect(performance.now() - since).toBeLessThan(TAKEOVER_MS);
    worker.start();
  }

  async function laneIsExact(customer: Customer, writes: Operation[]): Promise<void> {
    const ended = await endedStates(system.databases.gateway, writes);
    expect(ended).toEqual(writes.map(() => 'succeeded'));
    expect(await changesOf(system, customer)).toEqual([
      '2 ordering.place',
      ...writes.map(({ seq }) => `${seq} ordering.change`),
    ]);
  }
});
