// A whole system for one test: three fresh databases, identity, ordering, and one or more gateways as real
// processes of the build, on the queue that the test asks for.
import { Redis } from 'ioredis';
import type { Pool } from 'pg';
import { api } from './client.js';
import { createMigratedDatabases, type Databases, openPool } from './databases.js';
import { learnDescription } from './description.js';
import { freePort } from './ports.js';
import { TcpProxy } from './proxy.js';
import { pause, type Project, SystemProcess, type Variables } from './processes.js';
import { type Backend, redisUrl, secrets } from './servers.js';
import { giveRuntimeRoles, hardenedUrl, queueUrl, tlsOf } from './trust.js';

export interface GatewayOptions {
  role?: 'api' | 'worker' | 'api,worker';
  env?: Variables;
}

/** What a gateway, or ordering, reaches by way of a proxy, so that a test can spoil the connection. */
export type ProxyName = 'identity' | 'ordering' | 'database' | 'queue' | 'orderingDatabase';

const PROXIED_VARIABLE: Record<ProxyName, string> = {
  identity: 'IDENTITY_URL',
  ordering: 'ORDERING_URL',
  database: 'GATEWAY_DATABASE_URL',
  queue: 'QUEUE_URL',
  orderingDatabase: 'ORDERING_DATABASE_URL',
};

export interface SystemOptions {
  proxied?: ProxyName[];
  /** One gateway of both roles by default. The first is the one that services ask for its public key. */
  gateways?: GatewayOptions[];
  queue?: Backend;
  /** Whether the example takes part. */
  billing?: boolean;
  /** For every process; a gateway's own `env` wins. */
  env?: Variables;
  /** A folder as `npm run certificates` makes it, where everything is by TLS, and each process has a role of its own. */
  hardened?: string;
  /** By which address the processes reach a database, a pooler's say; the test itself goes straight to it. */
  through?: (databaseUrl: string) => string;
}

export interface System {
  /** One for each gateway, in the given order, workers included. */
  gatewayUrls: string[];
  identityUrl: string;
  orderingUrl: string;
  admin: { email: string; password: string };
  databases: Record<Project, Pool>;
  proxies: Partial<Record<ProxyName, TcpProxy>>;
  processes: {
    identity: SystemProcess;
    ordering: SystemProcess;
    billing: SystemProcess | null;
    gateways: SystemProcess[];
  };
  /** Starts a process again, in its old place, and waits until it is ready; one that still runs is stopped first. */
  restart(process: SystemProcess): Promise<void>;
  /** Stops everything; unless told otherwise it insists that each process ends with 0 within 30 s. */
  stop(options?: { insistOnCleanExit?: boolean }): Promise<void>;
}

const ADMIN_WITHIN_MS = 60_000;

export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const databases = await createMigratedDatabases('gateway', 'identity', 'ordering', 'billing');
  if (options.hardened) await giveRuntimeRoles(databases);
  const queue = await takeQueue(options.queue ?? 'postgres');
  if (options.hardened && queue.variables.QUEUE_URL)
    queue.variables.QUEUE_URL = await queueUrl(queue.variables.QUEUE_URL);
  const plan = await planOf(options, databases, queue.variables);
  const proxies = await openProxies(options.proxied ?? [], plan);
  const system = run(plan, databases, queue, proxies);
  try {
    await Promise.all(allOf(system).map((one) => one.becomesReady()));
    await describeAll(system);
    await adminCanSignIn(system);
  } catch (error) {
    await system.stop({ insistOnCleanExit: false });
    throw error;
  }
  return system;
}

interface ProcessPlan {
  project: Project;
  url: string;
  env: Variables;
}

interface Plan {
  identity: ProcessPlan;
  ordering: ProcessPlan;
  billing: ProcessPlan | null;
  gateways: ProcessPlan[];
}

interface Queue {
  variables: Variables;
  giveBack(): Promise<void>;
}

/** Ports and environment of every process, before any of them runs. */
async function planOf(options: SystemOptions, databases: Databases, queue: Variables): Promise<Plan> {
  const { gateways = [{}], hardened, through = (url) => url } = options;
  const scheme = hardened ? 'https' : 'http';
  const reached = (url: string): string => (hardened ? hardenedUrl(url) : through(url));
  const ports = await Promise.all([...Array(3 + gateways.length)].map(() => freePort()));
  const [identityUrl, orderingUrl, billingUrl, ...gatewayUrls] = ports.map(
    (port) => `${scheme}://127.0.0.1:${port}`,
  );
  const shared = {
    ...cleanEnvironment(),
    IDENTITY_URL: identityUrl!,
    ORDERING_URL: orderingUrl!,
    GATEWAY_URL: gatewayUrls[0]!,
    ...(options.billing && { BILLING_URL: billingUrl! }),
  };
  const planned = async (project: Project, url: string, own: Variables): Promise<ProcessPlan> => ({
    project,
    url,
    env: {
      ...shared,
      [`${project.toUpperCase()}_PORT`]: new URL(url).port,
      [`${project.toUpperCase()}_DATABASE_URL`]: reached(databases.urls[project]!),
      ...(hardened && tlsOf(hardened, project)),
      METRICS_PORT: String(await freePort()),
      ...options.env,
      ...own,
    },
  });
  const { SERVICE_SIGNING_KEY, TOKEN_SIGNING_KEYS, DATA_KEY, ADMIN_EMAIL, ADMIN_PASSWORD } = secrets();
  const admin = { ADMIN_EMAIL, ADMIN_PASSWORD };
  return {
    identity: await planned('identity', identityUrl!, { TOKEN_SIGNING_KEYS }),
    ordering: await planned('ordering', orderingUrl!, {}),
    billing: options.billing ? await planned('billing', billingUrl!, {}) : null,
    gateways: await Promise.all(
      gateways.map(({ role = 'api,worker', env }, index) =>
        planned('gateway', gatewayUrls[index]!, {
          ...queue,
          ...{ SERVICE_SIGNING_KEY, DATA_KEY, GATEWAY_ROLE: role, ...admin },
          ...env,
        }),
      ),
    ),
  };
}

/** Nothing of the developer's own settings, and no limits that a test would run into by being fast. */
function cleanEnvironment(): Variables {
  return {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'warn',
    RATE_LIMIT_ADDRESS: '0',
    RATE_LIMIT_USER: '0',
    LOGIN_FAILURE_LIMIT: '0',
    CONCURRENT_PER_USER: '0',
    CONCURRENT_PER_ADDRESS: '0',
  };
}

/** Lets every gateway go through a proxy for each of those names. */
async function openProxies(
  names: readonly ProxyName[],
  { gateways, ordering }: Plan,
): Promise<System['proxies']> {
  const proxies: System['proxies'] = {};
  // Without an address of its own the queue is in the gateway's database.
  const { GATEWAY_DATABASE_URL, QUEUE_URL = GATEWAY_DATABASE_URL, ...others } = gateways[0]!.env;
  const direct: Variables = {
    ...others,
    ...{ GATEWAY_DATABASE_URL: GATEWAY_DATABASE_URL!, QUEUE_URL: QUEUE_URL! },
    ORDERING_DATABASE_URL: ordering.env.ORDERING_DATABASE_URL!,
  };
  for (const name of names) {
    const variable = PROXIED_VARIABLE[name];
    const target = direct[variable]!;
    const proxy = await TcpProxy.to(target, await freePort()).up();
    for (const { env } of [...gateways, ordering]) {
      if (variable in env || variable === 'QUEUE_URL') env[variable] = proxy.through(target);
    }
    proxies[name] = proxy;
  }
  return proxies;
}

function run(plan: Plan, databases: Databases, queue: Queue, proxies: System['proxies']): System {
  const start = ({ project, url, env }: ProcessPlan): SystemProcess => new SystemProcess(project, url, env);
  const processes = {
    identity: start(plan.identity),
    ordering: start(plan.ordering),
    billing: plan.billing && start(plan.billing),
    gateways: plan.gateways.map(start),
  };
  const pools = {
    gateway: openPool(databases.urls.gateway!),
    identity: openPool(databases.urls.identity!),
    ordering: openPool(databases.urls.ordering!),
    billing: openPool(databases.urls.billing!),
  };
  const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = secrets();
  return {
    gatewayUrls: plan.gateways.map(({ url }) => url),
    identityUrl: plan.identity.url,
    orderingUrl: plan.ordering.url,
    admin: { email, password },
    databases: pools,
    proxies,
    processes,
    restart,
    async stop({ insistOnCleanExit = true } = {}) {
      const complaints = await stopAll(processes);
      await Promise.all(Object.values(proxies).map((proxy) => proxy.down()));
      await Promise.all(Object.values(pools).map((pool) => pool.end()));
      await Promise.all([databases.drop(), queue.giveBack()]);
      if (insistOnCleanExit && complaints.length > 0) throw new Error(complaints.join('\n'));
    },
  };
}

async function restart(process: SystemProcess): Promise<void> {
  await process.stop();
  process.start();
  await process.becomesReady();
}

/** In the order of `npm start`: gateways first, then what they call. */
async function stopAll({ identity, ordering, billing, gateways }: System['processes']): Promise<string[]> {
  const ofGateways = await Promise.all(gateways.map((one) => one.stop()));
  const ofServices = await Promise.all([identity.stop(), ordering.stop(), billing?.stop() ?? null]);
  return [...ofGateways, ...ofServices].filter((complaint) => complaint !== null);
}

function allOf({ processes: { identity, ordering, billing, gateways } }: System): SystemProcess[] {
  return [identity, ordering, ...(billing ? [billing] : []), ...gateways];
}

function servesApi({ env }: SystemProcess): boolean {
  return env.GATEWAY_ROLE!.includes('api');
}

/** Every answer that a test gets from one of them is held to its description. */
async function describeAll({ processes }: System): Promise<void> {
  const { identity, ordering, billing, gateways } = processes;
  const services = [identity, ordering, ...(billing ? [billing] : [])];
  await Promise.all([...services, ...gateways.filter(servesApi)].map(({ url }) => learnDescription(url)));
}

/** The first administrator is made by a write, which needs all three processes. */
async function adminCanSignIn({ gatewayUrls, admin, processes }: System): Promise<void> {
  const index = processes.gateways.findIndex(servesApi);
  const deadline = Date.now() + ADMIN_WITHIN_MS;
  for (;;) {
    const { status, body } = await api(gatewayUrls[index]!).post('/v1/sessions', admin);
    if (status === 201) return;
    if (Date.now() > deadline) {
      const output = processes.gateways.map((one) => one.output()).join('\n');
      throw new Error(`the administrator cannot sign in: ${status} ${JSON.stringify(body)}\n${output}`);
    }
    await pause(50);
  }
}

/** PostgreSQL queues live in the gateway's database; on Redis every system takes a database index of its own. */
async function takeQueue(backend: Backend): Promise<Queue> {
  if (backend === 'postgres') return { variables: {}, giveBack: () => Promise.resolve() };
  const index = await onRedis(0, (redis) => redis.incr('systems'));
  return {
    variables: { QUEUE_URL: `${redisUrl()}/${index}` },
    giveBack: () => onRedis(index, async (redis) => void (await redis.flushdb())),
  };
}

async function onRedis<Result>(db: number, work: (redis: Redis) => Promise<Result>): Promise<Result> {
  const redis = new Redis(redisUrl(), { db });
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
