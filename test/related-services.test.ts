// Relations as a graph: badges refer to entries of loyalty, and these to orders of the shop. What happens to an order, or to a
// user, reaches all of them in the order that leaves nothing dangling. Real processes of the shop, and two services of no
// language in particular.
import type { IntegrityRow, Manifest, OperationView, RelationCount } from '@turnpike/protocol';
import { seenBy } from '../libs/engine/src/http/operation-access.js';
import type { Caller } from '../libs/engine/src/request/authorise.js';
import { api, type Api, expectStatus, LINE, register, signIn, WAIT } from './support/client.js';
import { learnDescription } from './support/description.js';
import { FakeService, type ReceivedStep } from './support/fake-service.js';
import { ACCOUNTS, ENTRIES, LOYALTY } from './support/manifests.js';
import { until } from './support/processes.js';
import { startSystem, type System } from './support/system.js';

const COUNTED = {
  ...LOYALTY,
  relations: [
    ACCOUNTS,
    { ...ENTRIES, on: { 'order.cancel': { kind: 'cascade', step: 'loyalty.revoke', counts: 'revoked' } } },
  ],
} as Manifest;

const UNDOABLE = { refuses: false, undo: true, event: null };
const FINAL = { refuses: false, undo: false, event: null };

/** A service that knows loyalty, and of orders what it copies. */
const PERKS: Manifest = {
  ...{ manifest: 1, service: 'perks', version: '1.0.0' },
  steps: [
    { name: 'perks.forfeit', ...UNDOABLE },
    { name: 'perks.close', ...UNDOABLE },
    { name: 'perks.open', ...UNDOABLE },
    { name: 'perks.purge', ...FINAL },
    { name: 'perks.label', ...UNDOABLE },
  ],
  relations: [
    {
      ...{ name: 'perks.badges', from: 'perks.badges.entry_id', to: 'loyalty.entries.id' },
      delete: { kind: 'cascade', step: 'perks.close', counts: 'closed' },
      restore: { kind: 'cascade', step: 'perks.open' },
      purge: { kind: 'anonymise', step: 'perks.purge', counts: '/erased/badges' },
      on: { 'loyalty.revoke': { kind: 'cascade', step: 'perks.forfeit', counts: 'forfeited' } },
    },
    {
      ...{ name: 'perks.labels', from: 'perks.labels.order_id', to: 'ordering.orders.id' },
      copies: { state: 'status', paid: '/total/amount' },
      purge: { kind: 'anonymise', step: 'perks.purge' },
      on: { 'order.change': { kind: 'copy', step: 'perks.label' } },
    },
  ],
};

describe('relations over several levels', () => {
  let system: System;
  let loyalty: FakeService;
  let perks: FakeService;
  let url: string;
  let admin: Api;
  /** Steps and undos of both services, as they came. */
  const sent: string[] = [];

  beforeAll(async () => {
    [loyalty, perks] = [await FakeService.start(COUNTED), await FakeService.start(PERKS)];
    for (const service of [loyalty, perks])
      service.manifest.steps!.forEach(({ name }) => record(service, name));
    system = await startSystem({
      env: { SERVICES: `loyalty=${loyalty.url},perks=${perks.url}`, DELETION_GRACE_MS: '20000' },
    });
    url = system.gatewayUrls[0]!;
    admin = api(url, await signIn(url, system.admin));
    await until(async () => (await standing('perks')).state === 'serving');
    await learnDescription(url);
  }, 120_000);
  afterAll(async () => {
    await system?.stop();
    await loyalty?.goAway();
    await perks?.goAway();
  });
  beforeEach(() => {
    sent.splice(0);
    perks.steps.splice(0);
  });

  const ANSWERS: Readonly<Record<string, object>> = {
    'loyalty.revoke': { revoked: 1 },
    'perks.forfeit': { forfeited: ['gold', 'silver'] },
    'perks.close': { closed: 2 },
    'perks.purge': { erased: { badges: 2 }, erasures: [] },
  };

  function record(service: FakeService, name: string): void {
    const told = ({ isUndo }: ReceivedStep): { body: object } => {
      sent.push(isUndo ? `${name}/undo` : name);
      return { body: isUndo ? {} : (ANSWERS[name] ?? {}) };
    };
    service.on(name, told);
    service.on(`${name}/undo`, told);
  }

  async function standing(name: string): Promise<{ state: string; problem: string | null }> {
    const { body } =
      await admin.get<{ name: string; state: string; problem: string | null }[]>('/v1/ops/services');
    return body.find((service) => service.name === name)!;
  }

  async function ordered(): Promise<{ id: string; userId: string; me: Api }> {
    const user = await register(url);
    const me = api(url, user.token);
    const { id } = expectStatus(await me.post<{ id: string }>('/v1/orders', { lines: [LINE] }, WAIT), 201);
    return { id, userId: user.id, me };
  }

  /** What the newest operation of that kind says of its relations. */
  async function countedBy(kind: string, userId: string): Promise<RelationCount[] | undefined> {
    const { body } = await admin.get(`/v1/ops/operations?userId=${userId}&kind=${kind}`);
    const { id } = (body as { items: { id: string }[] }).items[0]!;
    return ((await admin.get(`/v1/operations/${id}`)).body as { relations?: RelationCount[] }).relations;
  }

  it('an order that is cancelled takes its entries with it, and these their badges, those furthest from it first', async () => {
    const { id, userId, me } = await ordered();
    const cancelled = await me.post(`/v1/orders/${id}/cancel`, {}, WAIT);
    expect(cancelled).toMatchObject({ status: 200, body: { id, status: 'cancelled' } });
    expect(cancelled.body).not.toHaveProperty('relations');
    expect(sent).toEqual(['perks.forfeit', 'loyalty.revoke']);
    expect(await countedBy('order.cancel', userId)).toEqual([
      { relation: 'perks.badges', rule: 'cascade', rows: 2 },
      { relation: 'loyalty.entries', rule: 'cascade', rows: 1 },
    ]);
    expect(await countedBy('order.place', userId)).toBeUndefined();
  });

  it('and has them back where it cannot be cancelled after all, the nearest first', async () => {
    const { id, userId, me } = await ordered();
    expectStatus(await me.post(`/v1/orders/${id}/pay`, { paymentReference: 'p' }, WAIT), 200);
    expectStatus(await admin.post(`/v1/orders/${id}/ship`, { trackingNumber: 't' }, WAIT), 200);
    await me.get(`/v1/orders/${id}`, { 'read-after': 'latest' });
    sent.splice(0);
    expectStatus(await me.post(`/v1/orders/${id}/cancel`, {}, WAIT), 409);
    expect(sent).toEqual(['perks.forfeit', 'loyalty.revoke', 'loyalty.revoke/undo', 'perks.forfeit/undo']);
    expect(await countedBy('order.cancel', userId)).toBeUndefined();
  });

  it('rows copy what the step that wrote an order has answered', async () => {
    const { id, me } = await ordered();
    const lines = [{ ...LINE, quantity: 3 }];
    const changed = expectStatus(
      await me.patch<{ total: { amount: number } }>(`/v1/orders/${id}`, { lines }, WAIT),
      200,
    );
    expect(perks.steps).toMatchObject([
      {
        name: 'perks.label',
        body: { operation: { kind: 'order.change', target: { type: 'order', id } } },
      },
    ]);
    expect(perks.steps[0]!.body.input).toEqual({ state: 'placed', paid: changed.total.amount });
  });

  it('a deleted user takes them from the furthest on, a restored one has them back from the nearest on', async () => {
    const { userId } = await ordered();
    expectStatus(await admin.delete(`/v1/users/${userId}`, WAIT), 204);
    expect(sent).toEqual(['perks.close', 'loyalty.close']);
    expect(await countedBy('user.delete', userId)).toEqual([
      { relation: 'perks.badges', rule: 'cascade', rows: 2 },
    ]);
    expectStatus(await admin.post(`/v1/users/${userId}/restore`, undefined, WAIT), 200);
    expect(sent.slice(2)).toEqual(['loyalty.open', 'perks.open']);
  });

  it('a purge erases them from the furthest on', async () => {
    const { userId } = await ordered();
    expectStatus(await admin.delete(`/v1/users/${userId}`, WAIT), 204);
    sent.splice(0);
    const { gateway } = system.databases;
    await gateway.query(`update lanes set deleted_at = now() - interval '1 day' where user_id = $1`, [
      userId,
    ]);
    await until(async () => sent.length === 2);
    expect(sent).toEqual(['perks.purge', 'loyalty.purge']);
    await until(async () => (await countedBy('user.purge', userId)) !== undefined);
    expect(await countedBy('user.purge', userId)).toEqual([
      { relation: 'perks.badges', rule: 'anonymise', rows: 2 },
    ]);
  });

  it('a row of which what it refers to is gone is found, at either level', async () => {
    const { id, userId } = await ordered();
    const [entryId, badgeId] = [
      '00000000-0000-7000-8000-00000000000e',
      '00000000-0000-7000-8000-00000000000b',
    ];
    const entry: IntegrityRow = {
      id: entryId,
      relation: 'loyalty.entries',
      userId,
      refersTo: id,
      live: true,
    };
    const badge: IntegrityRow = {
      id: badgeId,
      relation: 'perks.badges',
      userId,
      refersTo: entryId,
      live: true,
    };
    loyalty.rows.set('entries', [entry]);
    perks.rows.set('badges', [badge]);
    expect(await findings()).toEqual([]);
    loyalty.rows.set('entries', [{ ...entry, refersTo: badgeId }]);
    expect(await findings()).toEqual([
      { relation: 'loyalty.entries', kind: 'dangling', id: entryId, userId },
    ]);
    loyalty.rows.set('entries', []);
    expect(await findings()).toEqual([{ relation: 'perks.badges', kind: 'dangling', id: badgeId, userId }]);
    perks.rows.set('badges', []);
  }, 90_000);

  it('a copy of what an order does not have is refused by its name', async () => {
    const [badges, labels] = PERKS.relations!;
    const copies = { state: 'status', shade: 'colour' };
    perks.manifest = { ...PERKS, version: '1.1.0', relations: [badges!, { ...labels!, copies }] };
    await perks.goAway();
    await until(async () => (await standing('perks')).state === 'away');
    await perks.comeBack();
    await until(async () => (await standing('perks')).problem !== null);
    expect(await standing('perks')).toMatchObject({
      state: 'serving',
      problem:
        'manifest of perks 1.1.0: relations/1 (perks.labels): copies colour, which ordering.change does not answer',
    });
  }, 90_000);

  async function findings(): Promise<unknown[]> {
    const begun = await admin.post<{ id: string }>('/v1/ops/integrity/runs');
    for (;;) {
      const { body } = await admin.get<{ state: string; findings: unknown[] }>(
        `/v1/ops/integrity/runs/${begun.body.id}`,
      );
      if (body.state !== 'running') return body.findings;
    }
  }
});

it('an actor without a role sees of a write in the lane of another what became of it, and nothing of whose rows it was', () => {
  const relations = [{ relation: 'perks.badges', rule: 'cascade', rows: 2 }];
  const view = { userId: 'u', result: {}, cause: null, relations } as unknown as OperationView;
  const caller = (userId: string): Caller =>
    ({ userId, roles: [], rolesAreKnown: true }) as unknown as Caller;
  expect(seenBy(caller('u'), view)).toBe(view);
  expect(seenBy(caller('another'), view)).toEqual({ userId: 'u', result: null, cause: null });
});
