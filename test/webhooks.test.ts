import { randomUUID } from 'node:crypto';
import type { AuditEntry, Webhook, WebhookDelivery, WebhookWithSecret } from '@turnpike/protocol';
import { Webhook as Verifier } from 'standardwebhooks';
import {
  api,
  type Api,
  expectStatus,
  LINE,
  type Person,
  placeOrder,
  register,
  signIn,
  waitFor,
  WAIT,
} from './support/client.js';
import { pause } from './support/processes.js';
import { type Message, Receiver, type Subscriber } from './support/receiver.js';
import { startSystem, type System } from './support/system.js';

/** Whatever of a user is to be found in no message. */
const CANARY = 'canary7310';
const LOOK_AGAIN_MS = 50;
const PATH = '/v1/ops/webhooks';
/** Longer than a claim holds of which nothing is heard. */
const LEASE_SECONDS = 30;

describe('webhooks', () => {
  let system: System;
  let url: string;
  let admin: Api;
  let receiver: Receiver;
  let user: Person;
  beforeAll(async () => {
    system = await startSystem({
      gateways: [{ role: 'api' }, { role: 'worker' }],
      env: { WEBHOOK_PRIVATE_NETWORKS: '127.0.0.1', DELETION_GRACE_MS: '500' },
    });
    url = system.gatewayUrls[0]!;
    admin = api(url, await signIn(url, system.admin));
    receiver = await Receiver.start();
    user = await register(url);
  }, 120_000);
  afterAll(async () => {
    receiver?.stop();
    await system?.stop();
  });

  interface Subscription {
    webhook: WebhookWithSecret;
    subscriber: Subscriber;
  }
  const subscriptions: Subscription[] = [];
  afterEach(async () => {
    for (const { webhook } of subscriptions.splice(0)) await admin.delete(`${PATH}/${webhook.id}`);
  });

  async function subscribe(...events: string[]): Promise<Subscription> {
    const subscriber = receiver.subscriber();
    const answer = await admin.post<WebhookWithSecret>(PATH, { url: subscriber.url, events });
    const subscription = { webhook: expectStatus(answer, 201), subscriber };
    expect(answer.headers.get('location')).toBe(`${PATH}/${subscription.webhook.id}`);
    subscriptions.push(subscription);
    return subscription;
  }

  const change = async ({ webhook }: Subscription, wanted: object): Promise<Webhook> =>
    expectStatus(await admin.patch<Webhook>(`${PATH}/${webhook.id}`, wanted), 200);

  const deliveriesOf = async ({ webhook }: Subscription, query = ''): Promise<WebhookDelivery[]> =>
    expectStatus(await admin.get(`${PATH}/${webhook.id}/deliveries?${query}`), 200).items;

  /** The delivery of that id, once it is as it should be. */
  async function delivery(
    { webhook }: Subscription,
    id: string,
    isSo: (delivery: WebhookDelivery) => boolean,
  ): Promise<WebhookDelivery> {
    for (;;) {
      const found = (await deliveriesOf({ webhook } as Subscription, 'limit=200')).find(
        (one) => one.id === id,
      );
      if (found && isSo(found)) return found;
      await pause(LOOK_AGAIN_MS);
    }
  }

  /** So many orders one after the other; their operations. */
  async function orders(count: number, person = user): Promise<string[]> {
    const ids: string[] = [];
    for (let index = 0; index < count; index += 1) ids.push((await placeOrder(url, person.token)).id);
    return ids;
  }

  const idsOf = (messages: readonly Message[]): string[] => messages.map(({ id }) => id);

  it('are signed so that the library verifies them, and hold ids and states, nothing personal', async () => {
    const { webhook, subscriber } = await subscribe('operation.succeeded', 'turnpike.order.placed');
    const person = await register(url, { firstName: CANARY, email: `${CANARY}@example.com` });
    const address = { line1: CANARY, city: CANARY, postalCode: '4020', country: 'AT' };
    const body = { lines: [LINE], deliveryAddress: address, reference: CANARY };
    const order = await api(url, person.token).post('/v1/orders', body, WAIT);
    const operation = order.headers.get('operation-id')!;
    const [message] = await subscriber.until(1, ({ id }) => id === operation);
    const { headers, event } = message!;
    expect(new Verifier(webhook.secret).verify(message!.body, headers as Record<string, string>)).toEqual(
      event,
    );
    expect(headers).toMatchObject({ 'webhook-id': operation, 'content-type': 'application/json' });
    expect(event).toMatchObject({
      type: 'operation.succeeded',
      data: { id: operation, kind: 'order.place', userId: person.id, seq: 2, target: { id: order.body.id } },
    });
    const isPlaced = ({ event: { type, data } }: Message): boolean =>
      type === 'turnpike.order.placed' && data.operationId === operation;
    const [placed] = await subscriber.until(1, isPlaced);
    expect(placed!.event.data).toMatchObject({ source: '/ordering', userId: person.id, id: placed!.id });

    // And the purge leaves nothing, because there was nothing.
    expectStatus(await api(url, person.token).delete(`/v1/users/${person.id}`, WAIT), 204);
    await subscriber.until(
      1,
      ({ event: { data } }) => data.kind === 'user.purge' && data.userId === person.id,
    );
    const { rows } = await system.databases.gateway.query('select d::text as row from webhook_deliveries d');
    const everything = JSON.stringify([rows, subscriber.messages]);
    expect(everything).toContain(person.id);
    expect(everything).not.toContain(CANARY);
  });

  it('show their secret once, and the audit trail has every change with its reason', async () => {
    const subscription = await subscribe('operation.failed');
    const { id, secret, ...shown } = subscription.webhook;
    expect(shown).toMatchObject({ events: ['operation.failed'], enabled: true, disabledBecause: null });
    await change(subscription, { description: 'for the shop', events: ['*'], reason: 'more' });
    expectStatus(await admin.post(`${PATH}/${id}/test`, { reason: 'try' }), 200);
    const rotated = expectStatus(await admin.post(`${PATH}/${id}/rotate-secret`, { reason: 'leaked' }), 200);
    expectStatus(await admin.post(`${PATH}/${id}/replay`, { from: '2026-01-01T00:00:00Z' }), 200);
    expectStatus(await admin.delete(`${PATH}/${id}?reason=over`), 204);
    expect((await admin.get(`${PATH}/${id}`)).status).toBe(404);
    const { body } = await admin.get<{ items: AuditEntry[] }>('/v1/ops/audit?limit=200');
    const trail = body.items.filter(({ before, after }) =>
      [before, after].some((one) => one?.['webhookId'] === id),
    );
    expect(trail.map(({ action, reason, userId }) => [action, reason, userId])).toEqual([
      ['webhook.delete', 'over', null],
      ['webhook.replay', null, null],
      ['webhook.rotate-secret', 'leaked', null],
      ['webhook.test', 'try', null],
      ['webhook.change', 'more', null],
      ['webhook.create', null, null],
    ]);
    expect(trail[4]).toMatchObject({ before: { events: ['operation.failed'] }, after: { events: ['*'] } });
    const actor = trail[0]!.actorId!;
    const own = await admin.get<{ items: AuditEntry[] }>(
      `/v1/ops/audit?actorId=${actor}&action=webhook.delete`,
    );
    expect(own.body.items[0]).toEqual(trail[0]);
    const listed = JSON.stringify([
      trail,
      (await admin.get(PATH)).body,
      (await system.databases.gateway.query('select * from webhooks')).rows,
    ]);
    const output = system.processes.gateways.map((one) => one.output()).join('');
    for (const known of [secret, rotated.secret])
      expect(listed + output).not.toContain(known.slice('whsec_'.length));
  });

  it('of one user come in order, over refusals and as late as the receiver asks; others are not held up', async () => {
    const subscription = await subscribe('operation.succeeded');
    const { subscriber } = subscription;
    const other = await register(url);
    const answers = [[500], [503, { 'retry-after': '2' }], [204]] as const;
    let attempts = 0;
    subscriber.answer = ({ event }, response) => {
      const [status, headers] = event.data.userId === user.id ? (answers[attempts++] ?? [204]) : [204];
      response.writeHead(status, headers).end();
    };
    const [first, second, third] = await orders(3);
    const [others] = await orders(1, other);
    const mine = await subscriber.until(5, ({ event }) => event.data.userId === user.id);
    expect(idsOf(mine)).toEqual([first, first, first, second, third]);
    expect(mine[1]!.at - mine[0]!.at).toBeGreaterThan(450);
    expect(mine[2]!.at - mine[1]!.at).toBeGreaterThan(1950);
    const [neighbour] = await subscriber.until(1, ({ id }) => id === others);
    expect(neighbour!.at).toBeLessThan(mine[2]!.at);
    // The same body each time; the signature is of the attempt.
    expect(new Set(mine.slice(0, 3).map(({ body }) => body)).size).toBe(1);
    const shown = await delivery(subscription, first!, ({ state }) => state === 'delivered');
    expect(shown).toMatchObject({ attempts: 3, lastStatus: 204, lastError: null, nextAttemptAt: null });
  });

  it('that are never accepted are given up, listed, and let what comes later go on; they can be sent again', async () => {
    const subscription = await subscribe('operation.succeeded');
    const { webhook, subscriber } = subscription;
    subscriber.answer = ({ id }, response) => response.writeHead(id === first ? 500 : 204).end();
    const [first, second] = await orders(2);
    await delivery(subscription, first!, ({ attempts }) => attempts > 0);
    await system.databases.gateway.query(
      'update webhook_deliveries set attempts = 26 where id = $1 and attempts > 0',
      [first],
    );
    await subscriber.until(1, ({ id }) => id === second);
    const failed = await deliveriesOf(subscription, `state=failed&userId=${user.id}`);
    expect(failed).toMatchObject([{ id: first, attempts: 27, lastStatus: 500, lastError: 'status' }]);
    subscriber.answer = (_message, response) => response.writeHead(204).end();
    const replayed = await admin.post(`${PATH}/${webhook.id}/deliveries/${first}/replay`, {
      reason: 'mended',
    });
    expectStatus(replayed, 200);
    await delivery(subscription, first!, ({ state }) => state === 'delivered');
    const before = subscriber.messages.length;
    const { occurredAt } = failed[0]!;
    const range = expectStatus(await admin.post(`${PATH}/${webhook.id}/replay`, { from: occurredAt }), 200);
    expect(range).toEqual({ count: 2 });
    await subscriber.until(before + 2);
    expect(idsOf(subscriber.messages.slice(before))).toEqual([first, second]);
  });

  it('end at once for a receiver that is gone, and go on where they stopped when it is enabled again', async () => {
    const subscription = await subscribe('operation.succeeded');
    const { subscriber } = subscription;
    subscriber.answer = (_message, response) => response.writeHead(410).end();
    const [first] = await orders(1);
    await subscriber.until(1);
    await delivery(subscription, first!, ({ lastStatus }) => lastStatus === 410);
    expect((await admin.get<Webhook>(`${PATH}/${subscription.webhook.id}`)).body).toMatchObject({
      enabled: false,
      disabledBecause: 'gone',
    });
    expect((await admin.post(`${PATH}/${subscription.webhook.id}/test`, {})).status).toBe(400);
    const { body } = await admin.get<{ items: AuditEntry[] }>('/v1/ops/audit?action=webhook.disable');
    expect(body.items[0]).toMatchObject({ actorId: null, after: { disabledBecause: 'gone' } });
    subscriber.answer = (_message, response) => response.writeHead(204).end();
    expect(await change(subscription, { enabled: true })).toMatchObject({
      enabled: true,
      disabledBecause: null,
    });
    expect(idsOf(await subscriber.until(2))).toEqual([first, first]);
  });

  it('are signed with the new secret and the one before it', async () => {
    const { webhook, subscriber } = await subscribe('operation.succeeded');
    const { secret } = expectStatus(await admin.post(`${PATH}/${webhook.id}/rotate-secret`, {}), 200);
    expect(secret).not.toBe(webhook.secret);
    expectStatus(await admin.post(`${PATH}/${webhook.id}/test`, {}), 200);
    const [message] = await subscriber.until(1);
    expect(message!.event).toMatchObject({ type: 'webhook.test', data: { webhookId: webhook.id } });
    for (const one of [secret, webhook.secret]) {
      new Verifier(one).verify(message!.body, message!.headers as Record<string, string>);
    }
    expect(String(message!.headers['webhook-signature']).split(' ')).toHaveLength(2);
  });

  it('are made, and get a new secret, once for a key, however often the request is sent', async () => {
    const body = { url: receiver.subscriber().url, events: ['operation.failed'] };
    const key = { 'idempotency-key': randomUUID() };
    const answers = await Promise.all([1, 2, 3].map(() => admin.post(PATH, body, key)));
    const [made] = answers.map((answer) => expectStatus(answer, 201));
    for (const answer of answers) expect(answer.body).toEqual(made);
    const replayed = answers.filter(({ headers }) => headers.get('idempotency-replayed') === 'true');
    expect(replayed).toHaveLength(2);
    const other = { ...body, description: 'another' };
    expect(await admin.post(PATH, other, key)).toMatchObject({ status: 422 });
    const rotate = (headers: Record<string, string>) =>
      admin.post(`${PATH}/${made.id}/rotate-secret`, {}, headers);
    const again = { 'idempotency-key': randomUUID() };
    const { secret } = expectStatus(await rotate(again), 200);
    expect(await rotate(again)).toMatchObject({ status: 200, body: { secret } });
    // The one before it still signs: it was not replaced twice.
    const { rows } = await system.databases.gateway.query(
      `select count(*)::integer as count from audit
       where action = 'webhook.rotate-secret' and after ->> 'webhookId' = $1`,
      [made.id],
    );
    expect(rows).toEqual([{ count: 1 }]);
    expectStatus(await admin.delete(`${PATH}/${made.id}`), 204);
    expect((await rotate(again)).status).toBe(404);
  });

  it('go nowhere but to the address that was named', async () => {
    const [target, subscription] = [receiver.subscriber(), await subscribe('operation.succeeded')];
    const { subscriber } = subscription;
    subscriber.answer = (_message, response) => response.writeHead(307, { location: target.url }).end();
    const [first] = await orders(1);
    const shown = await delivery(subscription, first!, ({ lastStatus }) => lastStatus !== null);
    expect(shown).toMatchObject({ state: 'pending', lastStatus: 307, lastError: 'status' });
    expect(target.messages).toEqual([]);
  });

  it.each([
    ['https://10.0.0.1/', 'url must lead to a public address'],
    ['http://169.254.169.254/latest/meta-data', 'url must lead to a public address'],
    ['http://[::1]/', 'url must lead to a public address'],
    ['https://name:password@93.184.215.14/', 'url must not have a name or a password in it'],
    ['ftp://93.184.215.14/', 'url must begin with https://'],
  ])('are not made for %s, and not changed to it', async (address, message) => {
    const wanted = { url: address, events: ['*'] };
    const problem = { status: 400, body: { errors: [{ path: 'url', message }] } };
    expect(await admin.post(PATH, wanted)).toMatchObject(problem);
    const { webhook } = await subscribe('operation.failed');
    expect(await admin.patch(`${PATH}/${webhook.id}`, wanted)).toMatchObject(problem);
  });

  it('are not made for events that there are not', async () => {
    const { url: address } = receiver.subscriber();
    for (const events of [['operation.begun'], [], ['*', '*'], 'operation.failed']) {
      expect((await admin.post(PATH, { url: address, events })).status).toBe(400);
    }
  });

  it('lose nothing and keep their order when the worker is killed amid them', async () => {
    const { subscriber } = await subscribe('operation.succeeded');
    const [, worker] = system.processes.gateways;
    const held: (() => void)[] = [];
    // Nothing is answered until the worker is dead.
    subscriber.answer = (_message, response) => held.push(() => response.destroy()) === 0;
    const ids = await orders(4);
    await waitFor(url, user.token, ids.at(-1)!);
    await subscriber.until(1);
    worker!.kill('SIGKILL');
    await worker!.exited;
    held.forEach((drop) => drop());
    subscriber.answer = (_message, response) => response.writeHead(204).end();
    await system.databases.gateway.query(
      `update webhook_deliveries set due_at = due_at - $1 * interval '1 s' where due_at is not null`,
      [LEASE_SECONDS],
    );
    worker!.start();
    await worker!.becomesReady();
    expect(idsOf(await subscriber.until(5))).toEqual([ids[0], ...ids]);
  });

  it('tell of themselves in the metrics', async () => {
    const subscription = await subscribe('operation.succeeded');
    subscription.subscriber.answer = (_message, response) => response.writeHead(500).end();
    await orders(1);
    await subscription.subscriber.until(1);
    const { METRICS_PORT } = system.processes.gateways[1]!.env;
    const metrics = async (): Promise<string> =>
      (await fetch(`http://127.0.0.1:${METRICS_PORT}/metrics`)).text();
    const valueOf = (text: string, name: string): number =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${name} `))
          ?.split(' ')[1],
      );
    await subscription.subscriber.until(2);
    const failing = await metrics();
    expect(valueOf(failing, 'turnpike_webhook_deliveries_total{result="retry"}')).toBeGreaterThan(0);
    expect(valueOf(failing, 'turnpike_webhook_oldest_undelivered_seconds')).toBeGreaterThan(0);
    expect(valueOf(failing, 'turnpike_webhooks_disabled')).toBe(0);
    await change(subscription, { enabled: false });
    const text = await metrics();
    expect(valueOf(text, 'turnpike_webhook_oldest_undelivered_seconds')).toBe(0);
    expect(valueOf(text, 'turnpike_webhooks_disabled')).toBe(1);
  });
});
