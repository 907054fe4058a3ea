// The whole system as real processes of the build: identity, ordering, and a gateway whose role can be changed.
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { builtEntryOf, PROJECTS, ROOT } from '../scripts/checkout.mjs';
import { freePort } from '../scripts/embedded-postgres.mjs';
import { migrate } from '../scripts/migrate.mjs';
import { inventSecrets } from '../scripts/secrets.mjs';
import { becomesReady, stopServices } from '../scripts/services.mjs';
import { environmentOf, readSettings, variable } from '../scripts/settings.mjs';

const STOP_WITH_PARENT = new URL('../scripts/stop-with-parent.mjs', import.meta.url).href;

/** No limits that a benchmark would run into by being fast, and no log of every request. */
const WITHOUT_LIMITS = {
  LOG_LEVEL: 'warn',
  RATE_LIMIT_ADDRESS: '0',
  RATE_LIMIT_USER: '0',
  CONCURRENT_PER_ADDRESS: '0',
  CONCURRENT_PER_USER: '0',
  LOGIN_FAILURE_LIMIT: '0',
  LANE_MAX_DEPTH: '1000000',
  INTEGRITY_EVERY_MS: '0',
};

/**
 * Starts everything on empty databases.
 * @param limits those that are measured
 * @returns the gateway's address, database and process, the administrator, `become(role)` and `stop()`
 */
export async function startSystem(servers, limits = {}) {
  const databaseUrls = await servers.fresh(...PROJECTS);
  await migrate(databaseUrls);
  const env = { ...(await ownEnvironment()), ...limits, QUEUE_URL: servers.redisUrl };
  const settings = readSettings(env);
  const context = { env, databaseUrls, secrets: inventSecrets() };
  const start = async (process_, extra = {}) => {
    const service = launch(
      process_.name,
      { ...environmentOf(process_, settings, context), ...extra },
      servers,
    );
    await becomesReady(service, process_.localUrl);
    return service;
  };
  const [gateway] = settings.processes.filter(({ name }) => name === 'gateway');
  let running = await Promise.all(settings.processes.map((process_) => start(process_)));
  return {
    url: gateway.localUrl,
    databaseUrl: databaseUrls.gateway,
    admin: { email: context.secrets.ADMIN_EMAIL, password: context.secrets.ADMIN_PASSWORD },
    get gatewayPid() {
      return running.find(({ name }) => name === 'gateway').child.pid;
    },
    async become(role) {
      await stopServices(running.filter(({ name }) => name === 'gateway'));
      const again = await start(gateway, { GATEWAY_ROLE: role });
      running = [again, ...running.filter(({ name }) => name !== 'gateway')];
    },
    stop: () => stopServices(running),
  };
}

/** Nothing of the user's own settings, and ports that nobody has. */
async function ownEnvironment() {
  const ports = await Promise.all(
    PROJECTS.map(async (name) => [variable(name, 'PORT'), String(await freePort())]),
  );
  const { PATH, HOME } = process.env;
  return { PATH, HOME, HOST: '127.0.0.1', ...WITHOUT_LIMITS, ...Object.fromEntries(ports) };
}

function launch(name, env, { folder }) {
  const logFile = path.join(folder, `${name}.log`);
  const log = openSync(logFile, 'a');
  const args = ['--import', STOP_WITH_PARENT, builtEntryOf(name, 'main')];
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['pipe', log, log] });
  closeSync(log);
  child.stdin.on('error', () => {}); // it has ended by itself
  const exited = new Promise((resolve) => child.on('exit', (code, signal) => resolve(signal ?? code)));
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  return { name, child, logFile, exited, isRunning };
}
