import { randomUUID } from 'node:crypto';
import { migrate } from '@turnpike/service';
import { Client } from 'pg';
import { databaseOptions } from '../identity/src/database.js';
import { createDatabases } from './support/databases.js';

const NOT_YET = ['Outbox1763900000000', 'Purge1763900000001', 'Retention1764420000001'];

/** Deleted as the release before did it. */
const DELETED_USER = `
  with credential as (insert into credentials (hash) values ('h') returning id),
    address as (insert into email_addresses (email, user_id) values ('ada@example.com', $1))
  insert into users (id, email, first_name, last_name, roles, credential_id, state, deleted_at)
  select $1, 'ada@example.com', 'Ada', 'Lovelace', '{admin}', id, 'deleted', now() from credential`;

test('users of before there were purges are as they were; a user without an address must be purged', async () => {
  const databases = await createDatabases('identity');
  const options = databaseOptions(databases.urls['identity']!);
  const migrations = (options.migrations as (new () => object)[]).filter(
    ({ name }) => !NOT_YET.includes(name),
  );
  await migrate({ ...options, migrations });
  const client = new Client(options.url);
  await client.connect();
  await client.query(
    'alter table email_addresses alter constraint email_addresses_user_id_fkey deferrable initially deferred',
  );
  await client.query(DELETED_USER, [randomUUID()]);
  const before = (await client.query('select * from users')).rows;
  expect(await migrate(options)).toEqual(NOT_YET);
  expect((await client.query('select * from users')).rows).toEqual(before);
  await expect(client.query('update users set email = null')).rejects.toThrow('purged_has_nothing');
  await expect(client.query(`update users set state = 'purged'`)).rejects.toThrow('purged_has_nothing');
  await client.end();
  await databases.drop();
});
