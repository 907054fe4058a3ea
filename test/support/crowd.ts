// Many registered users at once, by SQL: as if each had registered and placed an order, which would take minutes.
import { randomUUID } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { type Person, register } from './client.js';
import type { System } from './system.js';

export type Member = Pick<Person, 'id' | 'email' | 'password'> & { orderId: string };

/** All of them have the password of one who has really registered: its hash takes 50 ms to make. */
export async function makeCrowd({ gatewayUrls: [url], databases }: System, count: number): Promise<Member[]> {
  const { id: model, password } = await register(url!);
  const crowd = Array.from({ length: count }, (): Member => {
    const id = uuidv7();
    return { id, email: `crowd-${randomUUID()}@example.com`, password, orderId: uuidv7() };
  });
  const ids = crowd.map(({ id }) => id);
  const emails = crowd.map(({ email }) => email);
  const { identity, ordering, gateway } = databases;
  await identity.query(
    `with person as (
       select id, email, gen_random_uuid() as credential from unnest($1::uuid[], $2::text[]) as p (id, email)
     ), credential as (
       insert into credentials (id, hash)
       select credential, (select hash from credentials c join users u on u.credential_id = c.id where u.id = $3)
       from person
     ), address as (
       insert into email_addresses (email, user_id) select email, id from person
     ), fence as (
       insert into fences (user_id, seq, epoch) select id, 2, 1 from person
     )
     insert into users (id, email, first_name, last_name, roles, credential_id)
     select id, email, 'Grace', 'Hopper', '{}', credential from person`,
    [ids, emails, model],
  );
  const orders = crowd.map(({ orderId }) => orderId);
  await ordering.query(
    `with person as (select * from unnest($1::uuid[], $2::uuid[]) as p (id, order_id)), fence as (
       insert into fences (user_id, seq, epoch) select id, 2, 1 from person
     ), placed as (
       insert into orders (id, user_id, status, lines, total_amount, currency, delivery, reference, seq)
       select order_id, id, 'placed', '[]', 0, 'EUR', '{"name": "Grace Hopper"}', 'personal', 2 from person
     )
     insert into customers (user_id, name, phone) select id, 'Grace Hopper', '+43 1' from person`,
    [ids, orders],
  );
  await gateway.query(
    `with lane as (insert into lanes (user_id, last_seq) select unnest($1::uuid[]), 2)
     insert into target_lanes (type, user_id, id) select 'order', * from unnest($1::uuid[], $2::uuid[])`,
    [ids, orders],
  );
  return crowd;
}
