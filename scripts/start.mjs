// `npm start`: everything that is needed on a machine with Node.js only, until Ctrl-C.
//
// What was brought up is undone in reverse: gateway, services, PostgreSQL, pid file. A second Ctrl-C kills.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { readArguments } from './arguments.mjs';
import {
  LOGS_FOLDER,
  POSTGRES_FOLDER,
  ROOT,
  SECRETS_FILE,
  joiningFrom,
  makeStateFolder,
} from './checkout.mjs';
import { Trouble, report, secondsSince, step } from './console.mjs';
import { migrate } from './migrate.mjs';
import { claimCheckout, releaseCheckout } from './pid-file.mjs';
import { checkNode, prepare } from './prepare.mjs';
import { SECRETS, loadSecrets } from './secrets.mjs';
import {
  becomesReady,
  firstToEnd,
  killService,
  rotatedLog,
  spawnService,
  stopServices,
} from './services.mjs';
import { checkPorts, environmentOf, readSettings, variable } from './settings.mjs';
import { welcome } from './welcome.mjs';

/** npm passes the terminal's Ctrl-C on to us, who had it already: the second of a pair is no second wish. */
const SAME_CTRL_C_MS = 1_000;

const USAGE = `npm start [-- NAME …]

Installs and builds what is missing, starts PostgreSQL, identity, ordering and the gateway, and stays up until Ctrl-C.
With names of services in examples/ or services/ these join: npm start -- loyalty. What can be set is in the environment, as
README.md lists it: GATEWAY_PORT=3100 npm start`;

const { positionals } = readArguments(USAGE, { allowPositionals: true });
const startedAt = Date.now();
const interruption = new AbortController();
const { signal } = interruption;
let firstSignalAt;
const running = { services: [], postgres: undefined, claimed: false };

process.stdout.on('error', () => {}); // a terminal that was closed takes no more lines
process.stderr.on('error', () => {});
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, onStopSignal);
process.exitCode = await live();
process.exit();

/** From the first check to the last stop; answers the exit code. */
async function live() {
  let code = 0;
  try {
    await bringUp();
    await Promise.race([firstDeath(), stopWished()]);
  } catch (error) {
    if (!signal.aborted) {
      report(error);
      code = 1;
    }
  }
  const unwilling = await takeDown();
  if (code === 0 && unwilling.length > 0) {
    console.error(`${unwilling.join(' and ')} did not stop cleanly, see .turnpike/logs`);
    code = 1;
  }
  return code;
}

async function bringUp() {
  checkNode(process.versions.node);
  const settings = readSettings(process.env, joiningFrom(positionals));
  makeStateFolder();
  const { wasAbandoned } = claimCheckout();
  running.claimed = true;
  await checkPorts(settings, { patient: wasAbandoned, signal });
  await prepare({ signal });
  const secrets = findSecrets();
  const databaseUrls = await findDatabases(settings.processes.map(({ name }) => name));
  goOn();
  await step('Migrating the databases', () => migrate(databaseUrls, { signal }));
  goOn();
  const services = ['identity', 'ordering', ...positionals].join(', ');
  await step(`Starting ${services} and the gateway`, () => startServices(settings, databaseUrls, secrets));
  console.log(welcome(settings, secrets, { seconds: secondsSince(startedAt), given: process.env }));
}

/** Rejects when a process ends that nobody stopped. */
function firstDeath() {
  const deaths = [firstToEnd(running.services)];
  if (running.postgres) deaths.push(running.postgres.exited.then(postgresDied));
  return Promise.race(deaths);
}

function postgresDied(code) {
  throw new Trouble(`PostgreSQL ended (${code}), see ${path.relative(ROOT, LOGS_FOLDER)}/postgres.log`);
}

/** In production nothing is invented: what is missing is said. */
function findSecrets() {
  if (process.env.NODE_ENV === 'production') requireGiven(SECRETS);
  const dataExists = existsSync(path.join(POSTGRES_FOLDER, 'data'));
  return loadSecrets(SECRETS_FILE, process.env, { mustExist: dataExists });
}

/** The databases that the user gave, the others from the embedded server, which starts only if it is needed. */
async function findDatabases(names) {
  const given = Object.fromEntries(names.map((name) => [name, process.env[variable(name, 'DATABASE_URL')]]));
  const missing = names.filter((name) => !given[name]);
  if (missing.length === 0) return given;
  if (process.env.NODE_ENV === 'production')
    requireGiven(missing.map((name) => variable(name, 'DATABASE_URL')));
  await step('Starting PostgreSQL', () => startEmbedded(missing));
  return { ...given, ...Object.fromEntries(missing.map((name) => [name, running.postgres.urlOf(name)])) };
}

/** Imported only now: it needs packages that a fresh clone has just installed. */
async function startEmbedded(databases) {
  const { startPostgres } = await import('./embedded-postgres.mjs');
  const logFile = rotatedLog('postgres');
  running.postgres = await startPostgres({ folder: POSTGRES_FOLDER, logFile, databases, signal });
}

async function startServices(settings, databaseUrls, secrets) {
  const context = { env: process.env, databaseUrls, secrets };
  for (const one of settings.processes) {
    running.services.push(spawnService(one.name, environmentOf(one, settings, context)));
  }
  const urls = settings.processes.map(({ localUrl }) => localUrl);
  await Promise.all(running.services.map((service, index) => becomesReady(service, urls[index], signal)));
}

function requireGiven(names) {
  const missing = names.filter((name) => !process.env[name]);
  if (missing.length === 0) return;
  throw new Trouble(`with NODE_ENV=production npm start invents nothing: give ${missing.join(', ')}`);
}

/** Ends with the first Ctrl-C, which may have come while something was being brought up. */
function stopWished() {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', resolve);
  });
}

/** Ends a start that was interrupted between two steps, before it brings up more. */
function goOn() {
  signal.throwIfAborted();
}

function onStopSignal(name) {
  if (firstSignalAt === undefined) {
    firstSignalAt = Date.now();
    interruption.abort();
    if (name === 'SIGINT') console.log('\nStopping … (Ctrl-C again kills)');
  } else if (Date.now() - firstSignalAt > SAME_CTRL_C_MS) {
    killAll();
  }
}

/** Answers the names of the services that did not stop as asked. */
async function takeDown() {
  const unwilling = await stopServices(running.services);
  await running.postgres?.stop();
  if (running.claimed) releaseCheckout();
  return unwilling;
}

/** PostgreSQL bounds its own immediate shutdown: after 5 s it kills what is left. */
async function killAll() {
  running.services.forEach(killService);
  await running.postgres?.stopNow();
  releaseCheckout();
  process.exit(1);
}
