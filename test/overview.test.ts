import { randomUUID } from 'node:crypto';
import {
  encodeCursor,
  type LaneView,
  type OperationView,
  type OpsSummary,
  type Page,
  type Sample,
} from '@turnpike/protocol';
import {
  api,
  type Api,
  expectStatus,
  LINE,
  type Person,
  placeOrder,
  register,
  signIn,
  WAIT,
} from './support/client.js';
import { pause } from './support/processes.js';
import { startSystem, type System } from './support/system.js';

const NOBODY = '00000000-0000-7000-8000-000000000000';

/** RFC 3339 has it, and a Date has not. */
const LEAP_SECOND = '2016-12-31T23:59:60Z';

const LOOK_AGAIN_MS = 100;
const SOON_MS = 20_000;

/** Looks until it is so. */
async function until<Seen>(look: () => Promise<Seen>, isSo: (seen: Seen) => boolean): Promise<Seen> {
  const deadline = Date.now() + SOON_MS;
  for (;;) {
    const seen = await look();
    if (isSo(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`was still ${JSON.stringify(seen)}`);
    await pause(LOOK_AGAIN_MS);
  }
}

/** Milliseconds between two samples. */
const SAMPLE_EVERY_MS = 5000;

describe('operators see', () => {
  let system: System;
  let url: string;
  let admin: Api;
  let busy: Person;
  beforeAll(async () => {
    system = await startSystem({
      gateways: [{ role: 'api' }, { role: 'worker' }],
      proxied: ['ordering'],
      env: { RETRY_BASE_MS: '200', RETRY_MAX_MS: '500' },
    });
    url = system.gatewayUrls[0]!;
    admin = api(url, await signIn(url, system.admin));
    busy = await register(url);
    await admin.post(`/v1/ops/lanes/${busy.id}/pause`, { reason: 'stocktaking' });
    for (let count = 0; count < 3; count += 1) await placeOrder(url, busy.token);
  }, 120_000);
  afterAll(() => system?.stop());

  const summary = async (): Promise<OpsSummary> =>
    expectStatus(await admin.get<OpsSummary>('/v1/ops/summary'), 200);
  const lanes = async (query: string): Promise<Page<LaneView>> =>
    expectStatus(await admin.get<Page<LaneView>>(`/v1/ops/lanes?${query}`), 200);
  const operations = async (query: string): Promise<Page<OperationView>> =>
    expectStatus(await admin.get<Page<OperationView>>(`/v1/ops/operations?${query}`), 200);

  it('how many writes and lanes are in which state, as the tables have it', async () => {
    const { operations, lanes, oldestWaitingMs } = await until(
      summary,
      ({ operations }) => operations.queued === 3,
    );
    const { rows } = await system.databases.gateway.query<{ state: string; count: number }>(
      'select state, count(*)::integer as count from operations group by state',
    );
    expect(Object.fromEntries(Object.entries(operations).filter(([, count]) => count > 0))).toEqual(
      Object.fromEntries(rows.map(({ state, count }) => [state, count])),
    );
    expect(lanes).toEqual({ open: 1, paused: 1, halted: 0, deleting: 0, deleted: 0, busy: 1 });
    expect(oldestWaitingMs).toBeGreaterThan(0);
  });

  it('the worker with its heartbeat, the partitions, and the breakers', async () => {
    const { workers, partitions, services } = await until(
      summary,
      (seen) => seen.workers.length === 1 && seen.partitions !== null,
    );
    expect(Date.now() - Date.parse(workers[0]!.lastSeen)).toBeLessThan(5000);
    expect(workers[0]).toMatchObject({ running: expect.any(Number) });
    expect(partitions).toHaveLength(16);
    expect(partitions![0]).toEqual({
      name: expect.any(String),
      waiting: 0,
      active: 0,
      delayed: 0,
      paused: false,
    });
    expect(services).toEqual([
      { name: 'identity', breaker: 'closed' },
      { name: 'ordering', breaker: 'closed' },
    ]);
  });

  it('lanes by state, user, address, depth and age, page by page', async () => {
    const others = [await register(url), await register(url)];
    await admin.post(`/v1/ops/lanes/${others[0]!.id}/pause`);
    await placeOrder(url, others[0]!.token);
    const ids = (page: Page<LaneView>): string[] => page.items.map(({ userId }) => userId);
    expect(ids(await lanes('state=busy'))).toEqual([busy.id, others[0]!.id]);
    expect(ids(await lanes('state=busy&sort=age'))).toEqual([busy.id, others[0]!.id]);
    expect(ids(await lanes('state=open'))).not.toContain(busy.id);
    expect((await lanes(`search=${busy.id}`)).items).toEqual([
      expect.objectContaining({ userId: busy.id, state: 'paused', depth: 3, reason: 'stocktaking' }),
    ]);
    expect(ids(await lanes(`search=${encodeURIComponent(busy.email.toUpperCase())}`))).toEqual([busy.id]);
    expect(ids(await lanes(`search=${randomUUID()}`))).toEqual([]);
    for (const sort of ['depth', 'age']) {
      const whole = ids(await lanes(`sort=${sort}`));
      expect(await everyPage((cursor) => lanes(`sort=${sort}&limit=1${cursor}`), ids)).toEqual(whole);
    }
    await admin.post(`/v1/ops/lanes/${others[0]!.id}/resume`);
  });

  it('operations by state, kind, lane, problem and time, page by page', async () => {
    const ids = (page: Page<OperationView>): string[] => page.items.map(({ id }) => id);
    const failed = await api(url, busy.token).post<OperationView>('/v1/orders', { lines: [] });
    expect(failed.status).toBe(400);
    const inLane = await operations(`userId=${busy.id}`);
    expect(inLane.items.map(({ seq }) => seq)).toEqual([4, 3, 2, 1]);
    expect(await everyPage((cursor) => operations(`userId=${busy.id}&limit=3${cursor}`), ids)).toEqual(
      ids(inLane),
    );
    const whole = ids(await operations('kind=user.register'));
    expect(await everyPage((cursor) => operations(`kind=user.register&limit=1${cursor}`), ids)).toEqual(
      whole,
    );
    const [newest, middle, oldest] = (await operations(`userId=${busy.id}&state=queued`)).items;
    const between = `from=${middle!.createdAt}&to=${newest!.createdAt}`;
    expect(ids(await operations(`state=queued&${between}`))).toEqual([middle!.id]);
    expect(ids(await operations(`state=queued&to=${middle!.createdAt}`))).toEqual([oldest!.id]);
  });

  it.each([
    ['lanes', { sort: 'depth', cursor: encodeCursor(['-9999999999', NOBODY]) }],
    ['lanes', { sort: 'age', cursor: encodeCursor(['2026-02-30 00:00:00+00', NOBODY]) }],
    ['lanes', { sort: 'age', cursor: encodeCursor(['infinity', '-'.repeat(36)]) }],
    ['operations', { cursor: encodeCursor(['-'.repeat(36)]) }],
    ['operations', { userId: NOBODY, cursor: encodeCursor(['9999999999']) }],
    ['audit', { cursor: encodeCursor(['9'.repeat(19)]) }],
    ['bulk', { cursor: encodeCursor(['-'.repeat(36)]) }],
    ['integrity/runs', { cursor: encodeCursor(['-'.repeat(36)]) }],
    ['operations', { from: LEAP_SECOND }],
    ['failures', { from: LEAP_SECOND }],
    ['samples', { from: LEAP_SECOND }],
    ['webhooks', { cursor: encodeCursor(['-'.repeat(36)]) }],
  ])('none of %s for what no page and no clock has given: %j', async (list, query) => {
    const answer = await admin.get(
      `/v1/ops/${list}?${String(new URLSearchParams(query as Record<string, string>))}`,
    );
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
  });

  it('what failed by its problem and the service that refused', async () => {
    const person = await register(url);
    const placed = await placeOrder(url, person.token);
    const order = placed.target!.id;
    await api(url, person.token).post(`/v1/orders/${order}/cancel`, {}, { prefer: 'wait=20' });
    const again = await api(url, person.token).post(`/v1/orders/${order}/cancel`, {}, { prefer: 'wait=20' });
    expect(again.status).toBe(409);
    const { items } = expectStatus(await admin.get<{ items: object[] }>('/v1/ops/failures'), 200);
    expect(items).toEqual([
      {
        problem: 'order-state-conflict',
        service: 'ordering',
        count: 1,
        latest: { id: again.headers.get('operation-id'), finishedAt: expect.any(String) },
      },
    ]);
    expect((await operations('problem=order-state-conflict')).items).toMatchObject([
      { id: again.headers.get('operation-id'), state: 'failed', userId: person.id },
    ]);
    expect((await operations('problem=order-state-conflict&state=retrying')).items).toEqual([]);
  });

  it('one write in full: its steps, what it repeats, and nothing that somebody wrote until they say why', async () => {
    const person = await register(url);
    const deliveryAddress = { line1: 'Rue Cler 1', city: 'Paris', postalCode: '75007', country: 'FR' };
    const placed = await api(url, person.token).post('/v1/orders', { lines: [LINE], deliveryAddress }, WAIT);
    const id = placed.headers.get('operation-id')!;
    const seen = await admin.get(`/v1/ops/operations/${id}`);
    expect(seen).toMatchObject({
      status: 200,
      body: {
        state: 'succeeded',
        steps: [{ name: 'ordering.place', state: 'applied', ms: expect.any(Number), problem: null }],
        payload: {
          lines: [{ name: '•••', quantity: LINE.quantity, sku: LINE.sku }],
          deliveryAddress: { city: '•••' },
        },
        result: { status: 'placed', delivery: { city: '•••' } },
        retriedBy: null,
      },
    });
    expect(JSON.stringify(seen.body)).not.toContain('Rue Cler');
    expect((await admin.post(`/v1/ops/operations/${id}/reveal`, {})).status).toBe(400);
    const revealed = await admin.post(`/v1/ops/operations/${id}/reveal`, { reason: 'the customer asks' });
    expect(revealed).toMatchObject({ status: 200, body: { payload: { deliveryAddress } } });
    const audit = await admin.get(`/v1/ops/audit?action=operation.reveal&userId=${person.id}`);
    expect(audit.body.items).toMatchObject([{ operationId: id, reason: 'the customer asks' }]);
    expect((await admin.get(`/v1/ops/operations/${randomUUID()}`)).status).toBe(404);
    expect((await api(url, person.token).get(`/v1/ops/operations/${id}`)).status).toBe(403);
  });

  it('how it was: a sample every five seconds, with what was accepted, ended, and how long it took', async () => {
    const samples = async (): Promise<Sample[]> =>
      expectStatus(await admin.get<{ items: Sample[] }>('/v1/ops/samples'), 200).items;
    // What ended before is in samples of its own.
    const before = Date.now();
    await until(samples, (all) => all.some(({ at }) => Date.parse(at) > before));
    const { token } = await register(url);
    for (let count = 0; count < 10; count += 1) await placeOrder(url, token);
    const [sample] = await until(
      async () =>
        (await samples()).filter(
          ({ at, finishedPerSecond }) => Date.parse(at) > before + SAMPLE_EVERY_MS && finishedPerSecond >= 2,
        ),
      ({ length }) => length > 0,
    );
    expect(sample).toMatchObject({ waiting: expect.any(Number), unsuccessfulPerSecond: 0 });
    const measured = await until(samples, (all) => all.some(({ p50Ms }) => p50Ms !== null));
    const { p50Ms, p95Ms, p99Ms } = measured.findLast((one) => one.p50Ms !== null)!;
    expect(p50Ms).toBeGreaterThan(0);
    expect(p95Ms).toBeGreaterThanOrEqual(p50Ms!);
    expect(p99Ms).toBeGreaterThanOrEqual(p95Ms!);
  });

  it('the summary again and again, until the session ends', async () => {
    const { id, email, password } = await register(url);
    await admin.put(`/v1/users/${id}/roles`, { roles: ['admin'] }, { prefer: 'wait=20' });
    const token = await signIn(url, { email, password });
    const answer = await fetch(`${url}/v1/ops/live`, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const events = readEvents(answer);
    const first = await events.next();
    expect(first.value).toMatchObject({ event: 'summary', data: { operations: aCount() } });
    const [, signedOut] = [await events.next(), await api(url, token).delete('/v1/sessions/current')];
    expect(signedOut.status).toBe(204);
    const before = Date.now();
    while (!(await events.next()).done);
    expect(Date.now() - before).toBeLessThan(5000);
    expect((await fetch(`${url}/v1/ops/live`)).status).toBe(401);
  });

  it('a service whose calls are held back', async () => {
    const person = await register(url);
    await system.proxies.ordering!.down();
    // Each attempt of each write is a call that fails.
    await Promise.all(Array.from({ length: 4 }, () => placeOrder(url, person.token)));
    const { services } = await until(summary, ({ services }) =>
      services.some(({ breaker }) => breaker !== 'closed'),
    );
    expect(services).toMatchObject([{ name: 'identity', breaker: 'closed' }, { name: 'ordering' }]);
    const [lane] = (await lanes(`search=${person.id}`)).items;
    expect(lane).toMatchObject({
      state: 'open',
      hold: { service: 'ordering', reason: expect.stringMatching(/^retry|breaker$/) },
    });
    expect(Date.parse(lane!.hold!.since)).toBeLessThanOrEqual(Date.now());
    expect((await lanes(`search=${busy.id}`)).items).toMatchObject([{ state: 'paused', hold: null }]);
  });
});

const aCount = (): unknown => expect.objectContaining({ queued: expect.any(Number) });

/** The events of a stream, until it ends. */
async function* readEvents(answer: Response): AsyncGenerator<{ event: string; data: unknown }> {
  let text = '';
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const events = text.split('\n\n');
    text = events.pop()!;
    for (const event of events) {
      const fields = new Map(event.split('\n').map((line) => line.split(/: (.*)/s) as [string, string]));
      if (fields.has('event')) yield { event: fields.get('event')!, data: JSON.parse(fields.get('data')!) };
    }
  }
}

/** @returns what stands on all pages, one after the other */
async function everyPage<Item>(
  page: (cursor: string) => Promise<Page<Item>>,
  idsOf: (page: Page<Item>) => string[],
): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const next: Page<Item> = await page(cursor ? `&cursor=${cursor}` : '');
    ids.push(...idsOf(next));
    cursor = next.nextCursor;
  } while (cursor);
  return ids;
}
