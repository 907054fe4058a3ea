import { Database, problemOf } from '@turnpike/service';
import { Client } from 'pg';
import { HAS_TOO_MUCH } from '../libs/service/src/database/runtime-role.js';
import { createDatabases } from './support/databases.js';
import { postgresUrl } from './support/servers.js';

let database: Database;
let server: Client;
let drop: () => Promise<void>;
beforeAll(async () => {
  const databases = await createDatabases('plain');
  const options = { url: databases.urls['plain']!, entities: [], migrations: [] };
  database = new Database({ ...options, applicationName: 'test', poolSize: 1 });
  drop = () => databases.drop();
  server = new Client({ connectionString: databases.urls['plain']! });
  await Promise.all([database.start(), server.connect()]);
});
afterAll(async () => {
  await database.onApplicationShutdown();
  await server.end();
  await drop();
});

/** What the one connection has prepared, by the names. */
async function prepared(): Promise<string[]> {
  const rows = await database.query<{ name: string }>('select name from pg_prepared_statements');
  return rows.map(({ name }) => name);
}

describe('statements', () => {
  it('are prepared under the name that they give themselves', async () => {
    for (const n of [1, 2]) {
      expect(await database.query('/* a.name */ select $1::integer as n', [n])).toEqual([{ n }]);
    }
    expect((await prepared()).filter((name) => name === 'a.name')).toEqual(['a.name']);
  });

  it('are prepared for TypeORM, too, where they have parameters', async () => {
    await database.manager.query('/* of.typeorm */ select $1::integer', [1]);
    await database.manager.query('/* without.parameters */ select 1');
    expect(await prepared()).toContain('of.typeorm');
    expect(await prepared()).not.toContain('without.parameters');
  });
});

describe('the role of a process', () => {
  it.each([
    ['', 'grant select, insert, update, delete on audit to narrow', false],
    ['', 'alter table audit owner to narrow', true],
    ['', 'grant truncate on audit to narrow', true],
    ['', 'grant trigger on audit to narrow', true],
    ['createrole', 'grant select on audit to narrow', true],
    ['superuser', 'grant select on audit to narrow', true],
  ])('%s with “%s” has too much: %s', async (attributes, grant, hasTooMuch) => {
    const client = new Client({ connectionString: postgresUrl() });
    await client.connect();
    await client.query(`begin; create role narrow ${attributes}; create table public.audit (id int); ${grant};
      set local role narrow`);
    const { rows } = await client.query(HAS_TOO_MUCH);
    await client.end();
    expect(rows).toEqual([{ hasTooMuch }]);
  });
});

describe('a transaction', () => {
  beforeAll(() => database.query('create table things (id integer primary key)'));

  it('is one: what fails later takes back what came before', async () => {
    const work = database.statements(async (tx) => {
      await tx.query('insert into things values ($1)', [1]);
      await tx.query('insert into things values ($1)', [1]);
    });
    await expect(work).rejects.toThrow('duplicate key');
    expect(await database.query('select id from things')).toEqual([]);
  });

  it('does not commit when its last statement fails, though the commit was sent with it', async () => {
    const work = database.statements(async (tx) => {
      await tx.query('insert into things values ($1)', [2]);
      await tx.last.query('insert into things values ($1)', [2]);
    });
    await expect(work).rejects.toThrow('duplicate key');
    expect(await database.query('select id from things')).toEqual([]);
  });

  it('fails when a failure in it was swallowed', async () => {
    const work = database.statements((tx) =>
      tx.query('select 1 / $1::integer', [0]).catch(() => 'never mind'),
    );
    await expect(work).rejects.toThrow('ended with ROLLBACK');
  });

  it('leaves its connection fit for the next', async () => {
    await database.statements((tx) => tx.query('select 1 / $1::integer', [0])).catch(() => undefined);
    await database.statements((tx) => tx.last.query('insert into things values ($1)', [3]));
    expect(await database.query('select id from things')).toEqual([{ id: 3 }]);
  });

  it('says that the database is away when its connection is lost, whatever is asked of it then', async () => {
    const work = database.statements(async (tx) => {
      const [backend] = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
      await server.query('select pg_terminate_backend($1)', [backend!.pid]);
      await tx.query('select 1').catch(() => undefined);
      await tx.entities.query('select 1');
    });
    expect(problemOf(await work.catch((error: unknown) => error))).toMatchObject({ code: 'unavailable' });
    expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
  });
});
