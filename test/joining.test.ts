// A service that the gateway was not built with declares itself, and is served like any other. Real processes of the shop,
// and a service of no language in particular.
import { api, type Api, expectStatus, LINE, type Person, register, signIn, WAIT } from './support/client.js';
import { learnDescription } from './support/description.js';
import { FakeService, refuse } from './support/fake-service.js';
import { LOYALTY } from './support/manifests.js';
import { until } from './support/processes.js';
import { startSystem, type System } from './support/system.js';

describe('a service that joins', () => {
  let system: System;
  let loyalty: FakeService;
  let url: string;
  let admin: Api;
  let user: Person;
  let me: Api;
  let points: string;

  beforeAll(async () => {
    loyalty = await FakeService.start(LOYALTY);
    system = await startSystem({
      gateways: [{ role: 'api' }, { role: 'worker' }],
      env: { SERVICES: `loyalty=${loyalty.url}`, DELETION_GRACE_MS: '600000' },
    });
    url = system.gatewayUrls[0]!;
    admin = api(url, await signIn(url, system.admin));
    await until(async () => (await standing()).state === 'serving');
    await learnDescription(url);
    user = await register(url);
    me = api(url, user.token);
    points = `/v1/users/${user.id}/points`;
  }, 120_000);
  afterAll(async () => {
    await system?.stop();
    await loyalty?.goAway();
  });
  beforeEach(() => loyalty.steps.splice(0));

  it('is shown to operators as serving, with the version of its manifest', async () => {
    expect(await standing()).toMatchObject({ version: LOYALTY.version, state: 'serving', problem: null });
  });

  it('has its writes accepted, carried out in the lane, and answered like all others', async () => {
    loyalty.on('loyalty.redeem', () => ({ body: { points: 5 } }));
    const accepted = await me.post<{ id: string }>(`${points}/redeem`, { points: 3, reason: 'a mug' });
    expect(accepted).toMatchObject({
      status: 202,
      body: { kind: 'loyalty.redeem', userId: user.id, target: { type: 'account', id: user.id } },
    });
    expect(accepted.headers.get('location')).toBe(`/v1/operations/${accepted.body.id}`);
    const done = await me.get(`/v1/operations/${accepted.body.id}`, WAIT);
    expect(done.body).toMatchObject({ state: 'succeeded', result: { points: 5 } });
    expect(loyalty.steps).toMatchObject([
      {
        ...{ name: 'loyalty.redeem', userId: user.id },
        body: {
          operation: {
            ...{ id: accepted.body.id, kind: 'loyalty.redeem', userId: user.id, actorId: user.id },
            target: { type: 'account', id: user.id },
          },
          input: { points: 3, reason: 'a mug' },
          answers: {},
        },
      },
    ]);
    expect(loyalty.steps[0]!.body.operation.seq).toBeGreaterThan(1);
    expect(await me.post(`${points}/redeem`, { points: 1 }, WAIT)).toMatchObject({
      status: 200,
      body: { points: 5 },
    });
  });

  it('gives one key one operation', async () => {
    const headers = { 'idempotency-key': 'once' };
    const first = await me.post<{ id: string }>(`${points}/redeem`, { points: 1 }, headers);
    const again = await me.post<{ id: string }>(`${points}/redeem`, { points: 1 }, headers);
    expect(again.body.id).toBe(first.body.id);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await me.post(`${points}/redeem`, { points: 2 }, headers)).toMatchObject({ status: 422 });
  });

  it('is asked nothing that is not as its schema says, nor by whoever may not', async () => {
    expect(await me.post(`${points}/redeem`, { points: 0 })).toMatchObject({
      status: 400,
      body: { code: 'invalid-request', errors: [{ path: 'points' }] },
    });
    expect(await me.post(`${points}/redeem`, { points: 1, extra: true })).toMatchObject({ status: 400 });
    const other = api(url, (await register(url)).token);
    expect(await other.post(`${points}/redeem`, { points: 1 })).toMatchObject({ status: 404 });
    expect(await api(url).post(`${points}/redeem`, { points: 1 })).toMatchObject({ status: 401 });
    const wrong = await me.put(`${points}/redeem`, {});
    expect(wrong).toMatchObject({ status: 405, body: { code: 'method-not-allowed' } });
    expect(wrong.headers.get('allow')).toBe('POST');
    expect(await me.get('/declared-by-services/v1/users')).toMatchObject({ status: 404 });
    expect(loyalty.steps).toEqual([]);
  });

  it('refuses with a problem of its own, which has a page', async () => {
    loyalty.on('loyalty.redeem', () => refuse('insufficient-points'));
    const refused = await me.post(`${points}/redeem`, { points: 1000 }, WAIT);
    expect(refused).toMatchObject({ status: 409, body: { code: 'insufficient-points' } });
    const page = await fetch(`${url}/problems/insufficient-points`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('There are not enough points');
  });

  it('is read through the gateway, after writes where that is asked for', async () => {
    loyalty.reads.set(`/internal/points/${user.id}`, () => ({ body: { points: 7, version: 3 } }));
    const read = await me.get(points, { 'read-after': 'latest' });
    expect(read).toMatchObject({ status: 200, body: { points: 7 } });
    expect(read.headers.get('etag')).toBe('"3"');
    expect(await me.get(points, { 'if-none-match': '"3"' })).toMatchObject({ status: 304 });
    expect(await admin.get(points)).toMatchObject({ status: 200 });
    const { body } = await admin.get('/v1/ops/audit?action=loyalty.read');
    expect(body.items).toMatchObject([{ action: 'loyalty.read', userId: user.id }]);
  });

  it('has its words in the description, for lists that are narrowed by them', async () => {
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as any;
    const enumOf = (path: string, name: string): string[] =>
      document.paths[path].get.parameters.find((one: { name: string }) => one.name === name).schema.enum;
    expect(enumOf('/v1/ops/operations', 'kind')).toEqual(
      expect.arrayContaining(['order.place', 'loyalty.redeem', 'loyalty.earn']),
    );
    expect(enumOf('/v1/ops/operations', 'problem')).toContain('insufficient-points');
    expect(enumOf('/v1/ops/audit', 'action')).toContain('loyalty.redeem failed');
    const { BulkFilter, OperationView } = document.components.schemas;
    expect(BulkFilter.properties.kind.enum).toContain('loyalty.redeem');
    expect(BulkFilter.properties.kind.enum).not.toContain('repair.user');
    expect(OperationView.properties.kind.enum).toContain('loyalty.redeem');
  });

  it('is in the description of the gateway', async () => {
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Record<string, any> };
    const redeem = document.paths['/v1/users/{userId}/points/redeem'].post;
    expect(redeem).toMatchObject({
      operationId: 'loyalty.redeem',
      'x-allowed': { 'loyalty.redeem': ['owner', 'admin'] },
      requestBody: { required: true },
    });
    expect(redeem.requestBody.content['application/json'].schema.properties.points).toMatchObject({
      type: 'integer',
      minimum: 1,
    });
    expect(Object.keys(redeem.responses)).toEqual(
      expect.arrayContaining(['200', '202', '400', '401', '409']),
    );
    expect(document.paths[`/v1/users/{userId}/points`].get.responses['200']).toBeDefined();
  });

  it('is followed when its user is deleted, and back', async () => {
    const gone = await register(url);
    expectStatus(await admin.delete(`/v1/users/${gone.id}`, WAIT), 204);
    expectStatus(await admin.post(`/v1/users/${gone.id}/restore`, undefined, WAIT), 200);
    const names = loyalty.steps.map(({ name, userId }) => [name, userId]);
    expect(names).toEqual([
      ['loyalty.close', gone.id],
      ['loyalty.open', gone.id],
    ]);
    expect(loyalty.steps[0]!.body).toMatchObject({
      operation: { kind: 'user.delete', target: { type: 'user', id: gone.id } },
      input: {},
      answers: {},
    });
  });

  it('takes part in operations of resources of others that its rows refer to', async () => {
    const order = expectStatus(await me.post<{ id: string }>('/v1/orders', { lines: [LINE] }, WAIT), 201);
    expectStatus(await me.post(`/v1/orders/${order.id}/cancel`, {}, WAIT), 200);
    expect(loyalty.steps).toMatchObject([
      {
        name: 'loyalty.revoke',
        body: { operation: { kind: 'order.cancel', target: { type: 'order', id: order.id } } },
      },
    ]);
  });

  it('halts the lane by the name of step and service, where it does not know a step that it declared', async () => {
    const halted = await register(url);
    loyalty.on('loyalty.redeem', () => ({ ...refuse('not-found', 404), recorded: false }));
    await api(url, halted.token).post(`/v1/users/${halted.id}/points/redeem`, { points: 1 });
    await until(async () => (await lane(halted.id)).state === 'halted');
    expect((await lane(halted.id)).reason).toMatch(/loyalty does not know loyalty\.redeem \(404\)/);
  });

  it('is served while it is away, and accepted writes wait', async () => {
    loyalty.on('loyalty.redeem', () => ({ body: { points: 1 } }));
    await loyalty.goAway();
    await until(async () => (await standing()).state === 'away');
    const waiting = await me.post<{ id: string }>(`${points}/redeem`, { points: 1 });
    expect(waiting.status).toBe(202);
    await loyalty.comeBack();
    const done = await me.get(`/v1/operations/${waiting.body.id}`, { prefer: 'wait=20' });
    expect(done.body.state).toBe('succeeded');
  });

  async function standing(): Promise<Record<string, unknown>> {
    const { body } = await admin.get<Record<string, unknown>[]>('/v1/ops/services');
    return body.find(({ name }) => name === 'loyalty')!;
  }

  async function lane(userId: string): Promise<{ state: string; reason: string | null }> {
    return (await admin.get(`/v1/ops/lanes/${userId}`)).body;
  }
});
