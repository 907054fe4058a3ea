// Fresh databases on the shared server, each with a role that owns it and may not enter the others.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { postgresUrl } from './servers.js';

export interface Databases {
  /** The address of each database, for its own role. */
  urls: Record<string, string>;
  drop(): Promise<void>;
}

/** Makes one database for each name; the real names are random, so that no two tests meet. */
export async function createDatabases(...names: string[]): Promise<Databases> {
  const suffix = randomBytes(6).toString('hex');
  const real = names.map((name) => `${name}_${suffix}`);
  await asSuperuser(async (client) => {
    for (const name of real) await createDatabase(client, name);
  });
  const urls = Object.fromEntries(names.map((name, index) => [name, urlOf(real[index]!)]));
  const drop = (): Promise<void> =>
    asSuperuser(async (client) => {
      for (const name of real) await dropDatabase(client, name);
    });
  return { urls, drop };
}

async function createDatabase(client: Client, name: string): Promise<void> {
  await client.query(`CREATE ROLE ${name} LOGIN PASSWORD '${name}'`);
  await client.query(`CREATE DATABASE ${name} OWNER ${name}`);
  await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
}

/** Processes that a test killed may still be connected. */
async function dropDatabase(client: Client, name: string): Promise<void> {
  await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await client.query(`DROP ROLE IF EXISTS ${name}`);
}

async function asSuperuser(work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: postgresUrl() });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function urlOf(name: string): string {
  const url = new URL(postgresUrl());
  url.username = name;
  url.password = name;
  url.pathname = `/${name}`;
  return url.href;
}
