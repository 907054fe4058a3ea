// The system that the story is told on: one that runs already, or one of the demo's own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { PID_FILE, PROJECTS, ROOT, SECRETS_FILE } from '../checkout.mjs';
import { commandLineOf, isAlive, lastLines, until } from '../child.mjs';
import { Trouble, step } from '../console.mjs';
import { embeddedServer, readIfThere } from '../embedded-address.mjs';
import { checkPorts, readSettings, variable } from '../settings.mjs';
import { client } from './client.mjs';

const START_WITHIN_MS = 120_000; // the first one installs and builds
const READY_WITHIN_MS = 30_000;
const ADMIN_WITHIN_MS = 20_000; // made by a write, which begins when the gateway is ready
const PORT_OFFSETS = [0, 10_000, 20_000, 30_000];
const STOP_WITH_PARENT = new URL('../stop-with-parent.mjs', import.meta.url).href;

/**
 * Finds the system or starts one. Answers its addresses, the administrator's client, the databases' addresses and
 * the gateway's signing key where they are known, and `stop()`, which stops only what was started here.
 */
export async function findSystem(env) {
  const isOurs = startIsRunning();
  if (!env.GATEWAY_URL && !isOurs) return startOwn(env);
  const urls = urlsFrom(env);
  if (!(await becomesReady(urls.gateway, env.GATEWAY_URL ? 2_000 : READY_WITHIN_MS))) {
    throw new Trouble(
      env.GATEWAY_URL
        ? `${urls.gateway} is not ready: start it, or unset GATEWAY_URL`
        : `Turnpike runs from this checkout, but not at ${urls.gateway}: set GATEWAY_PORT as it is there`,
    );
  }
  return describe(env, urls, { isOurs, how: 'found running', stop: async () => {} });
}

/** `npm start` of this checkout, by its pid file. */
function startIsRunning() {
  const pid = Number(readIfThere(PID_FILE));
  return pid > 0 && isAlive(pid) && commandLineOf(pid).includes('start.mjs');
}

async function startOwn(given) {
  const env = await withFreePorts(given);
  const start = spawnStart(env);
  const urls = urlsFrom(env);
  try {
    await step('Starting Turnpike', async () => {
      const ready = becomesReady(urls.gateway, START_WITHIN_MS, start);
      if (!(await ready)) throw new Trouble('Turnpike did not start', lastLines(start.output()));
    });
    return await describe(env, urls, { isOurs: true, how: 'started for this demo', stop: start.stop });
  } catch (error) {
    await start.stop();
    throw error;
  }
}

/** Whoever has something else on the usual ports can see the demo all the same. */
async function withFreePorts(given) {
  let trouble;
  for (const offset of PORT_OFFSETS) {
    const env = { ...portsAt(offset), ...given };
    try {
      await checkPorts(readSettings(env), { patient: false });
      return env;
    } catch (error) {
      trouble ??= error;
    }
  }
  throw trouble;
}

function portsAt(offset) {
  if (offset === 0) return {};
  const usual = readSettings({}).processes;
  const ports = usual.map(({ portVariable, port }) => [portVariable, String(port + offset)]);
  return { ...Object.fromEntries(ports), METRICS_PORT: String(usual.at(-1).metricsPort + offset) };
}

/** A group of its own, so that Ctrl-C reaches it through us; if we are killed, it stops by itself. */
function spawnStart(env) {
  const script = path.join(ROOT, 'scripts/start.mjs');
  const child = spawn(process.execPath, ['--import', STOP_WITH_PARENT, script], {
    cwd: ROOT,
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  child.stdin.on('error', () => {});
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const exited = once(child, 'exit');
  const stop = async () => {
    if (isRunning()) child.kill('SIGTERM');
    await exited;
    if (child.exitCode !== 0) throw new Trouble('Turnpike did not stop cleanly', lastLines(output));
  };
  return { isRunning, stop, output: () => output };
}

function urlsFrom(env) {
  return Object.fromEntries(readSettings(env).processes.map(({ name, url }) => [name, url]));
}

async function becomesReady(url, withinMs, start) {
  const gone = () => start !== undefined && !start.isRunning();
  await until(async () => gone() || (await answersReady(url)), { everyMs: 100, withinMs });
  return !gone() && answersReady(url);
}

async function answersReady(url) {
  return client(url)
    .get('/health/ready')
    .then(
      ({ status }) => status === 200,
      () => false,
    );
}

async function describe(env, urls, { isOurs, how, stop }) {
  const secrets = isOurs ? JSON.parse(readIfThere(SECRETS_FILE) ?? '{}') : {};
  const login = {
    email: env.ADMIN_EMAIL || secrets.ADMIN_EMAIL,
    password: env.ADMIN_PASSWORD || secrets.ADMIN_PASSWORD,
  };
  const adminToken = await signInAsAdmin(urls.gateway, login);
  return {
    urls,
    how,
    stop,
    adminToken,
    admin: client(urls.gateway, adminToken),
    databaseUrls: databaseUrlsFrom(env, isOurs),
    signingKey: env.SERVICE_SIGNING_KEY || secrets.SERVICE_SIGNING_KEY,
  };
}

async function signInAsAdmin(gateway, login) {
  if (!login.email || !login.password) {
    throw new Trouble('the administrator is not known: give ADMIN_EMAIL and ADMIN_PASSWORD');
  }
  let answer;
  const signedIn = async () => (answer = await client(gateway).post('/v1/sessions', login)).status === 201;
  if (await until(signedIn, { everyMs: 200, withinMs: ADMIN_WITHIN_MS })) return answer.body.accessToken;
  throw new Trouble(`the administrator cannot sign in at ${gateway} (${answer.status} ${answer.body?.code})`);
}

/** Those that are given; of a start of this checkout the others are in its embedded server. */
function databaseUrlsFrom(env, isOurs) {
  const embedded = isOurs ? embeddedServer() : undefined;
  return Object.fromEntries(
    PROJECTS.map((name) => [
      name,
      env[variable(name, 'DATABASE_URL')] || (embedded && `${embedded}/${name}`),
    ]),
  );
}
