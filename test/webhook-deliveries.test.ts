// What is recorded for webhooks and who may send it when, on the ledger itself.
import { randomUUID } from 'node:crypto';
import { type DomainEvent, encodeCursor, problemBody } from '@turnpike/protocol';
import { v7 as uuidv7 } from 'uuid';
import type { GatewayConfig } from '../libs/engine/src/config.js';
import { Addresses } from '../libs/engine/src/webhooks/address-guard.js';
import { Bell } from '../libs/engine/src/webhooks/wake-up.js';
import { Courier } from '../libs/engine/src/webhooks/dispatcher.js';
import { WebhookAdmin } from '../libs/engine/src/webhooks/webhook-admin.js';
import { ReceivedEvents } from '../libs/engine/src/relay/received-events.js';
import {
  type Attempted,
  type ClaimedDelivery,
  WebhookDeliveries,
} from '../libs/engine/src/webhooks/delivery-store.js';
import { Webhooks } from '../libs/engine/src/webhooks/webhook-store.js';
import { inState, keyOf, TestLedger } from './support/ledger.js';
import { Receiver, type Subscriber } from './support/receiver.js';

const PLACES = 16;
const DELIVERED: Attempted = { type: 'delivered', status: 204 };
const GIVEN_UP: Attempted = { type: 'given-up', status: 500, error: 'status', isGone: false };
const RETRIED: Attempted = { ...GIVEN_UP, type: 'retry', delayMs: 0 };
const BY = { actorId: randomUUID(), reason: null, clientKey: null };

let t: TestLedger;
let webhooks: Webhooks;
/** Two, as of two processes. */
let deliveries: readonly [WebhookDeliveries, WebhookDeliveries];
beforeAll(async () => {
  t = await TestLedger.open();
  webhooks = new Webhooks(t.database, t.keys[0].root);
  deliveries = [new WebhookDeliveries(t.database), new WebhookDeliveries(t.database)];
});
afterAll(() => t.close());
beforeEach(() => t.database.query('truncate webhooks, webhook_deliveries'));

async function subscribe(...events: string[]): Promise<string> {
  return subscribeAt('https://example.com', ...events);
}

async function subscribeAt(url: string, ...events: string[]): Promise<string> {
  const id = uuidv7();
  await webhooks.create(id, { url, description: '', events }, 'whsec_c2VjcmV0', BY);
  return id;
}

/** Records events of that user, without an operation. */
async function record(webhookId: string, userId: string, count: number): Promise<string[]> {
  const ids = [...Array(count)].map(() => uuidv7());
  for (const id of ids) {
    await t.database.query(
      `insert into webhook_deliveries (webhook_id, id, user_id, type, data) values ($1, $2, $3, 'test', '{}')`,
      [webhookId, id, userId],
    );
  }
  return ids;
}

/** Everything whose turn it is, by one of the processes. */
async function claimAll(
  inFlight = new Map<string, number>(),
  by = deliveries[0],
): Promise<ClaimedDelivery[]> {
  const all: ClaimedDelivery[] = [];
  for (;;) {
    const { claimed, more } = await by.claim(inFlight, PLACES);
    all.push(...claimed);
    if (!more) return all;
  }
}

const idsOf = (claimed: readonly { id: string }[]): string[] => claimed.map(({ id }) => id).sort();

/** As if that time had passed since everything was claimed. */
async function pass(seconds: number): Promise<void> {
  await t.database.query(
    `update webhook_deliveries set due_at = due_at - $1 * interval '1 s' where due_at is not null`,
    [seconds],
  );
}

describe('the end of an operation', () => {
  /** What was recorded of that user, in its order. */
  async function recorded(userId: string): Promise<{ type: string; id: string; data: any }[]> {
    return t.database.query(
      'select type, id, data from webhook_deliveries where user_id = $1 order by position',
      [userId],
    );
  }

  it('is recorded, whichever it is and however it comes about, in the order of the ends', async () => {
    await subscribe('*');
    const userId = await t.newLane();
    const failing = await t.accepted(userId);
    const claimed = (await t.claim(userId, failing.id))!;
    const problem = { ...problemBody('order-state-conflict'), detail: 'personal' };
    const refused = { effect: claimed.effect, state: 'failed', steps: inState(claimed, 'refused') } as const;
    await t.ledger.finish(keyOf(claimed), { ...refused, result: null, problem });
    const [withdrawn, waiting] = [await t.accepted(userId), await t.accepted(userId)];
    await t.ledger.cancel(userId, withdrawn.id);
    const deletion = await t.accepted(userId, { kind: 'user.delete', cancelsWaiting: true });
    await t.succeed(userId, deletion.id);
    const events = await recorded(userId);
    expect(events.map(({ type }) => type)).toEqual([
      'operation.succeeded',
      'operation.failed',
      ...['operation.cancelled', 'operation.cancelled'],
      'operation.succeeded',
    ]);
    expect(events.slice(1).map(({ id }) => id)).toEqual([failing.id, withdrawn.id, waiting.id, deletion.id]);
    const [, failure] = events;
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(failure!.data).toEqual({
      ...{ id: failing.id, kind: 'order.place', userId, seq: 2, state: 'failed' },
      ...{ target: { type: 'order', id: expect.any(String) }, problem: 'order-state-conflict' },
      ...{ createdAt: time, startedAt: time, finishedAt: time },
    });
  });

  it('is recorded of what is rejected because its user was never made', async () => {
    await subscribe('operation.rejected');
    const userId = uuidv7();
    const registration = await t.accepted(userId, { kind: 'user.register' });
    const waiting = await t.accepted(userId);
    await t.ledger.cancel(userId, registration.id);
    expect(await recorded(userId)).toMatchObject([
      { id: waiting.id, type: 'operation.rejected', data: { problem: 'user-deleted', startedAt: null } },
    ]);
  });

  it('is not written down for anybody where no webhook wants it: none, a disabled one, one for others', async () => {
    const userId = await t.newLane();
    const disabled = await subscribe('*');
    await webhooks.change(disabled, { enabled: false }, BY);
    await subscribe('operation.failed', 'turnpike.user.deleted');
    await t.done(userId, 'order.place');
    expect(await recorded(userId)).toEqual([]);
  });
});

test('what a service reports is recorded once for each webhook that wants it', async () => {
  const ids = [
    await subscribe('*'),
    await subscribe('turnpike.order.placed'),
    await subscribe('operation.failed'),
  ];
  const received = new ReceivedEvents(t.database);
  const event: DomainEvent = {
    specversion: '1.0',
    datacontenttype: 'application/json',
    ...{ id: uuidv7(), source: '/ordering', type: 'turnpike.order.placed' },
    ...{ subject: uuidv7(), time: '2026-01-01T00:00:00.000Z', data: { operationId: uuidv7() } },
  };
  for (let time = 0; time < 2; time += 1)
    await received.takeTurn('ordering', (tx) => received.append(tx, [event]));
  const rows = await t.database.query<{ webhook_id: string; data: unknown }>(
    'select * from webhook_deliveries',
  );
  expect(rows.map(({ webhook_id }) => webhook_id).sort()).toEqual(ids.slice(0, 2).sort());
  const { id, source, subject: userId, time, data } = event;
  expect(rows[0]!.data).toEqual({ id, source, userId, operationId: data.operationId, time });
});

describe('deliveries', () => {
  it('of one user come one after the other, those of others at the same time', async () => {
    const webhook = await subscribe('*');
    const [one, two] = [uuidv7(), uuidv7()];
    const [first, second, third] = await record(webhook, one, 3);
    const [other] = await record(webhook, two, 1);
    const claimed = await claimAll();
    expect(idsOf(claimed)).toEqual([first!, other!].sort());
    expect(await claimAll()).toEqual([]);
    await deliveries[1].settle(
      claimed.find(({ id }) => id === first)!,
      RETRIED,
    );
    const [again] = await claimAll();
    expect(again).toMatchObject({ id: first, attempts: 2 });
    await deliveries[1].settle(again!, DELIVERED);
    const [next] = await claimAll();
    expect(next).toMatchObject({ id: second, attempts: 1 });
    // What is given up holds nobody up.
    await deliveries[0].settle(next!, GIVEN_UP);
    expect(await claimAll()).toMatchObject([{ id: third }]);
  });

  it('whose process died are sent again under the same id when the claim is over, before what comes later', async () => {
    const webhook = await subscribe('*');
    const [first, second] = await record(webhook, uuidv7(), 2);
    const [lost] = await claimAll();
    expect(lost).toMatchObject({ id: first });
    await pass(29);
    expect(await claimAll()).toEqual([]);
    await pass(1);
    const [taken] = await claimAll(new Map(), deliveries[1]);
    expect(taken).toMatchObject({ id: first, attempts: 2 });
    // The dead one was only asleep: it has nothing to say any more.
    await deliveries[0].settle(lost!, GIVEN_UP);
    expect(await deliveries[0].find(webhook, first!)).toMatchObject({ state: 'pending', attempts: 2 });
    await deliveries[1].settle(taken!, DELIVERED);
    expect(await claimAll()).toMatchObject([{ id: second }]);
  });

  it('come one after the other, also where one is committed late that has an earlier place', async () => {
    const webhook = await subscribe('*');
    const userId = uuidv7();
    const [begun] = await record(webhook, userId, 1);
    const [claimed] = await claimAll();
    expect(claimed).toMatchObject({ id: begun });
    const late = uuidv7();
    await t.database.query(
      `insert into webhook_deliveries (webhook_id, id, user_id, type, data, position) overriding system value
       values ($1, $2, $3, 'test', '{}', -1)`,
      [webhook, late, userId],
    );
    expect(await claimAll()).toEqual([]);
    await deliveries[0].settle(claimed!, DELIVERED);
    expect(await claimAll()).toMatchObject([{ id: late }]);
  });

  it('to one webhook are no more at once than there are places, and take none of another', async () => {
    const [slow, quick] = [await subscribe('*'), await subscribe('*')];
    for (let user = 0; user < PLACES + 4; user += 1) await record(slow, uuidv7(), 1);
    const [other] = await record(quick, uuidv7(), 1);
    const { claimed } = await deliveries[0].claim(new Map(), PLACES);
    expect(claimed.filter(({ webhookId }) => webhookId === slow)).toHaveLength(PLACES);
    expect(claimed.filter(({ webhookId }) => webhookId === quick)).toMatchObject([{ id: other }]);
    expect((await deliveries[0].claim(new Map([[slow, PLACES]]), PLACES)).claimed).toEqual([]);
    expect((await deliveries[0].claim(new Map([[slow, PLACES - 1]]), PLACES)).claimed).toHaveLength(1);
  });

  it('are each sent once and in the order of their user, though two processes take what they can', async () => {
    const webhook = await subscribe('*');
    const users = [...Array(8)].map(() => uuidv7());
    const recorded = new Map(users.map((user) => [user, [] as string[]]));
    const sent = new Map(users.map((user) => [user, [] as string[]]));
    const total = users.length * 15;
    let done = 0;
    const writing = Promise.all(
      users.map(async (user) => {
        for (let index = 0; index < 15; index += 1)
          recorded.get(user)!.push(...(await record(webhook, user, 1)));
      }),
    );
    const work = async (process: WebhookDeliveries): Promise<void> => {
      while (done < total) {
        const { claimed } = await process.claim(new Map(), 3);
        await Promise.all(
          claimed.map(async (delivery) => {
            sent.get(delivery.userId!)!.push(delivery.id);
            await process.settle(delivery, done % 7 === 0 ? GIVEN_UP : DELIVERED);
            done += 1;
          }),
        );
      }
    };
    await Promise.all([writing, ...deliveries.map(work)]);
    expect(sent).toEqual(recorded);
  });

  it('that are over are sent again in their order, under their ids', async () => {
    const webhook = await subscribe('*');
    const ids = await record(webhook, uuidv7(), 3);
    for (const attempted of [DELIVERED, GIVEN_UP, DELIVERED]) {
      const [claimed] = await claimAll();
      await deliveries[0].settle(claimed!, attempted);
    }
    const [from, to] = [new Date(Date.now() - 60_000), new Date(Date.now() + 60_000)];
    expect(await deliveries[0].replayRange(webhook, from, from)).toBe(0);
    expect(await deliveries[0].replayRange(webhook, from, to)).toBe(3);
    const again: string[] = [];
    for (let index = 0; index < 3; index += 1) {
      const [claimed] = await claimAll();
      expect(claimed!.attempts).toBe(1);
      again.push(claimed!.id);
      await deliveries[0].settle(claimed!, DELIVERED);
    }
    expect(again).toEqual(ids);
  });

  it('are sent again of any time that can be written down', async () => {
    const admin = new WebhookAdmin(webhooks, deliveries[0], new Addresses([], true));
    const webhook = await subscribe('*');
    const from = '0000-01-01T00:00:00Z';
    expect(await admin.replayRange(webhook, { from, to: '2026-02-31T00:00:00Z' }, BY)).toEqual({ count: 0 });
  });

  it('are listed page by page, newest first', async () => {
    const webhook = await subscribe('*');
    const ids = await record(webhook, uuidv7(), 3);
    const first = await deliveries[0].page(webhook, { limit: 2 });
    const second = await deliveries[0].page(webhook, { limit: 2, cursor: first.nextCursor! });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids.reverse());
    expect(second.nextCursor).toBeNull();
  });

  it.each([
    ['2026-02-30 00:00:00+00', '1'],
    ['2026-01-01 00:00:00+99', '1'],
    ['----', '1'],
  ])('have no page that begins at %s', async (...position) => {
    const page = deliveries[0].page(await subscribe('*'), { cursor: encodeCursor(position), limit: 1 });
    await expect(page).rejects.toMatchObject({ code: 'invalid-request' });
  });

  it('are forgotten with their webhook', async () => {
    const [removed, kept] = [await subscribe('*'), await subscribe('*')];
    await record(removed, uuidv7(), 3);
    const ids = await record(kept, uuidv7(), 1);
    await webhooks.remove(removed, BY);
    expect(await deliveries[0].forgetOrphans()).toBe(3);
    expect(await deliveries[0].forgetOrphans()).toBe(0);
    expect(idsOf(await claimAll())).toEqual(ids);
  });
});

describe('a webhook', () => {
  it('that has accepted nothing for five days is disabled, and one success before makes it wait anew', async () => {
    const webhook = await subscribe('*');
    await record(webhook, uuidv7(), 3);
    const attempt = async (attempted: Attempted): Promise<boolean> => {
      const [claimed] = await claimAll();
      return deliveries[0].settle(claimed!, attempted);
    };
    const daysPass = (days: number): Promise<unknown> =>
      t.database.query(`update webhooks set failing_since = failing_since - $1 * interval '1 day'`, [days]);
    await attempt(RETRIED);
    await daysPass(6);
    expect(await attempt(DELIVERED)).toBe(false);
    expect(await webhooks.find(webhook)).toMatchObject({ enabled: true, failingSince: null });
    expect(await attempt(RETRIED)).toBe(false);
    await daysPass(4);
    expect(await attempt(RETRIED)).toBe(false);
    await daysPass(2);
    expect(await attempt(RETRIED)).toBe(true);
    expect(await webhooks.find(webhook)).toMatchObject({ enabled: false, disabledBecause: 'failing' });
    expect(await claimAll()).toEqual([]);
    await webhooks.change(webhook, { enabled: true }, BY);
    expect(await webhooks.find(webhook)).toMatchObject({ enabled: true, failingSince: null });
    expect(await claimAll()).toHaveLength(1);
  });

  it('is signed for by the secret before as long as that has not ended', async () => {
    const webhook = await subscribe('*');
    await webhooks.rotate(webhook, 'whsec_bmV3', BY);
    const secretsOf = async (): Promise<string[]> => {
      await record(webhook, uuidv7(), 1);
      const [claimed] = await claimAll();
      return webhooks.secretsIn(webhook, claimed!.secrets);
    };
    expect(await secretsOf()).toEqual(['whsec_bmV3', 'whsec_c2VjcmV0']);
    await t.database.query(`update webhooks set previous_signs_until = now() - interval '1 s'`);
    expect(await secretsOf()).toEqual(['whsec_bmV3']);
  });

  it('is on no page that begins at what is no id', async () => {
    const page = webhooks.page({ cursor: encodeCursor(['-'.repeat(36)]), limit: 1 });
    await expect(page).rejects.toMatchObject({ code: 'invalid-request' });
  });

  it('has its secrets sealed, each for itself', async () => {
    const [one, two] = [await subscribe('*'), await subscribe('*')];
    const [row] = await t.database.query<{ secret: string }>('select secret from webhooks where id = $1', [
      one,
    ]);
    expect(webhooks.secretsIn(one, [row!.secret])).toEqual(['whsec_c2VjcmV0']);
    expect(() => webhooks.secretsIn(two, [row!.secret])).toThrow('cannot be read');
  });
});

describe('a process that sends', () => {
  let receiver: Receiver;
  let subscriber: Subscriber;
  let webhook: string;
  let begun: { stop: () => Promise<void> }[];
  beforeAll(async () => {
    receiver = await Receiver.start();
  });
  beforeEach(async () => {
    begun = [];
    subscriber = receiver.subscriber();
    webhook = await subscribeAt(subscriber.url, '*');
  });
  afterEach(() => Promise.all(begun.map(({ stop }) => stop())));
  afterAll(() => receiver.stop());

  /** One that does not look from time to time, but only when it is told. */
  function begin(): { stop: () => Promise<void> } {
    const config = { databaseUrl: t.url, worker: true } as GatewayConfig;
    const bell = new Bell(config);
    const next = bell.next.bind(bell);
    jest.spyOn(bell, 'next').mockImplementation(() => next(2 ** 31 - 1));
    const addresses = new Addresses(['127.0.0.1'], false);
    const courier = new Courier(t.database, webhooks, deliveries[0], bell, config, addresses);
    bell.onApplicationBootstrap();
    courier.onApplicationBootstrap();
    let stopped: Promise<unknown> | undefined;
    const stop = async (): Promise<void> => {
      stopped ??= Promise.all([courier.beforeApplicationShutdown(), bell.beforeApplicationShutdown()]);
      await stopped;
    };
    begun.push({ stop });
    return { stop };
  }

  it('is told by the database what there is to send, also when that was away', async () => {
    begin();
    const { id: first } = await deliveries[1].addTest(webhook);
    await subscriber.until(1);
    await t.database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'turnpike-webhooks' and datname = current_database()`,
    );
    const { id: second } = await deliveries[1].addTest(webhook);
    await subscriber.until(2);
    const { id: third } = await deliveries[1].addTest(webhook);
    expect((await subscriber.until(3)).map(({ id }) => id)).toEqual([first, second, third]);
  });

  it('lets go, when it stops, of what it sends, and another sends it', async () => {
    const stopping = begin();
    subscriber.answer = () => undefined;
    const [id] = await record(webhook, uuidv7(), 1);
    await deliveries[1].hurry(webhook);
    await subscriber.until(1);
    await stopping.stop();
    subscriber.answer = (_message, response) => response.writeHead(204).end();
    begin();
    await subscriber.until(2);
    expect(idsOf(subscriber.messages)).toEqual([id, id]);
  });
});
