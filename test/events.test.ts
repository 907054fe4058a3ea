import { HttpService } from '@nestjs/axios';
import type { Database } from '@turnpike/service';
import { SERVICE_SIGNING_KEY, ServiceTokenSigner } from '@turnpike/service';
import { v7 as uuidv7 } from 'uuid';
import type { GatewayConfig } from '../libs/engine/src/config.js';
import { readConfig } from '../gateway/src/config.js';
import { SystemWrites } from '../libs/engine/src/queue/internal-writes.js';
import { ReceivedEvents } from '../libs/engine/src/relay/received-events.js';
import { Releaser } from '../libs/engine/src/queue/enqueue.js';
import { SHOP } from './support/shop.js';
import { Breakers } from '../libs/engine/src/execution/circuit-breakers.js';
import { Services } from '../libs/engine/src/execution/service-client.js';
import { EventInbox } from '../libs/engine/src/relay/outbox-relay.js';
import { api, type Api, expectStatus, LINE, type Person, register, signIn, WAIT } from './support/client.js';
import { allEnded } from './support/effects.js';
import { EventSource } from './support/event-source.js';
import { TestLedger } from './support/ledger.js';
import { pause } from './support/processes.js';
import { secrets } from './support/servers.js';
import { startSystem, type System } from './support/system.js';

describe("the gateway's inbox of events", () => {
  let t: TestLedger;
  let identity: EventSource;
  let ordering: EventSource;
  let config: GatewayConfig;
  let inboxes: EventInbox[];
  beforeEach(async () => {
    t = await TestLedger.open();
    [identity, ordering] = [new EventSource(), new EventSource()];
    const services = { identity: await identity.start(), ordering: await ordering.start() };
    config = { ...readConfig({ GATEWAY_ROLE: 'worker' }), services };
    inboxes = [];
  });
  afterEach(async () => {
    await Promise.all(inboxes.map((inbox) => inbox.beforeApplicationShutdown()));
    await Promise.all([identity.stop(), ordering.stop()]);
    await t.close();
  });

  it('makes a change that a service began by itself a write in the lane, once for each event', async () => {
    const [deleted, renamed] = [await t.newLane(), await t.newLane()];
    identity.report(deleted);
    identity.report(renamed, { type: 'turnpike.user.updated' });
    identity.report(renamed, { type: 'turnpike.user.updated', data: { operationId: uuidv7() } });
    identity.report(renamed, { type: 'turnpike.user.roles-set' });
    startGateways(1);
    await taken();
    expect(await followers()).toEqual([
      { user_id: deleted, kind: 'event.user-deleted' },
      { user_id: renamed, kind: 'event.user-updated' },
    ]);
    expect(await t.queries.lane(deleted)).toMatchObject({ admission: 'deleting' });
    expect(await noted()).toHaveLength(4);
  });

  it('notes an event once and makes one write of it, however often it is delivered and to how many', async () => {
    const users = await Promise.all(Array.from({ length: 20 }, () => t.newLane()));
    const events = users.map((user) => identity.report(user));
    identity.refuseAcknowledgements = 3;
    startGateways(3);
    await taken();
    identity.pending = [...events];
    await taken();
    expect(await followers()).toHaveLength(20);
    expect(await noted()).toHaveLength(20);
  });

  it('makes no second write where a process died between the write and the note of the event', async () => {
    const user = await t.newLane();
    const event = identity.report(user);
    startGateways(1);
    await taken();
    const before = await followers();
    await t.database.query('delete from domain_events');
    identity.pending = [event];
    await taken();
    expect(await followers()).toEqual(before);
    expect(await noted()).toHaveLength(1);
  });

  it('acknowledges nothing that is not noted', async () => {
    identity.report(await t.newLane());
    await t.database.query('alter table domain_events add constraint full_up check (false) not valid');
    startGateways(1);
    await until(() => identity.looks > 2);
    expect(identity.pending).toHaveLength(1);
    await t.database.query('alter table domain_events drop constraint full_up');
    await taken();
    expect(await followers()).toHaveLength(1);
    expect(await noted()).toHaveLength(1);
  });

  it("keeps the events of a user in the service's order, over many pages", async () => {
    const users = await Promise.all(Array.from({ length: 3 }, () => t.newLane()));
    const sent = Array.from({ length: 450 }, (_, index) =>
      identity.report(users[index % 3]!, { type: 'turnpike.order.placed', data: { operationId: uuidv7() } }),
    );
    startGateways(2);
    await taken();
    for (const user of users) {
      const rows = (await noted()).filter(({ user_id }) => user_id === user);
      const expected = sent.filter(({ subject }) => subject === user);
      expect(rows.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    }
  });

  it('goes on with one service while another is down, and with an event beside one that makes no sense', async () => {
    identity.down = true;
    const user = await t.newLane();
    const senseless = ordering.report('nobody');
    ordering.report(user, { source: '/ordering' });
    startGateways(1);
    await until(() => ordering.pending.length === 1);
    expect(ordering.pending).toEqual([senseless]);
    expect(await followers()).toEqual([{ user_id: user, kind: 'event.user-deleted' }]);
    identity.report(await t.newLane());
    identity.down = false;
    await until(() => identity.pending.length === 0);
  });

  it('makes a lane for a user whom no registration of ours has made', async () => {
    const user = uuidv7();
    identity.report(user, { type: 'turnpike.user.updated' });
    startGateways(1);
    await taken();
    expect(await t.queries.lane(user)).toMatchObject({ admission: 'closed', depth: 1 });
  });

  function startGateways(count: number): void {
    inboxes = Array.from({ length: count }, () => inboxOn(t.database));
    inboxes.forEach((inbox) => inbox.onApplicationBootstrap());
  }

  function inboxOn(database: Database): EventInbox {
    const signer = new ServiceTokenSigner(SERVICE_SIGNING_KEY.sample);
    const services = new Services(new HttpService(), signer, new Breakers(), config);
    const writes = new SystemWrites(t.ledger, new Releaser(config), SHOP, config);
    return new EventInbox(database, new ReceivedEvents(database), services, writes, SHOP, config);
  }

  function taken(): Promise<void> {
    return until(() => identity.pending.length === 0);
  }

  async function until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await pause(20);
  }

  function followers(): Promise<{ user_id: string; kind: string }[]> {
    return t.database.query(
      `select user_id, kind from operations where kind like 'event.%' order by kind, user_id`,
    );
  }

  function noted(): Promise<{ id: string; user_id: string }[]> {
    return t.database.query('select id, user_id from domain_events order by position');
  }
});

describe('a change that begins in identity', () => {
  let system: System;
  let url: string;
  let admin: Api;
  let identity: Api;
  let user: Person;
  let me: Api;
  beforeAll(async () => {
    system = await startSystem({ env: { RETRY_BASE_MS: '20', RETRY_MAX_MS: '200' } });
    url = system.gatewayUrls[0]!;
    admin = api(url, await signIn(url, system.admin));
    const signer = new ServiceTokenSigner(secrets().SERVICE_SIGNING_KEY);
    identity = api(system.identityUrl, await signer.tokenFor('identity'));
  }, 120_000);
  afterAll(() => system?.stop());
  beforeEach(async () => {
    user = await register(url);
    me = api(url, user.token);
  });

  it('deletes the customer, cancels orders, closes the lane and voids tokens, and nothing lands after it', async () => {
    const placed = await place();
    const paid = await place();
    expectStatus(await me.post(`/v1/orders/${paid}/pay`, { paymentReference: 'p' }, WAIT), 200);
    const shipped = await place();
    expectStatus(await me.post(`/v1/orders/${shipped}/pay`, { paymentReference: 'p' }, WAIT), 200);
    expectStatus(await admin.post(`/v1/orders/${shipped}/ship`, { trackingNumber: 't' }, WAIT), 200);

    const racing = Promise.all(Array.from({ length: 30 }, () => me.post('/v1/orders', { lines: [LINE] })));
    expectStatus(await identity.delete(`/internal/users/${user.id}`), 204);
    const accepted = (await racing).filter(({ status }) => status === 202);
    await followed('event.user-deleted');
    await allEnded(system.databases.gateway);

    expect((await admin.get(`/v1/customers/${user.id}`)).body).toMatchObject({ state: 'deleted' });
    expect(await statusOf(placed, paid, shipped)).toEqual(['cancelled', 'cancelled', 'shipped']);
    expect((await admin.get(`/v1/ops/lanes/${user.id}`)).body).toMatchObject({ state: 'deleted', depth: 0 });
    expect(await me.get('/v1/me')).toMatchObject({ status: 401 });
    expect(await admin.patch(`/v1/users/${user.id}`, { firstName: 'A' })).toMatchObject({ status: 410 });
    const { rows } = await system.databases.ordering.query(
      `select 1 from orders where user_id = $1 and status in ('placed', 'paid')`,
      [user.id],
    );
    expect(rows).toEqual([]);
    for (const { body } of accepted) {
      const { state, target } = (await admin.get(`/v1/operations/${body.id}`)).body;
      expect(['succeeded', 'rejected']).toContain(state);
      const order = await admin.get(`/v1/orders/${target.id}`);
      expect(order.status).toBe(state === 'succeeded' ? 200 : 404);
    }
  });

  it('reaches the copy of the name', async () => {
    expectStatus(await identity.patch(`/internal/users/${user.id}`, { firstName: 'Augusta' }), 204);
    await followed('event.user-updated');
    expect((await me.get(`/v1/customers/${user.id}`)).body).toMatchObject({ name: 'Augusta Hopper' });
    expect((await me.get(`/v1/users/${user.id}`)).body).toMatchObject({
      firstName: 'Augusta',
      state: 'active',
    });
  });

  it('is noted among the other events of the user, each once and in order', async () => {
    expectStatus(await me.patch(`/v1/users/${user.id}`, { firstName: 'Ada' }, WAIT), 200);
    expectStatus(await identity.patch(`/internal/users/${user.id}`, { firstName: 'Augusta' }), 204);
    await followed('event.user-updated');
    expectStatus(await me.delete(`/v1/users/${user.id}`, WAIT), 204);
    const expected = ['registered', 'updated', 'updated', 'deleted'].map((type) => `turnpike.user.${type}`);
    const noted = await untilNoted('/identity', expected.length);
    expect(noted.map(({ type }) => type)).toEqual(expected);
    expect(noted.map(({ operation_id }) => operation_id === null)).toEqual([false, false, true, false]);
    const ofOrdering = await untilNoted('/ordering', 4);
    expect(ofOrdering.map(({ type }) => type)).toEqual(
      ['created', 'renamed', 'followed', 'deleted'].map((type) => `turnpike.customer.${type}`),
    );
  });

  async function place(): Promise<string> {
    return expectStatus(await me.post<{ id: string }>('/v1/orders', { lines: [LINE] }, WAIT), 201).id;
  }

  async function statusOf(...orders: string[]): Promise<string[]> {
    const answers = await Promise.all(orders.map((id) => admin.get(`/v1/orders/${id}`)));
    return answers.map(({ body }) => body.status);
  }

  /** Until the write that follows the change has ended. */
  async function followed(kind: string): Promise<void> {
    const text = `select 1 from operations where user_id = $1 and kind = $2 and state = 'succeeded'`;
    while ((await system.databases.gateway.query(text, [user.id, kind])).rowCount === 0) await pause(50);
  }

  async function untilNoted(
    source: string,
    count: number,
  ): Promise<{ type: string; operation_id: string | null }[]> {
    for (;;) {
      const { rows } = await system.databases.gateway.query(
        'select type, operation_id from domain_events where user_id = $1 and source = $2 order by position',
        [user.id, source],
      );
      if (rows.length >= count) return rows;
      await pause(50);
    }
  }
});
