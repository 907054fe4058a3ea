import { Redis } from 'ioredis';
import { api, expectStatus, LINE, register, WAIT, waitFor } from '../support/client.js';
import { pause, type SystemProcess, until } from '../support/processes.js';
import { backends } from '../support/servers.js';
import { startSystem, type System } from '../support/system.js';
import { FAST, FULL } from './kit.js';
import { OwnRedis } from './redis.js';

/** Within which all is well after a fault is over. */
const WELL_WITHIN_MS = 10_000;

/** Until a fault is noticed: a proof of the queue holds 6 s, and readiness is looked at once a second. */
const NOTICED_WITHIN_MS = 10_000;

/** Far longer than a start takes. */
const STARTS_WITHIN_MS = 60_000;

const LOOK_AGAIN_MS = 100;

/** What the queue's account may do, where an operator has named the commands. */
const ACCOUNT = ['on', '>secret', '~*', '&*', '+@all', '-@dangerous', '+info'];

/** What a Redis says that takes no writes, and how it comes about and ends. */
const REFUSALS: [string, string[], string[]][] = [
  [
    'lost the right to write',
    ['acl', 'setuser', 'turnpike', '-@write'],
    ['acl', 'setuser', 'turnpike', '+@write'],
  ],
  [
    'lost the right to run scripts',
    ['acl', 'setuser', 'turnpike', '-evalsha', '-eval'],
    ['acl', 'setuser', 'turnpike', '+evalsha', '+eval'],
  ],
  [
    'lost the right to wait',
    ['acl', 'setuser', 'turnpike', '-bzpopmin'],
    ['acl', 'setuser', 'turnpike', '+bzpopmin'],
  ],
  ['is full', ['config', 'set', 'maxmemory', '1'], ['config', 'set', 'maxmemory', '0']],
  ['became a replica', ['replicaof', '127.0.0.1', '1'], ['replicaof', 'no', 'one']],
  [
    'lacks a replica',
    ['config', 'set', 'min-replicas-to-write', '1'],
    ['config', 'set', 'min-replicas-to-write', '0'],
  ],
];

/** What an account lacks from the start, what gives it that, and what the server says. */
const ACCOUNTS: [string, string[], string[], string][] = [
  ['lacks INFO', ['-info'], ['+info'], "run the 'info' command"],
  ['has another password', ['resetpass', '>other'], ['resetpass', '>secret'], 'WRONGPASS'],
  ['may not wait for jobs', ['-bzpopmin'], ['+bzpopmin'], "run the 'bzpopmin' command"],
  ['may not run scripts', ['-evalsha', '-eval'], ['+evalsha', '+eval'], "run the 'eval"],
];

if (backends().includes('redis')) describe('a Redis', held);

function held(): void {
  let redis: OwnRedis;
  let operator: Redis;
  let system: System;
  let url: string;
  beforeAll(async () => {
    redis = await OwnRedis.start();
    operator = new Redis(redis.url);
    await operator.call('acl', 'setuser', 'turnpike', ...ACCOUNT);
    const env = { ...FAST, QUEUE_URL: redis.url.replace('//', '//turnpike:secret@') };
    system = await startSystem({ gateways: [{ env }], proxied: ['queue'] });
    url = system.gatewayUrls[0]!;
  }, 240_000);
  afterAll(async () => {
    await system?.stop();
    operator?.disconnect();
    await redis?.kill();
  });

  it('that is silent on every connection at once is found out, and writes go on over new ones', async () => {
    const { token } = await register(url);
    system.proxies.queue!.forget();
    const since = performance.now();
    for (let writes = 0; writes < 5; writes += 1) {
      expectStatus(await api(url, token).post('/v1/orders', { lines: [LINE] }, WAIT), 201);
    }
    expect(performance.now() - since).toBeLessThan(WELL_WITHIN_MS);
    await becomes(url, 200);
  }, 60_000);

  it('that is silent, and answers nobody else either, makes the process unready, and is used again when it is back', async () => {
    const { token } = await register(url);
    system.proxies.queue!.vanish();
    const { checks, detail } = await becomes(url, 503);
    expect(checks).toMatchObject({ database: true, queue: false });
    expect(detail).toMatch(/^Waiting for queue \(missing since \d{4}-.+Z\)\.$/);
    const { id } = expectStatus(
      await api(url, token).post<{ id: string }>('/v1/orders', { lines: [LINE] }),
      202,
    );
    system.proxies.queue!.appear();
    const since = performance.now();
    await becomes(url, 200);
    expect(await waitFor(url, token, id)).toMatchObject({ state: 'succeeded' });
    expect(performance.now() - since).toBeLessThan(WELL_WITHIN_MS);
  }, 60_000);

  it.each(FULL ? REFUSALS : REFUSALS.slice(2, 5))(
    'that %s makes the process unready: writes are accepted, and carried out when it is over',
    async (_, refuse, heal) => {
      const { token } = await register(url);
      await operator.call(...(refuse as [string, ...string[]]));
      const { checks } = await becomes(url, 503);
      expect(checks).toMatchObject({ database: true, queue: false });
      const { id } = expectStatus(
        await api(url, token).post<{ id: string }>('/v1/orders', { lines: [LINE] }),
        202,
      );
      await operator.call(...(heal as [string, ...string[]]));
      const since = performance.now();
      await becomes(url, 200);
      expect(await waitFor(url, token, id)).toMatchObject({ state: 'succeeded' });
      expect(performance.now() - since).toBeLessThan(WELL_WITHIN_MS);
    },
    60_000,
  );

  it.each(FULL ? ACCOUNTS : ACCOUNTS.slice(0, 2))(
    'whose account %s leaves a gateway alive that says so, can be stopped, and is ready once it is right',
    async (_, less, more, said) => {
      const [gateway] = system.processes.gateways;
      await gateway!.stop();
      await operator.call('acl', 'setuser', 'turnpike', ...less);
      await startAlive(gateway!);
      await says(gateway!, said);
      expect((await becomes(url, 503)).checks).toMatchObject({ queue: false });
      expect(await gateway!.stop()).toBeNull();
      await startAlive(gateway!);
      await becomes(url, 503);
      await operator.call('acl', 'setuser', 'turnpike', ...more);
      const since = performance.now();
      await becomes(url, 200);
      expect(performance.now() - since).toBeLessThan(WELL_WITHIN_MS);
    },
    150_000,
  );
}

interface ReadyAnswer {
  checks: Record<string, boolean>;
  detail?: string;
}

/** Waits until a process answers so of its readiness. */
async function becomes(url: string, status: number): Promise<ReadyAnswer> {
  const deadline = performance.now() + NOTICED_WITHIN_MS + WELL_WITHIN_MS;
  for (;;) {
    const answer = await api(url)
      .get<ReadyAnswer>('/health/ready')
      .catch(() => null);
    if (answer?.status === status) return answer.body;
    if (performance.now() > deadline)
      throw new Error(`still ${answer?.status}: ${JSON.stringify(answer?.body)}`);
    await pause(LOOK_AGAIN_MS);
  }
}

/** Nothing is measured before the process answers: on a busy machine a start takes its time. */
async function startAlive(gateway: SystemProcess): Promise<void> {
  gateway.start();
  const isAlive = ({ status }: { status: number }): boolean => status === 200;
  await until(
    () =>
      api(gateway.url)
        .get('/health/live')
        .then(isAlive, () => false),
    STARTS_WITHIN_MS,
  );
}

async function says(gateway: { output(): string }, text: string): Promise<void> {
  const deadline = performance.now() + NOTICED_WITHIN_MS;
  while (!gateway.output().includes(text)) {
    if (performance.now() > deadline) throw new Error(`it does not say "${text}":\n${gateway.output()}`);
    await pause(LOOK_AGAIN_MS);
  }
}
