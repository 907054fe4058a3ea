// Faults that no write of ours can make: planted behind the services' backs, each with what has to be found of it.
import { randomUUID } from 'node:crypto';
import type { Finding, FindingKind } from '@turnpike/protocol';
import type { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { api, expectStatus, LINE, type Person, register, WAIT } from './client.js';
import { inParallel } from './effects.js';
import type { System } from './system.js';

const CUSTOMERS = 'ordering.customers';
const PLACED = 'ordering.orders (placed)';

/** So many people are registered at a time. */
const AT_ONCE = 4;

/** @returns the findings that the planted faults are: 50 */
export async function plantFaults({ gatewayUrls: [url], databases }: System): Promise<Finding[]> {
  const { identity, ordering } = databases;
  const people = await registerMany(url!, 35);
  const take = (count: number): Person[] => people.splice(0, count);
  return (
    await Promise.all([
      ...times(4, () => customerOfNobody(ordering)),
      ...times(3, () => orderOfNobody(ordering)),
      ...take(3).map((person) => vanishedUser(identity, person)),
      ...take(5).map((person) => lostCustomer(ordering, person)),
      ...times(3, () => userOfNoLane(identity)),
      ...take(2).map((person) => deletedCustomer(ordering, person)),
      ...take(15).map((person) => oldCopy(ordering, person)),
      ...take(5).map((person) => deletedUser(identity, person)),
      ...take(5).map((person) => deletedUserWithOrder(url!, identity, person)),
    ])
  ).flat();
}

async function registerMany(url: string, count: number): Promise<Person[]> {
  const people: Person[] = [];
  await inParallel(count, AT_ONCE, async () => void people.push(await register(url)));
  return people;
}

async function customerOfNobody(ordering: Pool): Promise<Finding[]> {
  const userId = uuidv7();
  await ordering.query(`insert into customers (user_id, name) values ($1, 'Nobody')`, [userId]);
  return [finding(CUSTOMERS, 'dangling', userId)];
}

async function orderOfNobody(ordering: Pool): Promise<Finding[]> {
  const [id, userId] = [uuidv7(), uuidv7()];
  await ordering.query(
    `insert into orders (id, user_id, status, lines, total_amount, currency, delivery, seq)
     values ($1, $2, 'placed', '[]', 0, 'EUR', '{"name": "Nobody"}', 1)`,
    [id, userId],
  );
  return [finding(PLACED, 'dangling', userId, id)];
}

async function vanishedUser(identity: Pool, { id }: Person): Promise<Finding[]> {
  await identity.query(
    'delete from refresh_tokens using sessions s where session_id = s.id and s.user_id = $1',
    [id],
  );
  await identity.query('delete from sessions where user_id = $1', [id]);
  // Each refers to the other.
  await identity.query(
    'with address as (delete from email_addresses where user_id = $1) delete from users where id = $1',
    [id],
  );
  return [finding(CUSTOMERS, 'dangling', id)];
}

async function lostCustomer(ordering: Pool, { id }: Person): Promise<Finding[]> {
  await ordering.query('delete from customers where user_id = $1', [id]);
  return [finding(CUSTOMERS, 'missing', id)];
}

async function userOfNoLane(identity: Pool): Promise<Finding[]> {
  const [id, email] = [uuidv7(), `imported-${randomUUID()}@example.com`];
  await identity.query(
    `with address as (insert into email_addresses (email, user_id) values ($2, $1)),
       credential as (insert into credentials (hash) values ('none') returning id)
     insert into users (id, email, first_name, last_name, roles, credential_id)
     select $1, $2, 'Imported', 'User', '{}', id from credential`,
    [id, email],
  );
  return [finding(CUSTOMERS, 'missing', id)];
}

async function deletedCustomer(ordering: Pool, { id }: Person): Promise<Finding[]> {
  await ordering.query(
    `update customers set state = 'deleted', deleted_at = now(), deleted_by = 'somebody' where user_id = $1`,
    [id],
  );
  return [finding(CUSTOMERS, 'missing', id)];
}

async function oldCopy(ordering: Pool, { id }: Person): Promise<Finding[]> {
  await ordering.query(`update customers set name = 'Maiden Name' where user_id = $1`, [id]);
  return [finding(CUSTOMERS, 'stale-copy', id)];
}

async function deletedUser(identity: Pool, { id }: Person): Promise<Finding[]> {
  await identity.query(`update users set state = 'deleted', deleted_at = now() where id = $1`, [id]);
  return [finding(CUSTOMERS, 'live-after-delete', id)];
}

async function deletedUserWithOrder(url: string, identity: Pool, person: Person): Promise<Finding[]> {
  const answer = await api(url, person.token).post<{ id: string }>('/v1/orders', { lines: [LINE] }, WAIT);
  const order = expectStatus(answer, 201).id;
  const customer = await deletedUser(identity, person);
  return [...customer, finding(PLACED, 'live-after-delete', person.id, order)];
}

function finding(relation: string, kind: FindingKind, userId: string, id = userId): Finding {
  return { relation, kind, id, userId };
}

function times<Result>(count: number, work: () => Result): Result[] {
  return Array.from({ length: count }, work);
}
