import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Client } from 'pg';

interface Urls {
  superuser: string;
  first: string;
  second: string;
}

describe('the embedded PostgreSQL', () => {
  let folder: string;
  const started: ChildProcess[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'turnpike-embedded-'));
  });

  afterAll(async () => {
    await Promise.all(started.map(stop));
    await rm(folder, { recursive: true, force: true });
  });

  async function start(): Promise<{ parent: ChildProcess; urls: Urls }> {
    const script = path.join(__dirname, 'support/run-postgres.mjs');
    const parent = spawn(process.execPath, [script, path.join(folder, 'postgres')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    started.push(parent);
    const [line] = (await Promise.race([once(parent.stdout, 'data'), failure(parent)])) as [Buffer];
    return { parent, urls: JSON.parse(line.toString()) as Urls };
  }

  const pidFile = (): string => path.join(folder, 'postgres/data/postmaster.pid');
  const serverPid = async (): Promise<number> => parseInt(await readFile(pidFile(), 'utf8'));

  it('keeps its data and its passwords over an orderly restart', async () => {
    const { parent, urls } = await start();
    await query(urls.first, 'CREATE TABLE kept AS SELECT 42 AS answer');
    expect(await stop(parent)).toBe(0);
    await expect(serverPid()).rejects.toThrow('ENOENT');

    const again = await start();
    expect(password(again.urls.first)).toBe(password(urls.first));
    expect(await query(again.urls.first, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await stop(again.parent);
  });

  it('lets a role own its database and not even enter another one', async () => {
    const { parent, urls } = await start();
    await query(urls.second, 'CREATE TABLE mine (id int)');
    const intruder = new URL(urls.first);
    for (const other of ['second', 'postgres', 'template1']) {
      intruder.pathname = other;
      await expect(query(intruder.href, 'SELECT 1')).rejects.toThrow('permission denied for database');
    }
    intruder.pathname = 'first';
    intruder.password = 'wrong';
    await expect(query(intruder.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
    await stop(parent);
  });

  it('listens on this machine only, syncs to disk, and keeps its secrets to itself', async () => {
    const { parent, urls } = await start();
    const settings = await query(
      urls.superuser,
      `SELECT name, setting FROM pg_settings
        WHERE name IN ('fsync', 'listen_addresses', 'max_connections', 'unix_socket_directories') ORDER BY name`,
    );
    expect(settings.map(({ setting }) => setting)).toEqual(['on', '127.0.0.1', '200', '']);
    expect((await stat(path.join(folder, 'postgres/password'))).mode & 0o777).toBe(0o600);
    await stop(parent);
  });

  it('takes over from a server whose parent was killed', async () => {
    const { parent, urls } = await start();
    await query(urls.first, 'CREATE TABLE written_before_the_kill AS SELECT 1 AS one');
    const orphan = await serverPid();
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    expect(isAlive(orphan)).toBe(true);

    const again = await start();
    expect(isAlive(orphan)).toBe(false);
    expect(await query(again.urls.first, 'SELECT one FROM written_before_the_kill')).toEqual([{ one: 1 }]);
    await stop(again.parent);
  });

  it('starts although the pid file of a crashed server names a stranger', async () => {
    await writeFile(pidFile(), `${process.pid}\n`);
    const { parent, urls } = await start();
    expect(await query(urls.first, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(isAlive(process.pid)).toBe(true);
    await stop(parent);
  });
});

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Its exit code; null if it was killed. */
async function stop(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  return child.exitCode;
}

async function failure(child: ChildProcess): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number | null];
  throw new Error(`the server's parent ended with ${code}`);
}

function password(url: string): string {
  return new URL(url).password;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
