import { randomUUID } from 'node:crypto';
import { api, expectStatus, LINE, type Operation, type Person, register } from '../support/client.js';
import { allEnded, inParallel } from '../support/effects.js';
import type { Fault, Matches, Trap } from '../support/proxy.js';
import { volume } from '../support/servers.js';
import { startSystem, type System } from '../support/system.js';
import { check } from './history.js';
import {
  appliedAnswer,
  change,
  changesOf,
  type Customer,
  endedStates,
  FAST,
  newCustomer,
  passDeadline,
  rowOf,
  stepOf,
  successors,
  untilRow,
  ONE_BACKEND,
} from './kit.js';
import { begunAgain, Recorder } from './recorder.js';

const MOST_CALLS = 1000;
const USERS = 25;
const CLIENTS = 16;
const SEED = 20_26;
const ALWAYS = 1_000_000;

/** What ordering does to so large a part of the answers, or of the requests. */
const LIES: ['request' | 'response', number, Fault][] = [
  ['response', 0.06, { type: 'reset' }],
  ['response', 0.05, { type: 'repeat' }],
  ['response', 0.03, { type: 'replace', by: 'what?\r\n' }],
  [
    'response',
    0.03,
    { type: 'replace', by: answer(200, 'OK', { 'content-type': 'text/html' }, '<p>Welcome') },
  ],
  ['response', 0.01, { type: 'hold' }],
  ['request', 0.03, { type: 'repeat' }],
  ['request', 0.03, { type: 'answer', by: answer(500, 'Internal Server Error') }],
  ['request', 0.03, { type: 'reset' }],
];

describe.each(ONE_BACKEND)('services that cannot be relied on, on the %s queue', (queue) => {
  const calls = volume(queue, MOST_CALLS);
  let system: System;
  let url: string;
  const recorder = new Recorder();
  beforeAll(async () => {
    system = await startSystem({
      queue,
      env: FAST,
      proxied: ['identity', 'ordering'],
    });
    url = system.gatewayUrls[0]!;
  }, 120_000);
  afterAll(() => system?.stop());

  it(`have ${calls} calls take effect exactly ${calls} times, whatever they answer`, async () => {
    const users: Person[] = [];
    await inParallel(USERS, 4, async (index) => void (users[index] = await register(url)));
    const random = randomFrom(SEED);
    const traps = LIES.map(([direction, part, fault]) =>
      system.proxies.ordering!.trap(
        direction,
        (message) => isStep(message) && random() < part,
        fault,
        ALWAYS,
      ),
    );
    await inParallel(calls, CLIENTS, async (index) => {
      const placed = await recorder.send(url, users[index % USERS]!, {
        method: 'post',
        path: '/v1/orders',
        body: { lines: [LINE] },
      });
      expectStatus(placed!, 202);
    });
    await allEnded(system.databases.gateway);
    const told = traps.reduce((sum, trap) => sum + trap.count, 0);
    // What is held would keep its connection for ever.
    traps.forEach((trap) => trap.release());
    const { rows } = await system.databases.ordering.query(
      `select count(*)::integer as effects, count(distinct order_id)::integer as orders from order_changes`,
    );
    expect(rows).toEqual([{ effects: calls, orders: calls }]);
    expect(check(await recorder.history(system, told), { faults: calls / 10 })).toEqual([]);
  }, 180_000);

  it('and answer twice do not have the second answer taken for that of another write', async () => {
    const { gateway } = system.databases;
    const [one, other] = [await newCustomer(url), await newCustomer(url)];
    const answered = appliedAnswer(one.orderId);
    const second = system.proxies.ordering!.trap('response', answered, { type: 'repeat-later' });
    expect(await endedStates(gateway, [await change(url, one)])).toEqual(['succeeded']);
    const request = onOrdering(stepOf(other, 'ordering.change'), { type: 'hold', outlivesSender: true });
    const victim = await change(url, other);
    await request.caught;
    // The other user's request is on its way, on the connection that has one answer too many.
    second.release();
    expect(await endedStates(gateway, [victim])).toEqual(['succeeded']);
    expect(await changesOf(system, other)).toEqual(changesUpTo(3));
    request.release();
  }, 60_000);

  it('and answer 503 hold up one user for as long as they ask, and nobody else', async () => {
    const { gateway } = system.databases;
    const [customer, other] = [await newCustomer(url), await newCustomer(url)];
    const busy = answer(503, 'Service Unavailable', { 'retry-after': '1' });
    const trap = onOrdering(stepOf(customer, 'ordering.change'), { type: 'answer', by: busy }, ALWAYS);
    const victim = await change(url, customer);
    await trap.caught;
    const since = performance.now();
    const waiting = await successors(url, customer, 20);
    expect(await endedStates(gateway, await successors(url, other, 5))).toEqual(Array(5).fill('succeeded'));
    await untilRow(gateway, victim, () => trap.count >= 3);
    expect(performance.now() - since).toBeGreaterThan(2000 - CLOCKS_DIFFER_MS);
    expect((await rowOf(gateway, victim)).state).not.toBe('succeeded');
    trap.release();
    expect(await endedStates(gateway, [victim])).toEqual(['succeeded']);
    expect(await endedStates(gateway, waiting)).toEqual(waiting.map(() => 'succeeded'));
    expect(await changesOf(system, customer)).toEqual(changesUpTo(23));
  }, 60_000);

  it('and cannot be asked keep a write in retry beyond its deadline; it fails when they say so', async () => {
    const { gateway } = system.databases;
    const customer = await newCustomer(url);
    await system.proxies.ordering!.down();
    const victim = await change(url, customer);
    await staysInRetry(victim);
    await system.proxies.ordering!.up();
    expect(
      await untilRow(gateway, victim, ({ state }) => state !== 'retrying' && state !== 'running'),
    ).toMatchObject({ state: 'failed', problem: { code: 'deadline-exceeded' } });
    expect(await changesOf(system, customer)).toEqual(changesUpTo(2));
  }, 60_000);

  it('and cannot be asked keep a write in retry beyond its deadline; it succeeds if it was applied', async () => {
    const customer = await newCustomer(url);
    const answers = system.proxies.ordering!.trap('response', isStep, { type: 'reset' }, ALWAYS);
    const victim = await change(url, customer);
    await staysInRetry(victim);
    answers.release();
    expect(await endedStates(system.databases.gateway, [victim])).toEqual(['succeeded']);
    expect(await changesOf(system, customer)).toEqual(changesUpTo(3));
  }, 60_000);

  it('and refuse the second step of a registration leave nothing of the first', async () => {
    const refusal = {
      ...{ type: '/problems/order-state-conflict', title: 'Conflict', status: 409 },
      code: 'order-state-conflict',
    };
    const headers = { 'content-type': 'application/problem+json', 'step-recorded': 'true' };
    const by = answer(409, 'Conflict', headers, JSON.stringify(refusal));
    const trap = onOrdering(isCustomerCreation, { type: 'answer', by });
    const { registration, email } = await registering();
    await trap.caught;
    await leavesNothing(registration, email, 'order-state-conflict');
  }, 60_000);

  it('and refuse the second step of a registration until its deadline leave nothing of the first', async () => {
    const by = answer(503, 'Service Unavailable');
    const trap = onOrdering(isCustomerCreation, { type: 'answer', by }, ALWAYS);
    const { registration, email } = await registering();
    await trap.caught;
    await passDeadline(system.databases.gateway, registration);
    await leavesNothing(registration, email, 'deadline-exceeded', () => trap.release());
  }, 60_000);

  it('and have not applied a write let it be withdrawn: it is delivered later and does nothing', async () => {
    const customer = await newCustomer(url);
    const first = onOrdering(stepOf(customer, 'ordering.change'), { type: 'hold', outlivesSender: true });
    const victim = await inLongRetry(customer, 1);
    const cancelled = await api(url, customer.token).delete(`/v1/operations/${victim.id}`);
    expect(cancelled).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    const again = await api(url, customer.token).delete(`/v1/operations/${victim.id}`);
    expect(again).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    first.release();
    expect((await first.replies())[0]).toMatch(/^HTTP\/1.1 409 [^]*"code":"step-sealed"/);
    expect(await changesOf(system, customer)).toEqual(changesUpTo(2));
  }, 60_000);

  it('and have applied a write that waits for a retry do not let it be withdrawn', async () => {
    const customer = await newCustomer(url);
    const applied = appliedAnswer(customer.orderId);
    system.proxies.ordering!.trap('response', applied, { type: 'reset' });
    const victim = await inLongRetry(customer, 2);
    const refused = await api(url, customer.token).delete(`/v1/operations/${victim.id}`);
    expect(refused).toMatchObject({ status: 409, body: { code: 'operation-not-cancellable' } });
    expect((await rowOf(system.databases.gateway, victim)).state).toBe('succeeded');
    expect(await changesOf(system, customer)).toEqual(changesUpTo(3));
  }, 60_000);

  it('leave a history without a fault', async () => {
    const { gateway } = system.databases;
    await allEnded(gateway);
    expect(check(await recorder.history(system, await begunAgain(gateway)), { faults: 50 })).toEqual([]);
  });

  function onOrdering(matches: Matches, fault: Fault, times = 1): Trap {
    return system.proxies.ordering!.trap('request', matches, fault, times);
  }

  /** A write whose deadline passes while ordering cannot be asked: it is tried again and again. */
  async function staysInRetry(victim: Operation): Promise<void> {
    const { gateway } = system.databases;
    const { attempts } = await untilRow(gateway, victim, ({ state }) => state === 'retrying');
    await passDeadline(gateway, victim);
    const later = await untilRow(gateway, victim, (row) => row.attempts >= attempts + 4);
    expect(['running', 'retrying']).toContain(later.state);
  }

  /** @param attempt which of those that come so far is told to wait for a long time; those before have no answer */
  async function inLongRetry(customer: Customer, attempt: number): Promise<Operation> {
    const { gateway } = system.databases;
    let sent = 0;
    const isLater = (message: string): boolean => {
      if (stepOf(customer, 'ordering.change')(message, 0)) sent += 1;
      return sent >= attempt && message.includes('/ordering.change ');
    };
    const by = answer(503, 'Service Unavailable', { 'retry-after': '60' });
    const second = onOrdering(isLater, { type: 'answer', by });
    const victim = await change(url, customer);
    await second.caught;
    await untilRow(gateway, victim, ({ state }) => state === 'retrying');
    return victim;
  }

  async function registering(): Promise<{ registration: Operation; email: string }> {
    const email = `user-${randomUUID()}@example.com`;
    const body = { email, password: `pass-${randomUUID()}`, firstName: 'Ada', lastName: 'King' };
    return { registration: expectStatus(await api(url).post<Operation>('/v1/users', body), 202), email };
  }

  async function leavesNothing(
    registration: Operation,
    email: string,
    code: string,
    before: () => void = () => undefined,
  ): Promise<void> {
    const { gateway, identity } = system.databases;
    const row = await untilRow(gateway, registration, ({ state }) => state === 'failed');
    expect(row.problem).toMatchObject({ code });
    const { rows } = await identity.query('select 1 from users where id = $1', [registration.userId]);
    expect(rows).toEqual([]);
    before();
    // The address is free again.
    await register(url, { email });
  }
});

/** The gateway's and the database's clock, and the time between an answer and its mark in the ledger. */
const CLOCKS_DIFFER_MS = 50;

/** The calls of steps and their answers, and not those for tokens and reads. */
function isStep(message: string): boolean {
  return message.startsWith('POST /internal/steps/') || /^HTTP\/1.1 .*step-recorded: true/s.test(message);
}

function isCustomerCreation(message: string): boolean {
  return message.startsWith('POST /internal/steps/ordering.create-customer ');
}

function changesUpTo(seq: number): string[] {
  return [
    '2 ordering.place',
    ...Array.from({ length: seq - 2 }, (_, index) => `${index + 3} ordering.change`),
  ];
}

function answer(status: number, reason: string, headers: Record<string, string> = {}, body = ''): string {
  const lines = Object.entries({ ...headers, 'content-length': body.length }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return [`HTTP/1.1 ${status} ${reason}`, ...lines, '', body].join('\r\n');
}

/** The same numbers from 0 to 1 for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
