// Fresh databases on the shared server, each with a role that owns it and may not enter the others.
import { randomBytes } from 'node:crypto';
import { Client, Pool } from 'pg';
import { migrate, type Project } from './processes.js';
import { postgresUrl } from './servers.js';

/** Whatever number; all processes of a run of the tests take the same lock. */
const TEMPLATES_LOCK = 2_026;

export interface Databases {
  /** The address of each database, for its own role. */
  urls: Record<string, string>;
  drop(): Promise<void>;
}

/** Makes one empty database for each name; the real names are random, so that no two tests meet. */
export function createDatabases(...names: string[]): Promise<Databases> {
  return create(names, createDatabase);
}

/**
 * The same with the tables of each project. They are copied: to run the migrations anew for every system took
 * three and a half seconds of the processor, a tenth of all that the tests take.
 */
export async function createMigratedDatabases(...projects: Project[]): Promise<Databases> {
  await makeTemplates(projects);
  return create(projects, copyTemplate);
}

/** A connection that a test cuts, or that ends with its database, is no failure of the test. */
export function openPool(connectionString: string): Pool {
  const ignore = (): void => undefined;
  return new Pool({ connectionString, max: 4 })
    .on('error', ignore)
    .on('connect', (client) => client.on('error', ignore));
}

async function create<Name extends string>(
  names: readonly Name[],
  createOne: (client: Client, real: string, name: Name) => Promise<void>,
): Promise<Databases> {
  const suffix = randomBytes(6).toString('hex');
  const real = names.map((name) => `${name}_${suffix}`);
  await asSuperuser(async (client) => {
    for (const [index, name] of names.entries()) await createOne(client, real[index]!, name);
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

async function copyTemplate(client: Client, name: string, project: Project): Promise<void> {
  const template = templateOf(project);
  await client.query(`CREATE ROLE ${name} LOGIN PASSWORD '${name}'`);
  await client.query(`CREATE DATABASE ${name} OWNER ${name} TEMPLATE ${template}`);
  await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
  await asSuperuser((inside) => inside.query(`REASSIGN OWNED BY ${template} TO ${name}`), name);
}

/** Whichever test of a run needs them first makes them; the others wait for it. */
async function makeTemplates(projects: readonly Project[]): Promise<void> {
  await asSuperuser(async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [TEMPLATES_LOCK]);
    await Promise.all(projects.map((project) => asSuperuser((one) => makeTemplate(one, project))));
  });
}

async function makeTemplate(client: Client, project: Project): Promise<void> {
  const template = templateOf(project);
  const made = 'SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate';
  if ((await client.query(made, [template])).rowCount === 1) return;
  await createDatabase(client, template);
  await migrate(project, {
    PATH: process.env.PATH!,
    [`${project.toUpperCase()}_DATABASE_URL`]: urlOf(template),
  });
  // Its role keeps the tables alone: what is reassigned in a copy must not be the template itself.
  await client.query(`ALTER DATABASE ${template} OWNER TO CURRENT_USER`);
  await client.query(`ALTER DATABASE ${template} IS_TEMPLATE true`);
}

function templateOf(project: Project): string {
  return `template_${project}`;
}

/** Processes that a test killed may still be connected. */
async function dropDatabase(client: Client, name: string): Promise<void> {
  await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await client.query(`DROP ROLE IF EXISTS ${name}, ${name}_runtime`);
}

async function asSuperuser(work: (client: Client) => Promise<unknown>, database?: string): Promise<void> {
  const client = new Client({ connectionString: database ? superuserUrl(database) : postgresUrl() });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function superuserUrl(database: string): string {
  const url = new URL(postgresUrl());
  url.pathname = `/${database}`;
  return url.href;
}

function urlOf(name: string): string {
  const url = new URL(postgresUrl());
  url.username = name;
  url.password = name;
  url.pathname = `/${name}`;
  return url.href;
}

/** Every column of every table, the queue's in the gateway's database too, as text. */
export async function tablesWithText(database: string, pool: Pool, text: string): Promise<string[]> {
  const { rows } = await pool.query<{ table: string }>(
    `select format('%I.%I', schemaname, tablename) as table from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  const found: string[] = [];
  for (const { table } of rows) {
    const hits = await pool.query(`select 1 from ${table} t where t::text ilike $1 limit 1`, [`%${text}%`]);
    if (hits.rows.length > 0) found.push(`${database}.${table.split('.')[1]}`);
  }
  return found;
}
