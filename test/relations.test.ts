import { randomUUID } from 'node:crypto';
import { RELATION_EVENTS, type RelationEvent } from '@turnpike/protocol';
import { RELATIONS } from '@turnpike/contracts';
import { api, type Api, expectStatus, LINE, register, signIn, WAIT } from './support/client.js';
import { inParallel } from './support/effects.js';
import { FULL } from './faults/kit.js';
import { startSystem, type System } from './support/system.js';

const ADDRESS = { line1: 'Canal St 7', city: 'Linz', postalCode: '4020', country: 'AT' };
const USERS = FULL ? 100 : 30;
const CLIENTS = 8;

/** What the declarations say of each relation after each event, in the words of the tables. */
const AFTER: Record<string, Record<RelationEvent, string>> = {
  'ordering.customers': {
    register: 'active, Ada Byron',
    update: 'active, Augusta King',
    delete: 'deleted, Augusta King',
    restore: 'active, Augusta King',
    purge: 'purged',
  },
  'ordering.orders (placed)': {
    register: 'none',
    update: 'placed for Ada Byron',
    delete: 'cancelled for Ada Byron',
    restore: 'cancelled for Ada Byron',
    purge: 'cancelled',
  },
  'ordering.orders (paid)': {
    register: 'none',
    update: 'paid for Ada Byron',
    delete: 'cancelled for Ada Byron',
    restore: 'cancelled for Ada Byron',
    purge: 'cancelled',
  },
  'ordering.orders (shipped, delivered, cancelled)': {
    register: 'none',
    update: 'shipped for Ada Byron, delivered for Ada Byron, cancelled for Ada Byron',
    delete: 'shipped for Ada Byron, delivered for Ada Byron, cancelled for Ada Byron',
    restore: 'shipped for Ada Byron, delivered for Ada Byron, cancelled for Ada Byron',
    purge: 'shipped, delivered, cancelled',
  },
};

describe('relations', () => {
  let system: System;
  let url: string;
  let admin: Api;
  beforeAll(async () => {
    system = await startSystem({
      // A tenth of the grace period is how often it is looked for users to purge.
      env: { DELETION_OF_PAID_ORDERS: 'cancel', DELETION_GRACE_MS: '30000' },
    });
    url = system.gatewayUrls[0]!;
    admin = api(url, await signIn(url, system.admin));
  }, 120_000);
  afterAll(() => system?.stop());

  it('each is declared, and known here', () => {
    const known = RELATIONS.filter(({ service }) => service === 'ordering').map(({ name }) => name);
    expect(Object.keys(AFTER)).toEqual(known);
  });

  describe('after each event the databases have what the declaration says', () => {
    let userId: string;
    const orders: Record<string, string[]> = {};
    const seen: Partial<Record<RelationEvent, Record<string, string>>> = {};
    beforeAll(async () => {
      const user = await register(url, { firstName: 'Ada' });
      userId = user.id;
      const me = api(url, user.token);
      expectStatus(await me.patch(`/v1/users/${userId}`, { lastName: 'Byron' }, WAIT), 200);
      await look('register');
      orders['ordering.orders (placed)'] = [await order(me)];
      orders['ordering.orders (paid)'] = [await order(me, 'pay')];
      orders['ordering.orders (shipped, delivered, cancelled)'] = [
        await order(me, 'pay', 'ship'),
        await order(me, 'pay', 'ship', 'deliver'),
        await order(me, 'cancel'),
      ];
      expectStatus(
        await me.patch(`/v1/users/${userId}`, { firstName: 'Augusta', lastName: 'King' }, WAIT),
        200,
      );
      await look('update');
      expectStatus(await me.delete(`/v1/users/${userId}`, WAIT), 204);
      await look('delete');
      const restored = expectStatus(await admin.post(`/v1/users/${userId}/restore`, undefined, WAIT), 200);
      const cancelled = [orders['ordering.orders (placed)'], orders['ordering.orders (paid)']].flat();
      expect((restored as { staysCancelled: string[] }).staysCancelled.sort()).toEqual(cancelled.sort());
      await look('restore');
      expectStatus(await admin.delete(`/v1/users/${userId}`, WAIT), 204);
      await purge();
      await look('purge');
    }, 120_000);

    const cases = RELATION_EVENTS.flatMap((event) =>
      Object.keys(AFTER).map((name) => [name, event] as const),
    );
    it.each(cases)('%s after %s', (name, event) => {
      expect(seen[event]![name]).toBe(AFTER[name]![event]);
    });

    async function look(event: RelationEvent): Promise<void> {
      const { ordering } = system.databases;
      const { rows } = await ordering.query<{ state: string; name: string }>(
        'select state, name from customers where user_id = $1',
        [userId],
      );
      const customers = rows.map(({ state, name }) => (name ? `${state}, ${name}` : state)).join();
      seen[event] = { 'ordering.customers': customers };
      for (const name of Object.keys(AFTER).slice(1)) seen[event][name] = await ordersOf(orders[name] ?? []);
    }

    async function ordersOf(ids: readonly string[]): Promise<string> {
      const { rows } = await system.databases.ordering.query<{ status: string; name: string | null }>(
        `select status, delivery ->> 'name' as name from orders where id = any($1) order by id`,
        [ids],
      );
      return rows.map(({ status, name }) => (name ? `${status} for ${name}` : status)).join(', ') || 'none';
    }

    /** As if the grace period were over. */
    async function purge(): Promise<void> {
      await system.databases.gateway.query(
        `update lanes set deleted_at = now() - interval '31 days' where user_id = $1`,
        [userId],
      );
      for (;;) {
        const { rows } = await system.databases.gateway.query<{ state: string }>(
          `select state from operations where user_id = $1 and kind = 'user.purge'`,
          [userId],
        );
        if (rows[0]?.state === 'succeeded') return;
        if (rows[0]?.state === 'failed') throw new Error('the purge failed');
      }
    }
  });

  it('delete, restore, delete with writes between: effects only while the user is alive', async () => {
    await inParallel(USERS, CLIENTS, async () => {
      const user = await register(url);
      const writes: { id: string; seq: number }[] = [];
      for (const act of ['write', 'delete', 'write', 'restore', 'write', 'delete', 'write'] as const) {
        if (act === 'write') writes.push(...(await threeWrites(user.id)));
        if (act === 'delete') await ended(await admin.delete(`/v1/users/${user.id}`));
        if (act === 'restore') await ended(await admin.post(`/v1/users/${user.id}/restore`));
      }
      // Before the first deletion, and between the restore and the second.
      expect(writes.map(({ seq }) => seq)).toEqual([2, 3, 4, 7, 8, 9]);
      const { rows } = await system.databases.ordering.query<{ version: number; state: string }>(
        'select version, state from customers where user_id = $1',
        [user.id],
      );
      // Made, three times written, deleted, restored, three times written, deleted.
      expect(rows).toEqual([{ version: 10, state: 'deleted' }]);
    });
  }, 240_000);

  /** An administrator's, since the user's own token ends with the first deletion. */
  async function threeWrites(userId: string): Promise<{ id: string; seq: number }[]> {
    const answers = [];
    for (let i = 0; i < 3; i += 1)
      answers.push(await admin.put(`/v1/customers/${userId}`, { phone: String(i) }));
    const accepted = answers.filter(({ status }) => status === 202);
    answers.filter(({ status }) => status !== 202).forEach((one) => expectStatus(one, 410));
    for (const one of accepted) await ended(one);
    return accepted.map(({ body }) => body as { id: string; seq: number });
  }

  async function ended(answer: { body: any }): Promise<void> {
    const { body } = await admin.get(`/v1/operations/${answer.body.id}`, WAIT);
    expect(body.state).toBe('succeeded');
  }

  /** An order that has gone that far. */
  async function order(me: Api, ...way: ('pay' | 'ship' | 'deliver' | 'cancel')[]): Promise<string> {
    const placing = { lines: [LINE], deliveryAddress: ADDRESS };
    const { id } = expectStatus(await me.post<{ id: string }>('/v1/orders', placing, WAIT), 201);
    const bodies = {
      pay: { paymentReference: randomUUID() },
      ship: { trackingNumber: 't' },
      deliver: undefined,
      cancel: {},
    };
    for (const step of way)
      expectStatus(await admin.post(`/v1/orders/${id}/${step}`, bodies[step], WAIT), 200);
    return id;
  }
});
