import { HttpService } from '@nestjs/axios';
import type { Database } from '@turnpike/service';
import { SERVICE_SIGNING_KEY, ServiceTokenSigner } from '@turnpike/service';
import axios from 'axios';
import { v7 as uuidv7 } from 'uuid';
import type { GatewayConfig } from '../gateway/src/config.js';
import { readConfig } from '../gateway/src/config.js';
import { SystemWrites } from '../gateway/src/entry/system-writes.js';
import { ReceivedEvents } from '../gateway/src/ledger/received-events.js';
import { Releaser } from '../gateway/src/queue/release.js';
import { Breakers } from '../gateway/src/run/breakers.js';
import { Services } from '../gateway/src/run/services.js';
import { EventInbox } from '../gateway/src/watch/events.js';
import { EventSource } from './support/event-source.js';
import { TestLedger } from './support/ledger.js';
import { pause } from './support/processes.js';

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
    const services = new Services(new HttpService(axios.create()), signer, new Breakers(), config);
    const writes = new SystemWrites(t.ledger, new Releaser(config), config);
    return new EventInbox(database, new ReceivedEvents(database), services, writes, config);
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
