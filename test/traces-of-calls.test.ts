// Every call between the processes names a trace, and the lines about one write are found by its ids in all of them.
// No spans are made here; what the processes say where they are made is in tracing.test.ts.
import { randomBytes, randomUUID } from 'node:crypto';
import { FAST } from './faults/kit.js';
import { api, type Api, expectStatus, LINE, type Person, register, signIn, WAIT } from './support/client.js';
import { pause, type SystemProcess } from './support/processes.js';
import { answerOf503, recordRequests } from './support/recorded-requests.js';
import { type ProxyName, startSystem, type System } from './support/system.js';

/** Version, trace, span and flags; neither id is zero. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[01]$/;

interface Line {
  traceId?: string;
  requestId?: string;
  operationId?: string;
  step?: string;
  attempt?: number;
  route?: string;
  status?: number;
  message?: string;
  level: number;
}

const PROXIED: ProxyName[] = ['identity', 'ordering'];

describe('a system in which no spans are made', () => {
  let system: System;
  let url: string;
  let admin: Api;
  let user: Person;
  let me: Api;
  let requests: ReturnType<typeof recordRequests>;

  beforeAll(async () => {
    system = await startSystem({
      proxied: PROXIED,
      env: { ...FAST, OPERATION_DEADLINE_MS: '1500', LOG_LEVEL: 'debug' },
    });
    requests = recordRequests(Object.values(system.proxies));
    url = system.gatewayUrls[0]!;
    admin = api(url, await signIn(url, system.admin));
    user = await register(url);
    me = api(url, user.token);
  }, 120_000);
  afterAll(() => system?.stop());

  it('names a trace in every call to a service', async () => {
    await stepsAndReads();
    await settlingAndUndo();
    await integrityRun();
    const called = (path: RegExp): boolean => requests.some((request) => path.test(request.path));
    const kinds = [
      ...[/^\/internal\/steps\/ordering\.place$/, /\/undo$/, /\/settle$/, /^\/internal\/orders/],
      ...[/^\/internal\/sessions$/, /^\/internal\/sessions\/revoked/, /^\/internal\/events/],
      ...[/^\/internal\/integrity/, /^\/internal\/credentials/, /jwks\.json$/],
    ];
    await until(() => kinds.every(called));
    const without = requests.filter(({ headers }) => !TRACEPARENT.test(headers['traceparent'] ?? ''));
    expect(without.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  }, 60_000);

  it('finds the lines about a write by one trace, and those of a step by operation, step and attempt', async () => {
    const reset = system.proxies.ordering!.trap(
      'response',
      (message) => message.startsWith('HTTP/1.1 200') && message.includes('step-recorded'),
      { type: 'reset' },
    );
    const placed = await me.post('/v1/orders', { lines: [LINE] }, WAIT);
    expectStatus(placed, 201);
    expect(reset.count).toBe(1);
    const operationId = placed.headers.get('operation-id')!;
    const asked = { requestId: placed.headers.get('x-request-id')! };
    const { traceId } = (await lineOf(system.processes.gateways[0]!, asked))!;
    for (const attempt of [1, 2]) {
      const step = { traceId, operationId, step: 'ordering.place', attempt, status: 200 };
      expect(await lineOf(system.processes.ordering, step)).not.toBeNull();
    }
    const run = { traceId, operationId, outcome: 'succeeded' };
    expect(await lineOf(system.processes.gateways[0]!, run)).not.toBeNull();
  }, 30_000);

  it('keeps to the trace that the client has begun, in reads too', async () => {
    const traceId = randomBytes(16).toString('hex');
    const traceparent = `00-${traceId}-c11e27c11e27c11e-01`;
    expectStatus(await me.get(`/v1/customers/${user.id}`, { traceparent }), 200);
    const route = '/internal/customers/:userId';
    expect(await lineOf(system.processes.ordering, { traceId, route })).not.toBeNull();
    const own = await me.get(`/v1/customers/${user.id}`);
    const asked = { requestId: own.headers.get('x-request-id')! };
    const line = (await lineOf(system.processes.gateways[0]!, asked))!;
    expect(line.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(await lineOf(system.processes.ordering, { traceId: line.traceId, route })).not.toBeNull();
  }, 30_000);

  it('names the step whose effect failed, with what nobody foresaw', async () => {
    const { ordering } = system.databases;
    await ordering.query('alter table orders rename reference to spoiled');
    const placed = await me.post('/v1/orders', { lines: [LINE] });
    const { id: operationId } = expectStatus<{ id: string }>(placed, 202);
    const failed = { operationId, step: 'ordering.place', attempt: 1, level: 50 };
    const line = await lineOf(system.processes.ordering, failed);
    expect(line).toMatchObject({ traceId: expect.any(String) as string, type: 'QueryFailedError' });
    await ordering.query('alter table orders rename spoiled to reference');
    expectStatus(await me.get(`/v1/operations/${operationId}`, WAIT), 200);
  }, 30_000);

  async function stepsAndReads(): Promise<void> {
    expectStatus(await me.post('/v1/orders', { lines: [LINE] }, WAIT), 201);
    expectStatus(await me.get('/v1/orders'), 200);
    expectStatus(await me.get('/v1/me'), 200);
    const passwords = { currentPassword: user.password, newPassword: `pass-${randomUUID()}` };
    expectStatus(await me.put(`/v1/users/${user.id}/password`, passwords, WAIT), 200);
    user = { ...user, password: passwords.newPassword };
    user.token = await signIn(url, user);
    me = api(url, user.token);
  }

  /** The second step is never answered: when its time is over it is settled, and the first one is undone. */
  async function settlingAndUndo(): Promise<void> {
    const away = system.proxies.ordering!.trap(
      'request',
      (message) => message.startsWith('POST /internal/steps/ordering.rename-customer '),
      { type: 'answer', by: answerOf503() },
      Infinity,
    );
    const renamed = await me.patch(`/v1/users/${user.id}`, { firstName: 'Ada' }, WAIT);
    away.release();
    expect(renamed).toMatchObject({ status: 504, body: { code: 'deadline-exceeded' } });
  }

  async function integrityRun(): Promise<void> {
    const { id } = expectStatus<{ id: string }>(await admin.post('/v1/ops/integrity/runs'), 202);
    const state = async (): Promise<string> => (await admin.get(`/v1/ops/integrity/runs/${id}`)).body.state;
    while ((await state()) === 'running') await pause(50);
  }
});

/** @returns the first line with those members; lines come with a delay. Null where none has come for long. */
async function lineOf(process: SystemProcess, members: object): Promise<Line | null> {
  const wanted = Object.entries(members).map(
    ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
  );
  const find = (): string | undefined =>
    process
      .output()
      .split('\n')
      .find((line) => line.endsWith('}') && wanted.every((member) => line.includes(member)));
  await until(() => find() !== undefined).catch(() => undefined);
  const line = find();
  return line === undefined ? null : (JSON.parse(line) as Line);
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('It has not come in 10 s.');
    await pause(25);
  }
}
