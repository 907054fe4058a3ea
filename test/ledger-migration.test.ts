import { migrate } from '@turnpike/service';
import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { databaseOptions } from '../libs/engine/src/ledger/database.js';
import { createDatabases, type Databases } from './support/databases.js';

let databases: Databases;
let client: Client;
beforeEach(async () => {
  databases = await createDatabases('gateway');
  client = new Client(databases.urls['gateway']);
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await databases.drop();
});

const optionsOf = (): ReturnType<typeof databaseOptions> =>
  databaseOptions({ databaseUrl: databases.urls['gateway']! });

/** Makes the ledger as it was before that migration. */
async function migrateTo(first: string): Promise<void> {
  const options = optionsOf();
  const all = options.migrations as (new () => object)[];
  const earlier = all.slice(
    0,
    all.findIndex(({ name }) => name === first),
  );
  await migrate({ ...options, migrations: earlier });
}

test('steps that had a table of their own are in the rows of their operations', async () => {
  await migrateTo('Batches1764000000000');
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
  expect(await migrate(optionsOf())).toContain('Batches1764000000000');
  const { rows } = await client.query('select steps from operations where id = $1', [id]);
  expect(rows).toEqual([
    {
      steps: [
        { name: 'identity.register', service: 'identity', state: 'applied', attempts: 3 },
        { name: 'ordering.create-customer', service: 'ordering', state: 'pending', attempts: 0 },
      ],
    },
  ]);
});

describe('what an operation does to its lane', () => {
  const NOT_YET = 'Effects1764630000000';

  /** More registrations than one statement of the migration takes. */
  const MANY = 2100;

  const EFFECTS = [
    { kind: 'event.user-deleted', effect: 'follows', reports_deletion: true, changes_roles: false },
    { kind: 'event.user-updated', effect: 'follows', reports_deletion: false, changes_roles: false },
    { kind: 'order.place', effect: 'writes', reports_deletion: false, changes_roles: false },
    { kind: 'repair.user', effect: 'follows', reports_deletion: false, changes_roles: false },
    { kind: 'user.delete', effect: 'closes', reports_deletion: false, changes_roles: false },
    { kind: 'user.purge', effect: 'ends', reports_deletion: false, changes_roles: false },
    { kind: 'user.register', effect: 'opens', reports_deletion: false, changes_roles: false },
    { kind: 'user.restore', effect: 'reopens', reports_deletion: false, changes_roles: false },
    { kind: 'user.set-roles', effect: 'writes', reports_deletion: false, changes_roles: true },
  ];

  /** As a version does that knows no effects: one operation of each kind in that many lanes. */
  async function write(kinds: readonly string[], lanes: number): Promise<void> {
    await client.query(
      `with made as (
         insert into lanes (user_id, last_seq, depth)
         select gen_random_uuid(), cardinality($1::text[]), cardinality($1::text[]) from generate_series(1, $2)
         returning user_id
       )
       insert into operations (user_id, seq, id, kind, target_type, target_id, payload, steps, changes)
       select user_id, seq, gen_random_uuid(), kind, 'user', user_id, '{}', '[]', '{1}'
       from made, unnest($1::text[]) with ordinality as kind (kind, seq)`,
      [kinds, lanes],
    );
  }

  const effects = async (): Promise<unknown[]> =>
    (
      await client.query(
        'select distinct kind, effect, reports_deletion, changes_roles from operations order by kind',
      )
    ).rows;

  it('stands in the rows of before, those too that somebody is at meanwhile', async () => {
    await migrateTo(NOT_YET);
    await write(
      EFFECTS.map(({ kind }) => kind),
      1,
    );
    await write(['user.register'], MANY);
    await migrateTo('EffectsOfBefore1764630000001');
    await client.query('begin');
    await client.query(`select 1 from operations where kind in ('user.restore', 'repair.user') for update`);
    const migrated = migrate(optionsOf());
    setTimeout(() => void client.query('commit'), 1000);
    expect(await migrated).toContain('EffectsOfBefore1764630000001');
    expect(await effects()).toEqual(EFFECTS);
  });

  it('stands in the rows of a version that does not say it', async () => {
    await migrate(optionsOf());
    await write(
      EFFECTS.map(({ kind }) => kind),
      2,
    );
    expect(await effects()).toEqual(EFFECTS);
  });
});
