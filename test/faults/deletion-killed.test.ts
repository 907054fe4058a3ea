import { randomUUID } from 'node:crypto';
import {
  api,
  expectStatus,
  LINE,
  type Operation,
  type Person,
  register,
  signIn,
  WAIT,
} from '../support/client.js';
import type { Direction, Matches } from '../support/proxy.js';
import { startSystem, type ProxyName, type System } from '../support/system.js';
import { commitAfter, endOf, FAST, FULL, kill, stepOf, untilRow, workerOf } from './kit.js';

const ROUNDS = FULL ? 25 : 6;

interface Boundary {
  name: string;
  proxy: ProxyName;
  direction: Direction;
  matches: (user: Person, deletion: Operation) => Matches;
}

const answerOf =
  (inBody: string) =>
  (user: Person): Matches =>
  (message) =>
    /^HTTP\/1.1 200[^]*step-recorded/.test(message) && message.includes(inBody) && message.includes(user.id);

/** Before and after each step's effect, and around the end. */
const BOUNDARIES: Boundary[] = [
  {
    ...{ name: 'before ordering is asked', proxy: 'ordering', direction: 'request' },
    matches: (user) => stepOf(user, 'ordering.delete-customer'),
  },
  {
    ...{ name: 'when ordering has answered', proxy: 'ordering', direction: 'response' },
    matches: answerOf('"cancelled"'),
  },
  {
    ...{ name: 'before identity is asked', proxy: 'identity', direction: 'request' },
    matches: (user) => stepOf(user, 'identity.delete'),
  },
  {
    ...{ name: 'when identity has answered', proxy: 'identity', direction: 'response' },
    matches: answerOf('"deletedAt"'),
  },
  {
    ...{ name: 'before the COMMIT of the end', proxy: 'database', direction: 'request' },
    matches: (_user, deletion) => commitAfter(endOf(deletion)),
  },
];

describe('a deletion whose worker is killed', () => {
  let system: System;
  let url: string;
  let admin: string;
  beforeAll(async () => {
    system = await startSystem({
      env: { ...FAST, SERVICE_TIMEOUT_MS: '10000' },
      gateways: [{ role: 'api' }, { role: 'worker' }, { role: 'worker' }],
      proxied: ['identity', 'ordering', 'database'],
    });
    url = system.gatewayUrls[0]!;
    admin = await signIn(url, system.admin);
  }, 120_000);
  afterAll(() => system?.stop());

  it.each(Array.from({ length: ROUNDS }, (_, round) => [round, BOUNDARIES[round % BOUNDARIES.length]!.name]))(
    'round %s, %s: it is carried out everywhere or nowhere',
    async (round) => {
      const boundary = BOUNDARIES[round % BOUNDARIES.length]!;
      // Every third user has a paid order, which forbids it.
      const restricted = round % 3 === 2;
      const user = await userWithOrders(restricted);
      const lane = `/v1/ops/lanes/${user.id}`;
      await api(url, admin).post(`${lane}/pause`);
      const answer = await api(url, user.token).delete<Operation>(`/v1/users/${user.id}`);
      const deletion = expectStatus(answer, 202);
      const matches = boundary.matches(user, deletion);
      const trap = system.proxies[boundary.proxy]!.trap(boundary.direction, matches, { type: 'hold' });
      await api(url, admin).post(`${lane}/resume`);
      // A deletion that is refused never gets as far as identity.
      const over = untilRow(system.databases.gateway, deletion, ({ state }) => state === 'failed');
      const caught = await Promise.race([trap.caught.then(() => true), over.then(() => false)]);
      over.catch(() => undefined);
      if (caught) {
        const worker = await workerOf(system, deletion);
        await kill(worker);
        worker.start();
      }
      trap.release();
      const { state } = await untilRow(system.databases.gateway, deletion, (row) => ENDED.has(row.state));
      expect(state).toBe(restricted ? 'failed' : 'succeeded');
      expect(await whatIsLeft(user)).toEqual(restricted ? EVERYTHING : NOTHING);
      await Promise.all(system.processes.gateways.map((gateway) => gateway.becomesReady()));
    },
    60_000,
  );

  /** One placed order, and, if it is to be restricted, a paid one. */
  async function userWithOrders(paid: boolean): Promise<Person> {
    const user = await register(url);
    const me = api(url, user.token);
    expectStatus(await me.post('/v1/orders', { lines: [LINE] }, WAIT), 201);
    if (!paid) return user;
    const order = await me.post<{ id: string }>('/v1/orders', { lines: [LINE] }, WAIT);
    const payment = { paymentReference: randomUUID() };
    expectStatus(await me.post(`/v1/orders/${order.body.id}/pay`, payment, WAIT), 200);
    return user;
  }

  async function whatIsLeft({ id }: Person): Promise<object> {
    const { identity, ordering, gateway } = system.databases;
    const [users, customers, orders, lanes] = await Promise.all([
      identity.query('select state from users where id = $1', [id]),
      ordering.query('select state from customers where user_id = $1', [id]),
      ordering.query(
        `select count(*)::integer as open from orders where user_id = $1 and status <> 'cancelled'`,
        [id],
      ),
      gateway.query('select admission from lanes where user_id = $1', [id]),
    ]);
    return {
      ...{ user: users.rows[0].state, customer: customers.rows[0].state },
      ...{ open: orders.rows[0].open, lane: lanes.rows[0].admission },
    };
  }
});

const ENDED = new Set(['succeeded', 'failed']);
const NOTHING = { user: 'deleted', customer: 'deleted', open: 0, lane: 'deleted' };
const EVERYTHING = { user: 'active', customer: 'active', open: 2, lane: 'open' };
