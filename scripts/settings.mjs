// From the user's environment to the environment of each process. What the user gave always wins; an empty
// value counts as not given. A process gets its own database and secrets, and nobody else's.
import net from 'node:net';
import { PROJECTS, foundServices } from './checkout.mjs';
import { until } from './child.mjs';
import { Trouble } from './console.mjs';
import { verifyKeysOf } from './secrets.mjs';

/** Each at the place of its port behind the first: services that join come behind those of the system. */
const IN_ORDER = ['gateway', 'identity', 'ordering', ...foundServices()];
export const FIRST_PORT = 3000;
const FIRST_METRICS_PORT = 9464;
/** What tells who a process is, whom it believes and what it opens: each for those alone that read it. */
const OWN = {
  gateway: [
    ...['SERVICE_SIGNING_KEY', 'TOKEN_VERIFY_KEYS', 'DATA_KEY', 'DATA_KEY_PREVIOUS', 'QUEUE_URL'],
    ...['ADMIN_EMAIL', 'ADMIN_PASSWORD'],
  ],
  identity: ['TOKEN_SIGNING_KEYS', 'SERVICE_VERIFY_KEYS'],
};
/** Of services that keep no secrets of anybody. */
const OF_OTHERS = ['SERVICE_VERIFY_KEYS'];
const OLD_PORTS_WITHIN_MS = 20_000;

/** GATEWAY_PORT, IDENTITY_DATABASE_URL and so on. */
export function variable(project, suffix) {
  return `${project.toUpperCase().replaceAll('-', '_')}_${suffix}`;
}

/**
 * Ports and addresses of the processes, each with the variable that changes it.
 * @param joining names of services that join
 */
export function readSettings(env, joining = []) {
  const host = env.HOST || (env.NODE_ENV === 'production' ? '0.0.0.0' : '127.0.0.1');
  const metricsPort = portFrom(env, 'METRICS_PORT', FIRST_METRICS_PORT);
  const processes = [...PROJECTS, ...joining].map((name) => {
    const place = IN_ORDER.indexOf(name);
    const portVariable = variable(name, 'PORT');
    const port = portFrom(env, portVariable, FIRST_PORT + place);
    const localUrl = `${env.TLS_CERT_FILE ? 'https' : 'http'}://${reachable(host)}:${port}`;
    const url = env[variable(name, 'URL')] || localUrl;
    return { name, port, portVariable, metricsPort: metricsPort + place, url, localUrl };
  });
  return { host, processes };
}

/** What is left of an environment without what only one process may have, whatever else a shell has read of .env. */
export function withoutSecrets(env) {
  const kept = Object.entries(env).filter(([name]) => !isSecret(name));
  return Object.fromEntries(kept);
}

function isSecret(name) {
  return /_(PASSWORD|DATABASE_URL)$/.test(name) || Object.values(OWN).some((own) => own.includes(name));
}

/** The environment of one process, given the databases' addresses and the secrets. */
export function environmentOf(process_, settings, { env, databaseUrls, secrets }) {
  const own = withoutSecrets(env);
  const made = { ...verifyKeysOf(secrets), ...secrets };
  for (const name of OWN[process_.name] ?? OF_OTHERS) own[name] = env[name] || made[name] || '';
  for (const other of settings.processes) {
    if (PROJECTS.includes(other.name)) own[variable(other.name, 'URL')] = other.url;
    own[other.portVariable] = String(other.port);
  }
  if (process_.name === 'gateway') own.SERVICES = servicesOf(settings, env);
  own[variable(process_.name, 'DATABASE_URL')] = databaseUrls[process_.name];
  // Nothing stands before these processes that has to notice that they stop.
  own.SHUTDOWN_DELAY_MS = env.SHUTDOWN_DELAY_MS || '0';
  return { ...own, HOST: settings.host, METRICS_PORT: String(process_.metricsPort) };
}

/** The services that join, as the gateway is given them: those of the user's own, too. */
function servicesOf({ processes }, { SERVICES }) {
  const joining = processes.filter(({ name }) => !PROJECTS.includes(name));
  return [...(SERVICES ? [SERVICES] : []), ...joining.map(({ name, url }) => `${name}=${url}`)].join(',');
}

/** `patient`: the processes of a start that was killed are still giving their ports back. */
export async function checkPorts({ host, processes }, { patient, signal }) {
  const wanted = processes.flatMap(({ port, portVariable, metricsPort }) => [
    { port, portVariable },
    { port: metricsPort, portVariable: 'METRICS_PORT' },
  ]);
  const withinMs = patient ? OLD_PORTS_WITHIN_MS : 0;
  for (const { port, portVariable } of wanted) {
    let problem;
    const isFree = async () => !(problem = await listenProblem(host, port));
    if (await until(isFree, { everyMs: 50, withinMs, signal })) continue;
    const reason = problem === 'EADDRINUSE' ? 'is in use' : `cannot be opened on ${host} (${problem})`;
    throw new Trouble(`port ${port} ${reason}: set ${portVariable} to another one`);
  }
}

function portFrom(env, name, fallback) {
  const port = Number(env[name] || fallback);
  if (Number.isInteger(port) && port > 0 && port < 65_534) return port;
  throw new Trouble(`${name} must be a port number, not "${env[name]}"`);
}

/** The error code of listening there, or undefined if the port is free. */
function listenProblem(host, port) {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', ({ code }) => resolve(code));
    probe.listen(port, host, () => probe.close(() => resolve(undefined)));
  });
}

/** An address that is bound but cannot be called: one means every interface, the other needs brackets. */
function reachable(host) {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
