// Many users at once, written into the tables instead of registered: what a test needs of them is a lane, a
// customer and an order to change, and a thousand registrations would take longer than the test.
import { v7 as uuidv7 } from 'uuid';
import { LINE } from '../support/client.js';
import type { System } from '../support/system.js';
import type { History } from './history.js';

export interface Lane {
  userId: string;
  orderId: string;
  registrationId: string;
}

export async function makeLanes({ databases }: System, count: number): Promise<Lane[]> {
  const lanes = Array.from({ length: count }, () => ({
    userId: uuidv7(),
    orderId: uuidv7(),
    registrationId: uuidv7(),
  }));
  const users = lanes.map(({ userId }) => userId);
  const orders = lanes.map(({ orderId }) => orderId);
  await databases.gateway.query(
    `insert into lanes (user_id, last_seq) select user_id, 1 from unnest($1::uuid[]) as user_id`,
    [users],
  );
  await databases.gateway.query(
    `insert into operations (user_id, seq, id, kind, state, target_type, target_id, payload, steps, epoch, attempts,
       release, released_at, started_at, deadline_at, finished_at)
     select user_id, 1, id, 'user.register', 'succeeded', 'user', user_id, '{}', '[]', 1, 1, 1, now(), now(), now(), now()
     from unnest($1::uuid[], $2::uuid[]) as registered (user_id, id)`,
    [users, lanes.map(({ registrationId }) => registrationId)],
  );
  await databases.gateway.query(
    `insert into target_lanes (type, id, user_id) select 'order', * from unnest($1::uuid[], $2::uuid[])`,
    [orders, users],
  );
  await databases.ordering.query(
    `insert into customers (user_id, name) select user_id, 'Grace Hopper' from unnest($1::uuid[]) as user_id`,
    [users],
  );
  await databases.ordering.query(
    `insert into orders (id, user_id, status, lines, total_amount, currency, delivery, seq)
     select id, user_id, 'placed', $3, 900, 'EUR', '{"name": "Grace Hopper"}', 1
     from unnest($1::uuid[], $2::uuid[]) as placed (id, user_id)`,
    [orders, users, JSON.stringify([LINE])],
  );
  return lanes;
}

/** What their registrations would have left in the services. */
export function withRegistrations(history: History, lanes: readonly Lane[]): History {
  const steps = lanes.map(({ registrationId }) => ({
    operationId: registrationId,
    step: 'identity.register',
    status: 200,
  }));
  const users = lanes.map(({ userId }) => ({ id: userId, state: 'active' }));
  return { ...history, steps: [...history.steps, ...steps], users: [...history.users, ...users] };
}
