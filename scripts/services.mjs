// The three processes as children: started together, watched, and stopped in the order of the flow.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { LOGS_FOLDER, ROOT, builtEntryOf } from './checkout.mjs';
import { lastLinesOfFile, until } from './child.mjs';
import { Trouble } from './console.mjs';

const READY_WITHIN_MS = 60_000;
const POLL_MS = 50;
/** The gateway first and then the others, of which each serves on for a while if it was told so. */
const STOP_WITHIN_MS = 30_000 + 2 * Number(process.env.SHUTDOWN_DELAY_MS || 0);
const STOP_WITH_PARENT = new URL('./stop-with-parent.mjs', import.meta.url).href;

/** A group of its own: the terminal's Ctrl-C reaches only us, and we decide about the order. */
export function spawnService(name, env) {
  const logFile = rotatedLog(name);
  const log = openSync(logFile, 'a', 0o600);
  const args = ['--import', STOP_WITH_PARENT, builtEntryOf(name, 'main')];
  const child = spawn(process.execPath, args, { cwd: ROOT, env, detached: true, stdio: ['pipe', log, log] });
  closeSync(log);
  child.stdin.on('error', () => {});
  const exited = new Promise((resolve) => child.on('exit', (code, signal) => resolve(signal ?? code)));
  return {
    name,
    child,
    logFile,
    exited,
    isRunning: () => child.exitCode === null && child.signalCode === null,
  };
}

/** Resolves when /health/ready of the service answers 200, or says why that will not happen. */
export async function becomesReady(service, url, signal) {
  const ready = await until(async () => !service.isRunning() || (await answersReady(url)), {
    everyMs: POLL_MS,
    withinMs: READY_WITHIN_MS,
    signal,
  });
  if (!service.isRunning()) throw died(service, await service.exited);
  if (!ready)
    throw new Trouble(`${service.name} was not ready in ${READY_WITHIN_MS / 1000} s`, tailOf(service));
}

/** Rejects when one of them ends by itself. */
export async function firstToEnd(services) {
  const [service, code] = await Promise.race(services.map(async (one) => [one, await one.exited]));
  throw died(service, code);
}

/** How a process ends that was asked to: by itself, or by the signal if it had not come up far enough to serve. */
const CLEAN_ENDS = [0, 143, 'SIGTERM'];

/**
 * The gateway first, so that nothing new is accepted and what is under way still finds its services. Answers
 * the names of those that had to be killed or ended badly.
 */
export async function stopServices(services) {
  const deadline = setTimeout(() => services.forEach(killService), STOP_WITHIN_MS);
  const gateway = services.filter(({ name }) => name === 'gateway');
  const others = services.filter(({ name }) => name !== 'gateway');
  const codes = [...(await terminate(gateway)), ...(await terminate(others))];
  clearTimeout(deadline);
  return [...gateway, ...others]
    .filter((_, index) => !CLEAN_ENDS.includes(codes[index]))
    .map(({ name }) => name);
}

export function killService({ child }) {
  child.kill('SIGKILL');
}

function terminate(services) {
  for (const { child } of services) child.kill('SIGTERM');
  return Promise.all(services.map(({ exited }) => exited));
}

async function answersReady(url) {
  try {
    return (await statusOf(`${url}/health/ready`)) === 200;
  } catch {
    return false;
  }
}

/** By a client that can be told which certificates to trust: `fetch` cannot. */
function statusOf(url) {
  const { TLS_CA_FILE } = process.env;
  const ask = url.startsWith('https:') ? https.get : http.get;
  const options = { timeout: 1_000, ...(TLS_CA_FILE && { ca: readFileSync(TLS_CA_FILE) }) };
  return new Promise((resolve, reject) => {
    const request = ask(url, options, (answer) => resolve(answer.resume().statusCode));
    request.on('error', reject).on('timeout', () => request.destroy(new Error('no answer')));
  });
}

function died(service, code) {
  return new Trouble(
    `${service.name} ended (${code}), see ${path.relative(ROOT, service.logFile)}`,
    tailOf(service),
  );
}

function tailOf({ name, logFile }) {
  return `── the end of ${name}'s log ──\n${lastLinesOfFile(logFile)}`;
}

/** The log of the run before is kept once: it tells why that one ended. */
export function rotatedLog(name) {
  const file = path.join(LOGS_FOLDER, `${name}.log`);
  if (existsSync(file)) renameSync(file, `${file}.1`);
  return file;
}
