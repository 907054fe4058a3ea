import { migrate } from '@turnpike/service';
import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { databaseOptions } from '../libs/engine/src/ledger/database.js';
import { createDatabases } from './support/databases.js';

/** The first that the ledger of this test lacks. */
const NOT_YET = 'Batches1764000000000';

test('steps that had a table of their own are in the rows of their operations', async () => {
  const databases = await createDatabases('gateway');
  const options = databaseOptions({ databaseUrl: databases.urls['gateway']! });
  const all = options.migrations as (new () => object)[];
  const earlier = all.slice(
    0,
    all.findIndex(({ name }) => name === NOT_YET),
  );
  await migrate({ ...options, migrations: earlier });
  const client = new Client(options.url);
  await client.connect();
  const [userId, id] = [uuidv7(), uuidv7()];
  await client.query('insert into lanes (user_id, last_seq, depth) values ($1, 1, 1)', [userId]);
  await client.query(
    `insert into operations (user_id, seq, id, kind, target_type, target_id, payload)
     values ($1, 1, $2, 'user.register', 'user', $1, '{}')`,
    [userId, id],
  );
  await client.query(
    `insert into steps (user_id, seq, position, name, service, state, attempts) values
       ($1, 1, 2, 'ordering.create-customer', 'ordering', 'pending', 0),
       ($1, 1, 1, 'identity.register', 'identity', 'applied', 3)`,
    [userId],
  );
  expect(await migrate(options)).toContain(NOT_YET);
  const { rows } = await client.query('select steps from operations where id = $1', [id]);
  expect(rows).toEqual([
    {
      steps: [
        { name: 'identity.register', service: 'identity', state: 'applied', attempts: 3 },
        { name: 'ordering.create-customer', service: 'ordering', state: 'pending', attempts: 0 },
      ],
    },
  ]);
  await client.end();
  await databases.drop();
});
