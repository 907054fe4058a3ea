// An installation in which nobody believes who cannot prove it: the shared servers speak TLS, and each process has a role
// of its own in its database, that owns nothing.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { Agent, fetch } from 'undici';
import type { Databases } from './databases.js';
import { freePort } from './ports.js';
import { migrate, pause, type Project, type Variables } from './processes.js';
import { backends, postgresUrl, redisUrl, secrets } from './servers.js';

const ROOT = path.resolve(__dirname, '../..');
const PART: Record<Project, string> = {
  gateway: 'gateway-api',
  identity: 'identity',
  ordering: 'ordering',
  // Its name is not asked for: it is called at 127.0.0.1.
  billing: 'ordering',
};

export function makeCertificates(folder: string): void {
  execFileSync(process.execPath, ['deploy/certificates.mjs', folder], { cwd: ROOT, stdio: 'pipe' });
}

/** What a process needs to prove who it is, and to have others prove it. */
export function tlsOf(folder: string, project: Project): Variables {
  const at = (name: string): string => path.join(folder, name);
  const part = PART[project];
  return {
    TLS_CA_FILE: at('ca.crt'),
    TLS_CERT_FILE: at(`${part}.crt`),
    TLS_KEY_FILE: at(`${part}.key`),
  };
}

/** Lets the tests' own `fetch` trust the folder's CA: that of Node.js cannot be told. @returns what undoes it */
export function trustCa(folder: string): () => unknown {
  const before = globalThis.fetch;
  const dispatcher = new Agent({ connect: { ca: readFileSync(path.join(folder, 'ca.crt'), 'utf8') } });
  const trusting = (input: string, init?: object): unknown => fetch(input, { ...init, dispatcher });
  globalThis.fetch = trusting as typeof globalThis.fetch;
  return () => {
    globalThis.fetch = before;
    return dispatcher.destroy();
  };
}

/** Makes a role beside the owner's, and has the migrations give it its rights, as `npm run migrate` does. */
export async function giveRuntimeRoles({ urls }: Databases): Promise<void> {
  await Promise.all(
    Object.entries(urls).map(async ([project, url]) => {
      const owner = new URL(url).username;
      const role = `${owner}_runtime`;
      await asSuperuser(async (client) => {
        await client.query(`create role ${role} login password '${role}'`);
        await client.query(`grant connect on database ${owner} to ${role}`);
      });
      const name = project.toUpperCase();
      const env = { [`${name}_DATABASE_URL`]: url, [`${name}_DATABASE_RUNTIME_ROLE`]: role };
      await migrate(project, { PATH: process.env.PATH!, ...env });
    }),
  );
}

/** @returns the address of a database for the role of its process, by TLS */
export function hardenedUrl(ownersUrl: string): string {
  const url = new URL(ownersUrl);
  url.username = url.password = `${url.username}_runtime`;
  url.searchParams.set('sslmode', 'verify-full');
  return url.href;
}

let tlsPort: number | null = null;

/** @returns the address of the shared Redis by TLS, at the port that `speakTls` has opened */
export async function queueUrl(plain: string): Promise<string> {
  const url = new URL(plain.replace(/^redis:/, 'rediss:'));
  url.port = String(tlsPort);
  return Promise.resolve(url.href);
}

/** Lets the shared servers speak TLS beside what they speak. @returns what undoes it */
export async function speakTls(folder: string): Promise<() => Promise<void>> {
  await asSuperuser((client) => encrypt(client, folder));
  if (!backends().includes('redis')) return () => Promise.resolve();
  const redis = new Redis(redisUrl());
  const at = (name: string): string => path.join(folder, name);
  await redis.config('SET', 'tls-cert-file', at('redis.crt'), 'tls-key-file', at('redis.key'));
  await redis.call('CONFIG', 'SET', 'tls-ca-cert-file', at('ca.crt'), 'tls-auth-clients', 'no');
  tlsPort = await freePort();
  await redis.config('SET', 'tls-port', tlsPort);
  return async () => {
    await redis.config('SET', 'tls-port', 0);
    redis.disconnect();
  };
}

/** By the server's own hand: it is another user's where the tests are root's, and insists on a key that is its own. */
async function encrypt(client: Client, folder: string): Promise<void> {
  for (const name of ['postgres.crt', 'postgres.key']) {
    const content = client.escapeLiteral(readFileSync(path.join(folder, name), 'utf8'));
    const [{ directory }] = (
      await client.query<{ directory: string }>(`select current_setting('data_directory') as directory`)
    ).rows as [{ directory: string }];
    // Without the form of text, which would write two characters for the end of a line.
    await client.query(
      `copy (select regexp_split_to_table(${content}, E'\\n')) to program 'umask 077; cat > ${directory}/${name}'`,
    );
  }
  await client.query(`alter system set ssl_cert_file = 'postgres.crt'`);
  await client.query(`alter system set ssl_key_file = 'postgres.key'`);
  await client.query('alter system set ssl = on');
  await client.query('select pg_reload_conf()');
  while (!(await isOn(client))) await pause(20);
}

async function isOn(client: Client): Promise<boolean> {
  return (await client.query<{ ssl: string }>('show ssl')).rows[0]!.ssl === 'on';
}

async function asSuperuser<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: postgresUrl() });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** What `npm run secrets` writes beside the keys that sign. */
export function verifyKeys(): { SERVICE_VERIFY_KEYS: string; TOKEN_VERIFY_KEYS: string } {
  const { SERVICE_SIGNING_KEY, TOKEN_SIGNING_KEYS } = secrets();
  const published = (keys: object[]): string =>
    JSON.stringify({ keys: keys.map((key) => ({ ...key, d: undefined })) });
  return {
    SERVICE_VERIFY_KEYS: published([JSON.parse(SERVICE_SIGNING_KEY) as object]),
    TOKEN_VERIFY_KEYS: published((JSON.parse(TOKEN_SIGNING_KEYS) as { keys: object[] }).keys),
  };
}
