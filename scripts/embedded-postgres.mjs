// A PostgreSQL of the checkout's own: made on the first start, found again by every later one.
//
// Below its folder lie `data` (the cluster) and `password` (the superuser's, mode 0600). The server listens on
// 127.0.0.1 only, has no socket file, and runs in a process group of its own, so that a terminal's Ctrl-C does not
// reach it while services still drain. If this process is killed, the guard stops the server GUARD_GRACE_S
// later; if that fails too, the next start finds the orphan by its pid file and stops it first.
import { spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, openSync, closeSync } from 'node:fs';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import pg from 'pg';
import { commandLineOf, isAlive, lastLinesOfFile, runQuietly, until } from './child.mjs';
import { Trouble } from './console.mjs';
import { findBinaries } from './postgres-binaries.mjs';
import { serverUser } from './postgres-user.mjs';

const HOST = '127.0.0.1';
const SUPERUSER = 'postgres';
const READY_WITHIN_MS = 60_000; // recovery after a crash replays the log first
const STOP_WITHIN_MS = 20_000;
const GUARD_GRACE_S = 15; // services notice the same death and drain first

const INITDB_OPTIONS = [
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin', // the same order and case rules on every machine
  '--builtin-locale=C.UTF-8',
  '--no-instructions',
];

const SERVER_SETTINGS = {
  listen_addresses: HOST,
  unix_socket_directories: '', // a socket's path may have 107 bytes, a checkout's has any length
  max_connections: '200',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/**
 * The guard's standard input is our end of a pipe: a line on it names a signal for the server, its end means
 * that we died. It signals only its own child, whose id cannot become anybody else's before `wait`.
 */
const GUARD = `
exec 3<&0
"$@" 3<&- </dev/null &
server=$!
{ while read -r signal; do kill -s "$signal" "$server"; done; sleep ${GUARD_GRACE_S}; kill -s INT "$server"; } <&3 &
watcher=$!
wait "$server"
code=$?
kill "$watcher" 2>/dev/null
exit "$code"
`;

/**
 * Starts the server on `folder`, with one database and role for each name in `databases`; `signal` gives up while the
 * folder is being made. Answers its port,
 * `urlOf(database)`, `superuserUrl`, `exited` (a promise of its exit code), `stop()` (a fast shutdown) and
 * `stopNow()` (at once; the next start recovers), which both resolve when the server is gone.
 */
export async function startPostgres({ folder, logFile, port, databases = [], signal }) {
  const cluster = await openCluster(folder, signal);
  await stopOrphan(cluster);
  const usedPort = port ?? (await freePort());
  const server = await launch(cluster, usedPort, logFile);
  const urlOf = (database) => urlFor(usedPort, database, rolePassword(cluster, database), database);
  const superuserUrl = urlFor(usedPort, SUPERUSER, cluster.password, 'postgres');
  try {
    await makeDatabases(cluster, superuserUrl, databases);
  } catch (error) {
    await server.stopNow();
    throw error;
  }
  return { ...server, port: usedPort, urlOf, superuserUrl };
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer().on('error', reject);
    probe.listen(0, HOST, () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function openCluster(folder, signal) {
  const data = path.join(folder, 'data');
  const passwordFile = path.join(folder, 'password');
  await mkdir(folder, { recursive: true });
  const binaries = await findBinaries();
  const user = serverUser(data, [folder, binaries.postgres]);
  if (!existsSync(data)) await initialise({ folder, data, passwordFile, binaries, user, signal });
  const password = await readFile(passwordFile, 'utf8').catch(() => {
    throw new Trouble(`${passwordFile} is missing: put it back, or delete ${folder} and all its data`);
  });
  return { data, binaries, user, password };
}

/** Works in a folder beside the real one and renames it at the end: a half-made cluster is never found. */
async function initialise({ folder, data, passwordFile, binaries, user, signal }) {
  const unfinished = path.join(folder, 'data.unfinished');
  const passwordForInitdb = path.join(folder, 'password.initdb');
  const password = randomBytes(24).toString('base64url');
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  await writeFile(passwordForInitdb, password, { mode: 0o600 });
  try {
    await giveTo(user, [unfinished, passwordForInitdb]);
    const options = [`--pgdata=${unfinished}`, `--username=${SUPERUSER}`, `--pwfile=${passwordForInitdb}`];
    const [command, args, as] = user.wrap(binaries.initdb, [...options, ...INITDB_OPTIONS]);
    await runQuietly(command, args, { ...as, cwd: '/', env: serverEnvironment(), signal });
    await rename(unfinished, data);
  } finally {
    await rm(passwordForInitdb, { force: true });
  }
}

async function giveTo({ ids }, paths) {
  if (ids) await Promise.all(paths.map((entry) => chown(entry, ids.uid, ids.gid)));
}

/** Nothing of ours: a PGPORT or LD_LIBRARY_PATH in somebody's shell would change the server. */
function serverEnvironment() {
  return { PATH: process.env.PATH, LC_ALL: 'C' };
}

/**
 * A pid file whose process is a PostgreSQL on this data is an orphan: stop it. One whose id now belongs to a
 * stranger would keep the server from starting: remove it. One whose process is gone heals by itself.
 */
async function stopOrphan({ data }) {
  const pid = (await readPidFile(data)).pid;
  if (!pid || !isAlive(pid)) return;
  const isOrphan = commandLineOf(pid).includes(`postgres -D ${data} `);
  if (!isOrphan) return rm(path.join(data, 'postmaster.pid'), { force: true });
  process.kill(pid, 'SIGINT');
  if (await until(() => !isAlive(pid), { withinMs: STOP_WITHIN_MS })) return;
  throw new Trouble(`an earlier PostgreSQL (process ${pid}) on ${data} does not stop: kill ${pid}`);
}

async function readPidFile(data) {
  const text = await readFile(path.join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  return { pid: Number(lines[0]), status: lines[7]?.trim() };
}

async function launch(cluster, port, logFile) {
  const settings = Object.entries(SERVER_SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = [cluster.binaries.postgres, '-D', cluster.data, '-p', String(port), ...settings];
  const [command, args, as] = cluster.user.wrap('/bin/sh', ['-c', GUARD, 'guard', ...server]);
  const log = openSync(logFile, 'a');
  const stdio = ['pipe', log, log];
  const guard = spawn(command, args, { ...as, cwd: '/', env: serverEnvironment(), stdio, detached: true });
  closeSync(log);
  guard.stdin.on('error', () => {}); // writing to a guard that is already gone
  const handle = handleOf(guard);
  await becomesReady(cluster, handle, logFile);
  return handle;
}

function handleOf(guard) {
  const exited = new Promise((resolve) => {
    guard.on('error', () => resolve(-1));
    guard.on('exit', (code, signal) => resolve(code ?? signal));
  });
  const stopNow = () => {
    guard.stdin.write('QUIT\n');
    return exited;
  };
  const stop = async () => {
    guard.stdin.write('INT\n');
    const timer = setTimeout(stopNow, STOP_WITHIN_MS);
    await exited.finally(() => clearTimeout(timer));
  };
  return { exited, stop, stopNow, isRunning: () => guard.exitCode === null && guard.signalCode === null };
}

/** The pid file says `ready` as soon as connections are accepted; one left by a crash names a dead process. */
async function becomesReady({ data }, handle, logFile) {
  const isReady = async () => {
    const found = await readPidFile(data);
    return !handle.isRunning() || (found.status === 'ready' && isAlive(found.pid));
  };
  const ready = await until(isReady, { everyMs: 10, withinMs: READY_WITHIN_MS });
  if (ready && handle.isRunning()) return;
  await handle.stopNow();
  throw new Trouble(`PostgreSQL did not start, see ${logFile}`, lastLinesOfFile(logFile));
}

/** Every database has one role, which owns it and may not even connect to the others. */
async function makeDatabases(cluster, superuserUrl, names) {
  if (names.length === 0) return;
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    const { rows } = await client.query('SELECT datname FROM pg_database WHERE datallowconn');
    const existing = new Set(rows.map(({ datname }) => datname));
    for (const name of names) {
      if (!existing.has(name)) await makeDatabase(client, name, rolePassword(cluster, name));
    }
  } finally {
    await client.end();
  }
}

/** Connections are allowed last, and only then does the database count as made: a crash half-way is redone. */
async function makeDatabase(client, name, password) {
  const id = client.escapeIdentifier(name);
  await client.query(`DROP DATABASE IF EXISTS ${id}`);
  await client.query(`DROP ROLE IF EXISTS ${id}`);
  await client.query(`CREATE ROLE ${id} LOGIN PASSWORD ${client.escapeLiteral(password)}`);
  await client.query('REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC');
  await client.query(`CREATE DATABASE ${id} OWNER ${id} ALLOW_CONNECTIONS false`);
  await client.query(`REVOKE ALL ON DATABASE ${id} FROM PUBLIC`);
  await client.query(`ALTER DATABASE ${id} ALLOW_CONNECTIONS true`);
}

/** Derived, so that one file holds all that there is to keep. */
function rolePassword({ password }, role) {
  return createHmac('sha256', password).update(role).digest('base64url');
}

function urlFor(port, user, password, database) {
  return `postgres://${user}:${password}@${HOST}:${port}/${database}`;
}
