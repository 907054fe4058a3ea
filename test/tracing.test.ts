import { randomBytes } from 'node:crypto';
import { api, expectStatus, LINE, type Person, signIn, WAIT } from './support/client.js';
import { type CollectedSpan, Collector } from './support/collector.js';
import { pause, type SystemProcess } from './support/processes.js';
import { startSystem, type System } from './support/system.js';

const canary = (what: string): string => `canary${what}${randomBytes(6).toString('hex')}`;

/** After which the SDK's exporter gives up by itself. */
const OTLP_TIMEOUT_MS = 10_000;

const CLIENT_SPAN = 'c11e27c11e27c11e';

/** A trace that a client has begun. */
function clientsTrace(): { traceId: string; headers: Record<string, string> } {
  const traceId = randomBytes(16).toString('hex');
  return { traceId, headers: { ...WAIT, traceparent: `00-${traceId}-${CLIENT_SPAN}-01` } };
}

/** @returns the one span of that name */
function named(
  spans: readonly CollectedSpan[],
  name: string | RegExp,
  kind?: CollectedSpan['kind'],
): CollectedSpan {
  const found = spans.filter((span) => isNamed(span, name) && (!kind || span.kind === kind));
  if (found.length !== 1)
    throw new Error(`${found.length} spans are ${name}: ${spans.map((span) => span.name).join()}`);
  return found[0]!;
}

function isNamed(span: CollectedSpan, name: string | RegExp): boolean {
  return typeof name === 'string' ? span.name === name : name.test(span.name);
}

function below(spans: readonly CollectedSpan[], parent: CollectedSpan): CollectedSpan[] {
  return spans.filter(({ parentSpanId }) => parentSpanId === parent.spanId);
}

function namesOf(spans: readonly CollectedSpan[]): string[] {
  return spans.map(({ name }) => name);
}

/** Each process exports its own in its time. The span of a request is its last in that process. */
function includes(...names: (string | RegExp)[]): (spans: CollectedSpan[]) => boolean {
  return (spans) => names.every((name) => spans.some((span) => isNamed(span, name)));
}

const ORDER = isWhole('POST /v1/orders', 'order.place', ['ordering.place']);

const REGISTRATION = isWhole('POST /v1/users', 'user.register', [
  'identity.register',
  'ordering.create-customer',
]);

/** Of a write that was waited for: the last spans of each process, and of a worker those of the run that ended it. */
function isWhole(
  request: string,
  kind: string,
  steps: readonly string[],
): (spans: CollectedSpan[]) => boolean {
  const isHere = includes(request, /^send /, /^process /);
  const isEnded = ({ name, attributes }: CollectedSpan): boolean =>
    name === `run ${kind}` && attributes['turnpike.outcome'] === 'succeeded';
  const isServed = (spans: CollectedSpan[], step: string): boolean =>
    spans.some((span) => span.kind === 'server' && span.name.endsWith(`/${step}`));
  return (spans) => isHere(spans) && spans.some(isEnded) && steps.every((step) => isServed(spans, step));
}

/** Reads on until so many events have come. */
async function readEvents(reader: ReadableStreamDefaultReader<Uint8Array>, count: number): Promise<void> {
  let text = '';
  while (text.split('\n\n').length <= count) text += Buffer.from((await reader.read()).value!).toString();
}

/** Lines come with a delay. */
async function hasLogged(process: SystemProcess, text: string): Promise<void> {
  while (!process.output().includes(text)) await pause(25);
}

describe('a system whose traces are collected', () => {
  const firstName = canary('first');
  const email = `${canary('email')}@example.com`;
  const password = canary('password');
  const registration = clientsTrace();
  let collector: Collector;
  let system: System;
  let url: string;
  let user: Person;

  beforeAll(async () => {
    collector = await Collector.start();
    system = await startSystem({
      proxied: ['ordering'],
      gateways: [{ role: 'api' }, { role: 'worker', env: { LOG_LEVEL: 'debug' } }],
      env: { ...collector.variables, LOG_LEVEL: 'info', RETRY_BASE_MS: '20' },
    });
    url = system.gatewayUrls[0]!;
    const person = { email, password, firstName, lastName: 'Hopper' };
    const answer = await api(url).post<{ id: string }>('/v1/users', person, registration.headers);
    user = { ...person, id: expectStatus(answer, 201).id, token: await signIn(url, { email, password }) };
  });

  afterAll(async () => {
    await system.stop();
    await collector.stop();
  });

  it('has one trace of a write, from the client over ledger and queue to the statements of the service', async () => {
    const { traceId, headers } = clientsTrace();
    const answer = await api(url, user.token).post('/v1/orders', { lines: [LINE] }, headers);
    expectStatus(answer, 201);
    const spans = await collector.trace(traceId, ORDER);

    const request = named(spans, 'POST /v1/orders');
    expect(request).toMatchObject({
      ...{ service: 'gateway', kind: 'server', parentSpanId: CLIENT_SPAN },
      attributes: { 'http.request.method': 'POST', 'http.route': '/v1/orders' },
    });
    const admission = named(spans, 'admit order.place');
    expect(admission.parentSpanId).toBe(request.spanId);
    const sent = named(spans, /^send /);
    expect(sent).toMatchObject({
      kind: 'producer',
      parentSpanId: request.spanId,
      instance: request.instance,
    });

    const taken = named(spans, /^process /);
    expect(taken).toMatchObject({ kind: 'consumer', parentSpanId: sent.spanId, service: 'gateway' });
    expect(taken.instance).not.toBe(request.instance);
    const run = named(spans, 'run order.place');
    expect(run).toMatchObject({ parentSpanId: admission.spanId, instance: taken.instance });
    expect(run.links).toEqual([{ traceId, spanId: taken.spanId }]);

    const step = named(spans, 'POST /internal/steps/ordering.place', 'client');
    expect(step.parentSpanId).toBe(run.spanId);
    const carriedOut = named(spans, 'POST /internal/steps/ordering.place', 'server');
    expect(carriedOut).toMatchObject({ service: 'ordering', parentSpanId: step.spanId });
    const statements = below(spans, carriedOut);
    expect(namesOf(statements)).toEqual(expect.arrayContaining(['BEGIN', 'INSERT orders', 'COMMIT']));
    for (const { kind, attributes } of statements) {
      expect(kind).toBe('client');
      expect(attributes).toMatchObject({
        'db.system.name': 'postgresql',
        'db.namespace': expect.any(String),
      });
    }
    expect(new Set(spans.map(({ failed }) => failed))).toEqual(new Set([false]));
  });

  it('shows what the ledger did for a write, and keeps the span of its admission', async () => {
    const { traceId } = registration;
    const spans = await collector.trace(traceId, REGISTRATION);
    const admission = named(spans, 'admit user.register');
    const batch = named(spans, 'ledger.admission');
    expect(batch.parentSpanId).toBe(admission.spanId);
    expect(namesOf(below(spans, batch))).toEqual(expect.arrayContaining(['BEGIN', 'ledger.admit', 'COMMIT']));
    const { rows } = await system.databases.gateway.query(
      `select traceparent from operations where user_id = $1 and kind = 'user.register'`,
      [user.id],
    );
    expect(rows).toEqual([{ traceparent: `00-${traceId}-${admission.spanId}-01` }]);
  });

  it('has every service that a write needs in its trace', async () => {
    const spans = await collector.trace(registration.traceId, REGISTRATION);
    expect(new Set(spans.map(({ service }) => service))).toEqual(
      new Set(['gateway', 'identity', 'ordering']),
    );
    const run = named(spans, 'run user.register');
    const steps = below(spans, run).filter(({ kind }) => kind === 'client');
    expect(namesOf(steps)).toEqual([
      'POST /internal/steps/identity.register',
      'POST /internal/steps/ordering.create-customer',
    ]);
  });

  it('names the trace in the logs of every process', async () => {
    const { traceId } = registration;
    const { identity, ordering, gateways } = system.processes;
    for (const process of [identity, ordering, ...gateways])
      await hasLogged(process, `"traceId":"${traceId}"`);
    const spans = await collector.trace(traceId, REGISTRATION);
    await hasLogged(gateways[1]!, `"spanId":"${named(spans, 'run user.register').spanId}"`);
  });

  it('has further runs of a write in the same trace', async () => {
    const { traceId, headers } = clientsTrace();
    const trap = system.proxies.ordering!.trap(
      'request',
      (message) => message.includes('/internal/steps/ordering.place '),
      { type: 'reset' },
    );
    expectStatus(await api(url, user.token).post('/v1/orders', { lines: [LINE] }, headers), 201);
    await trap.caught;
    const spans = await collector.trace(traceId, ORDER);
    const admission = named(spans, 'admit order.place');
    const runs = spans.filter(({ name }) => name === 'run order.place');
    expect(
      runs.map(({ parentSpanId, attributes }) => [parentSpanId, attributes['turnpike.outcome']]),
    ).toEqual([
      [admission.spanId, 'retry'],
      [admission.spanId, 'succeeded'],
    ]);
    expect(runs.map(({ failed }) => failed)).toEqual([true, false]);
  });

  it('begins a trace where the client names none that can be read, and takes nothing over but that', async () => {
    const free = canary('free');
    const zero = `00-${'0'.repeat(32)}-${CLIENT_SPAN}-01`;
    const long = `00-${'a'.repeat(32)}-${CLIENT_SPAN}-01-${free}`;
    const others = { tracestate: `vendor=${free}`, baggage: `user=${free}` };
    for (const traceparent of [zero, long, free]) {
      const answer = await api(url, user.token).get<{ id: string }>('/v1/me', { traceparent, ...others });
      expectStatus(answer, 200);
    }
    const { traceId, headers } = clientsTrace();
    expectStatus(await api(url, user.token).get('/v1/me', { ...headers, ...others }), 200);
    const spans = await collector.trace(traceId, includes('GET /v1/me'));
    expect(named(spans, 'GET /v1/me').parentSpanId).toBe(CLIENT_SPAN);
    const roots = collector.spans.filter(
      ({ name, parentSpanId }) => name === 'GET /v1/me' && parentSpanId === '',
    );
    expect(new Set(roots.map((span) => span.traceId)).size).toBe(3);
    expect(collector.content).not.toContain(free);
  });

  it('makes no spans of what a client asks not to have sampled, and carries it out', async () => {
    const { traceId, headers } = clientsTrace();
    const unsampled = headers.traceparent!.replace(/01$/, '00');
    const answer = await api(url, user.token).post(
      '/v1/orders',
      { lines: [LINE] },
      { ...headers, traceparent: unsampled },
    );
    expectStatus(answer, 201);
    const { rows } = await system.databases.gateway.query<{ traceparent: string }>(
      'select traceparent from operations where id = $1',
      [answer.headers.get('operation-id')],
    );
    expect(rows[0]!.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
    const after = clientsTrace();
    expectStatus(await api(url, user.token).post('/v1/orders', { lines: [LINE] }, after.headers), 201);
    await collector.trace(after.traceId, ORDER);
    expect(collector.spans.filter((span) => span.traceId === traceId)).toEqual([]);
  });

  it('has the span of a stream of events as soon as it is open, and nothing of what it goes on with', async () => {
    const { traceId, headers } = clientsTrace();
    const admin = await signIn(url, system.admin);
    const stream = await fetch(`${url}/v1/ops/live`, {
      headers: { ...headers, authorization: `Bearer ${admin}` },
    });
    const reader = stream.body!.getReader();
    const isOpen = includes('GET /v1/ops/live');
    const spans = await collector.trace(traceId, isOpen);
    await readEvents(reader, 2);
    expect(await collector.trace(traceId, isOpen)).toEqual(spans);
    await reader.cancel();
  });

  it('makes no spans of what goes on in the background', () => {
    const roots = collector.spans.filter(({ parentSpanId }) => parentSpanId === '');
    expect(namesOf(roots).filter((name) => /\/health|\/internal|^[A-Z]+ \w+$|^ledger\./.test(name))).toEqual(
      [],
    );
  });

  it('exports nothing that is personal or secret', () => {
    expect(collector.content).toContain('run order.place');
    for (const text of [firstName, email, password, user.token, system.admin.password]) {
      expect(collector.content).not.toContain(text);
      expect(collector.content).not.toContain(encodeURIComponent(text));
    }
  });

  it('goes on while the collector answers nothing, and does not wait for it when it stops', async () => {
    collector.fallSilent();
    const { traceId, headers } = clientsTrace();
    expectStatus(await api(url, user.token).post('/v1/orders', { lines: [LINE] }, headers), 201);
    await collector.trace(traceId, ORDER);
    expectStatus(await api(url, user.token).post('/v1/orders', { lines: [LINE] }, WAIT), 201);
    const begun = performance.now();
    expect(await system.processes.ordering.stop()).toBeNull();
    expect(performance.now() - begun).toBeLessThan(OTLP_TIMEOUT_MS);
  });
});
