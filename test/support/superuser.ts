// What an operator or a failover does to a database while processes are connected to it.
import { Client } from 'pg';
import { postgresUrl } from './servers.js';

/** @param url of a database as its own role; the role has the same name */
export async function asOperator<Result>(
  url: string,
  work: (client: Client, name: string) => Promise<Result>,
): Promise<Result> {
  const name = new URL(url).pathname.slice(1);
  const client = new Client({ connectionString: postgresUrl() });
  await client.connect();
  try {
    return await work(client, name);
  } finally {
    await client.end();
  }
}

/** Cuts every connection to it. */
export function terminateAll(url: string): Promise<void> {
  return asOperator(url, async (client, name) => {
    await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  });
}

/** As a server that another has taken over from: new connections can read, and the old ones are cut. */
export async function turnReadOnly(url: string): Promise<void> {
  await asOperator(url, (client, name) =>
    client.query(`alter database ${name} set default_transaction_read_only = on`),
  );
  await terminateAll(url);
}

/** Nobody is told: whoever wants to write has to find out. */
export async function turnWritable(url: string): Promise<void> {
  await asOperator(url, (client, name) =>
    client.query(`alter database ${name} reset default_transaction_read_only`),
  );
}

/** What a role may have been given for other programs, and is not what a session relies on. */
export const ODD_SETTINGS: Readonly<Record<string, string>> = {
  DateStyle: 'German, DMY',
  TimeZone: 'Asia/Kathmandu',
  IntervalStyle: 'sql_standard',
  bytea_output: 'escape',
  extra_float_digits: '-3',
  array_nulls: 'off',
  client_encoding: 'LATIN1',
  search_path: 'pg_catalog',
  synchronous_commit: 'off',
  default_transaction_isolation: 'serializable',
  statement_timeout: '1min',
};

export async function setOddly(url: string): Promise<void> {
  await asOperator(url, async (client, name) => {
    for (const [setting, value] of Object.entries(ODD_SETTINGS)) {
      const given = setting === 'DateStyle' ? value : client.escapeLiteral(value);
      await client.query(`alter role ${name} set ${setting} = ${given}`);
    }
  });
}
