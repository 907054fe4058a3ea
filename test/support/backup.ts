// A backup of a service's database, and its restore: every row of its tables is as it was, and nothing else is.
import { randomBytes } from 'node:crypto';
import { Client, type Pool } from 'pg';
import { postgresUrl } from './servers.js';

export interface Backup {
  /** Puts the tables back as they were, under the processes that use them. */
  restore(): Promise<void>;
}

/** Copies every table beside itself, in the same database, in one transaction. */
export async function backUp(database: Pool): Promise<Backup> {
  const schema = `backup_${randomBytes(4).toString('hex')}`;
  await asSuperuser(database, async (client) => {
    const copies = (await tablesOf(client)).map(
      (table) => `create table ${schema}.${table} as table ${table}`,
    );
    await inTransaction(
      client,
      ['set transaction isolation level repeatable read'],
      [`create schema ${schema}`, ...copies],
    );
  });
  return { restore: () => asSuperuser(database, (client) => restoreFrom(schema, client)) };
}

/** Triggers and foreign keys hold what comes by the front door; a backup comes by the back. */
async function restoreFrom(schema: string, client: Client): Promise<void> {
  const tables = await tablesOf(client);
  const rows = tables.map(
    (table) => `insert into ${table} overriding system value select * from ${schema}.${table}`,
  );
  await inTransaction(
    client,
    ['set local session_replication_role = replica'],
    [`truncate ${tables.join()}`, ...rows],
  );
}

async function inTransaction(client: Client, ...statements: string[][]): Promise<void> {
  for (const statement of ['begin', ...statements.flat(), 'commit']) await client.query(statement);
}

async function tablesOf(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' and tablename <> 'migrations' order by 1`,
  );
  return rows.map(({ name }) => `"${name}"`);
}

async function asSuperuser(database: Pool, work: (client: Client) => Promise<void>): Promise<void> {
  const url = new URL(postgresUrl());
  url.pathname = new URL(database.options.connectionString!).pathname;
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
