import { randomUUID } from 'node:crypto';
import { migrate } from '@turnpike/service';
import { Client } from 'pg';
import { databaseOptions } from '../ordering/src/database.js';
import { createDatabases } from './support/databases.js';

const NAMELESS = 'NamelessLines1764530000001';
const NOT_YET = ['Outbox1763900000000', 'Purge1763900000001', NAMELESS];

test('customers and orders of before there were purges are as they were, and can be purged', async () => {
  const databases = await createDatabases('ordering');
  const options = databaseOptions(databases.urls['ordering']!);
  const migrations = (options.migrations as (new () => object)[]).filter(
    ({ name }) => !NOT_YET.includes(name),
  );
  await migrate({ ...options, migrations });
  const client = new Client(options.url);
  await client.connect();
  const [active, deleted] = [randomUUID(), randomUUID()];
  await client.query('insert into customers (user_id, name) values ($1, $2)', [active, 'Ada']);
  await client.query(
    `insert into customers (user_id, name, state, deleted_at, deleted_by) values ($1, 'Bob', 'deleted', now(), 'x')`,
    [deleted],
  );
  await client.query(
    `insert into orders (id, user_id, status, lines, total_amount, currency, delivery, payment_reference, seq)
     values (gen_random_uuid(), $1, 'paid', '[]', 0, 'EUR', '{}', 'p', 1)`,
    [deleted],
  );
  const read = 'select id, user_id, name, state, deleted_at, deleted_by from customers order by name';
  const before = (await client.query(read)).rows;
  expect(await migrate(options)).toEqual(NOT_YET);
  expect((await client.query(read)).rows).toEqual(before);
  // Only what was erased may be without a payment.
  await expect(client.query('update orders set payment_reference = null')).rejects.toThrow(
    'paid_has_payment',
  );
  await client.query('update orders set payment_reference = null, erased_at = now()');
  await client.end();
  await databases.drop();
});

test('orders that were erased before lose the names of their lines, and no others do', async () => {
  const databases = await createDatabases('ordering');
  const options = databaseOptions(databases.urls['ordering']!);
  const migrations = (options.migrations as (new () => object)[]).filter(({ name }) => name !== NAMELESS);
  await migrate({ ...options, migrations });
  const client = new Client(options.url);
  await client.connect();
  for (const [number, erasedAt] of [
    [1, 'now()'],
    [2, 'null'],
  ] as const) {
    await client.query(
      `insert into orders (id, user_id, status, lines, total_amount, currency, delivery, seq, erased_at)
       values (gen_random_uuid(), gen_random_uuid(), 'placed', $1, 0, 'EUR', '{}', ${number}, ${erasedAt})`,
      [JSON.stringify([{ sku: 'a', name: 'for Ada' }])],
    );
  }
  await migrate(options);
  const names = `select lines -> 0 ->> 'name' as name, lines -> 0 ->> 'sku' as sku from orders order by seq`;
  const read = async (): Promise<unknown> => (await client.query(names)).rows;
  expect(await read()).toEqual([
    { name: 'erased', sku: 'a' },
    { name: 'for Ada', sku: 'a' },
  ]);
  // As a process of the version before erases one.
  await client.query('update orders set erased_at = now() where seq = 2');
  expect(await read()).toEqual([
    { name: 'erased', sku: 'a' },
    { name: 'erased', sku: 'a' },
  ]);
  await client.end();
  await databases.drop();
});
