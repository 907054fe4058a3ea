import { PASSWORD_LENGTH } from '@turnpike/contracts';
import {
  ConfigurationError,
  DATA_KEY,
  Environment,
  guessBitsOf,
  isLoopback,
  type MetricsPort,
  MIN_GUESS_BITS,
  readRuntimeRole,
  readServerTls,
  readTrustedCa,
  readVerifyKeys,
  requirePinned,
  type Secret,
  type RuntimeRole,
  type ServerTls,
  SERVICE_SIGNING_KEY,
  type TraceExport,
  trustingCa,
  withoutKnown,
} from '@turnpike/service';
import { type ClusterAddress, clusterAddressOf, isCluster } from './support/cluster-address.js';
import { readServiceAddresses, type ServiceAddresses, type ShortForm } from './support/service-addresses.js';

export const QUEUE_BACKENDS = ['postgres', 'redis'] as const;
export type QueueBackend = (typeof QUEUE_BACKENDS)[number];

export interface QueueConfig {
  backend: QueueBackend;
  url: string;
  /** What `url` says, where it is the address of a Redis Cluster. */
  cluster?: ClusterAddress | undefined;
  /** What a server of Redis is verified with where it speaks TLS, as PEM; null for what comes with Node.js. */
  ca?: string | null;
  /** Names the queue's keys: two installations may share a server. */
  installation: string;
  partitions: number;
  /** Writes in flight in this process. */
  concurrency: number;
}

export interface RunConfig {
  leaseMs: number;
  serviceTimeoutMs: number;
  retryBaseMs: number;
  retryMaxMs: number;
  deadlineMs: number;
  paidOrders: 'restrict' | 'cancel';
}

/** How much is allowed; 0 is no limit, which production refuses. */
export interface LimitsConfig {
  /** Requests a minute from one address. */
  address: number;
  /** Requests a minute of one user. */
  user: number;
  /** Requests of one user, and from one address, that one process has under way. */
  concurrentPerUser: number;
  concurrentPerAddress: number;
  /** Failed sign-ins of one account from one address in five minutes. */
  loginFailures: number;
}

/** How long the ledger keeps what is over, in milliseconds; 0 is for ever. */
export interface RetentionConfig {
  /** Operations after their end. */
  operationsMs: number;
  auditMs: number;
  /** The services' events. */
  eventsMs: number;
}

export interface AdminConfig {
  email: string;
  password: string;
}

/** The services of this shop, whose addresses have variables of their own; billing takes part where it has one. */
const SHORT_FORMS: readonly ShortForm[] = [
  { name: 'identity', variable: 'IDENTITY_URL', usual: 'http://127.0.0.1:3001' },
  { name: 'ordering', variable: 'ORDERING_URL', usual: 'http://127.0.0.1:3002' },
  { name: 'billing', variable: 'BILLING_URL', usual: null },
];

/** Everything that can be set about a gateway process. This file alone reads process.env. */
export class GatewayConfig {
  host: string;
  port: number;
  production: boolean;
  /** The origins whose pages may read answers. */
  corsOrigins: readonly string[];
  api: boolean;
  worker: boolean;
  logLevel: string;
  metrics: MetricsPort;
  traces: TraceExport | null;
  shutdownDelayMs: number;
  /** By how much the clocks of two processes may differ. */
  clockToleranceMs: number;
  /** Null where the process answers by plain HTTP. */
  tls: ServerTls | null;
  /** What services are verified with, as PEM; null for what comes with Node.js. */
  trustedCa: string | null;
  /** Identity's public keys, JWKS as JSON text; null where identity is asked. */
  tokenVerifyKeys: string | null;
  databaseUrl: string;
  /** The addresses of the services that take part. */
  services: ServiceAddresses;
  queue: QueueConfig;
  run: RunConfig;
  laneMaxDepth: number;
  limits: LimitsConfig;
  /** Addresses and networks whose `X-Forwarded-For` is believed. */
  trustedProxies: string[];
  /** What clients put before the addresses of this gateway where a proxy adds something, without a slash at the end. */
  publicUrl: string | null;
  /** How long a deleted user can be restored. */
  deletionGraceMs: number;
  /** How often the services' data is compared without being asked for; 0 is never. */
  integrityEveryMs: number;
  retention: RetentionConfig;
  /** Networks that are not public and that webhooks may be in. */
  webhookPrivateNetworks: string[];
  serviceSigningKey: string;
  dataKey: string;
  /** What DATA_KEY was before, while it is being changed. */
  previousDataKey: string | null;
  admin: AdminConfig | null;
}

export interface MigrationConfig extends Pick<GatewayConfig, 'databaseUrl' | 'queue'> {
  /** The role of the processes, which is given its rights; null where they use the one that migrates. */
  runtimeRole: RuntimeRole | null;
}

/** What a purge takes out of the audit trail; of it everything else stays, whatever the processes are made to do. */
const ERASABLE = ['before', 'after', 'reason'] as const;

/**
 * What people type who have to type something: beside known words nothing but ends of such, digits and signs. Identity
 * refuses another 20,000 when it hashes the password.
 */
const TYPED_IN_HASTE = /^(uiop|me|it|[\W\d_])+$/i;

/** Characters of a part of the address from which on a password must not have it: `com` is in many by chance. */
const MIN_PART_LENGTH = 4;

/** The first administrator's password is as weak as whoever typed it. */
const ADMIN_PASSWORD: Secret = {
  name: 'ADMIN_PASSWORD',
  sample: '',
  weakness: (value) => {
    if (value.length < PASSWORD_LENGTH.min) return `must have at least ${PASSWORD_LENGTH.min} characters`;
    const isCommon = TYPED_IN_HASTE.test(withoutKnown(value)) || guessBitsOf(value) < MIN_GUESS_BITS;
    return isCommon ? 'is one of those that everybody tries first' : null;
  },
  partsOf: (value) => [value],
};

const DAY_MS = 24 * 3600 * 1000;
const THIRTY_DAYS_MS = 30 * DAY_MS;

/** Two takeovers of one lane in a second would be noise; a lease below this is shorter than a pause of Node's. */
const MIN_LEASE_MS = 200;

/** @throws ConfigurationError that names the variable which is missing or wrong */
export function readConfig(variables: NodeJS.ProcessEnv = process.env): GatewayConfig {
  const env = new Environment(variables);
  const roles = env.text('GATEWAY_ROLE', 'api,worker').split(',');
  if (roles.some((role) => role !== 'api' && role !== 'worker')) {
    throw new ConfigurationError('GATEWAY_ROLE', 'must be api, worker or api,worker');
  }
  const databaseUrl = readDatabaseUrl(env);
  const services = readServiceAddresses(env.text('SERVICES', ''), SHORT_FORMS, env);
  return {
    host: env.host(),
    port: env.port('GATEWAY_PORT', 3000),
    production: env.production,
    corsOrigins: env.origins('CORS_ORIGINS'),
    api: roles.includes('api'),
    worker: roles.includes('worker'),
    logLevel: env.logLevel(),
    metrics: env.metricsPort(9464),
    traces: env.traceExport(),
    shutdownDelayMs: env.shutdownDelayMs(),
    clockToleranceMs: env.clockToleranceMs(),
    tls: readServerTls(env),
    trustedCa: readTrustedCa(env),
    tokenVerifyKeys: readTokenVerifyKeys(env, services['identity']!),
    databaseUrl,
    services,
    queue: readQueue(env, databaseUrl),
    run: {
      leaseMs: env.integer('LANE_LEASE_MS', 10_000, MIN_LEASE_MS),
      serviceTimeoutMs: env.integer('SERVICE_TIMEOUT_MS', 5000, 1),
      retryBaseMs: env.integer('RETRY_BASE_MS', 200, 1),
      retryMaxMs: env.integer('RETRY_MAX_MS', 30_000, 1),
      deadlineMs: env.integer('OPERATION_DEADLINE_MS', 900_000, 1),
      paidOrders: env.choice('DELETION_OF_PAID_ORDERS', ['restrict', 'cancel'], 'restrict'),
    },
    deletionGraceMs: env.integer('DELETION_GRACE_MS', THIRTY_DAYS_MS, 0),
    integrityEveryMs: env.integer('INTEGRITY_EVERY_MS', 3_600_000, 0),
    retention: {
      operationsMs: readRetention(env, 'RETENTION_OPERATIONS_MS', 90),
      auditMs: readRetention(env, 'RETENTION_AUDIT_MS', 400),
      eventsMs: readRetention(env, 'RETENTION_EVENTS_MS', 30),
    },
    laneMaxDepth: env.integer('LANE_MAX_DEPTH', 1000, 1),
    limits: {
      address: env.limit('RATE_LIMIT_ADDRESS', 300),
      user: env.limit('RATE_LIMIT_USER', 1200),
      concurrentPerUser: env.limit('CONCURRENT_PER_USER', 32),
      concurrentPerAddress: env.limit('CONCURRENT_PER_ADDRESS', 128),
      loginFailures: env.limit('LOGIN_FAILURE_LIMIT', 10),
    },
    trustedProxies: env.networks('TRUSTED_PROXIES'),
    publicUrl: env.optionalUrl('PUBLIC_URL'),
    webhookPrivateNetworks: env.networks('WEBHOOK_PRIVATE_NETWORKS'),
    serviceSigningKey: env.secret(SERVICE_SIGNING_KEY),
    dataKey: env.secret(DATA_KEY),
    previousDataKey: env.optionalSecret({ ...DATA_KEY, name: 'DATA_KEY_PREVIOUS' }) ?? null,
    admin: readAdmin(env),
  };
}

/**
 * Less than two days are refused: for one day a client's key stands for its operation, which must still be there, and
 * charts and clients look back as far.
 */
function readRetention(env: Environment, name: string, days: number): number {
  const ms = env.integer(name, days * DAY_MS);
  if (ms > 0 && ms < 2 * DAY_MS)
    throw new ConfigurationError(name, `must be 0, which is for ever, or at least ${2 * DAY_MS}`);
  return ms;
}

/** @returns the settings that a migration needs: whoever runs it need not have the keys. */
export function readMigrationConfig(variables: NodeJS.ProcessEnv = process.env): MigrationConfig {
  const env = new Environment(variables);
  const databaseUrl = readDatabaseUrl(env);
  const role = readRuntimeRole(env, 'GATEWAY_DATABASE_RUNTIME_ROLE');
  const runtimeRole = role && { ...role, narrowed: { audit: { update: ERASABLE } } };
  return { databaseUrl, queue: readQueue(env, databaseUrl), runtimeRole };
}

/** @returns the path that a proxy adds before every address: `/turnpike`, or nothing */
export function publicPath({ publicUrl }: Pick<GatewayConfig, 'publicUrl'>): string {
  return publicUrl === null ? '' : new URL(publicUrl).pathname.replace(/\/$/, '');
}

function readDatabaseUrl(env: Environment): string {
  const usual = 'postgres://turnpike:turnpike@127.0.0.1:5432/gateway';
  return trustingCa(env, env.databaseUrl('GATEWAY_DATABASE_URL', usual));
}

function readTokenVerifyKeys(env: Environment, identityUrl: string): string | null {
  const keys = readVerifyKeys(env, 'TOKEN_VERIFY_KEYS');
  requirePinned(env, 'TOKEN_VERIFY_KEYS', keys, identityUrl);
  return keys;
}

function readQueue(env: Environment, databaseUrl: string): QueueConfig {
  const url = trustingCa(env, env.optional('QUEUE_URL') ?? databaseUrl);
  const cluster = isCluster(url) ? readCluster(env, url) : undefined;
  if (!cluster) env.refuseWeakServer('QUEUE_URL', url);
  const backend = backendOf(url);
  if (!backend)
    throw new ConfigurationError(
      'QUEUE_URL',
      'must begin with redis://, rediss://, redis+cluster://, rediss+cluster:// or postgres://',
    );
  return {
    backend,
    url,
    cluster,
    ca: readTrustedCa(env),
    installation: readInstallation(env),
    partitions: env.integer('QUEUE_PARTITIONS', 16, 1, 1024),
    concurrency: env.integer('WORKER_CONCURRENCY', 64, 1, 10_000),
  };
}

function readCluster(env: Environment, url: string): ClusterAddress {
  const address = clusterAddressOf(url);
  if (!address)
    throw new ConfigurationError(
      'QUEUE_URL',
      'must be redis+cluster://[user:password@]host:port,host:port, or the same with rediss+cluster',
    );
  if (address.password || !address.nodes.every(({ host }) => isLoopback(host)))
    env.refuseWeakPassword('QUEUE_URL', address.password);
  return address;
}

function readInstallation(env: Environment): string {
  const name = env.text('INSTALLATION', 'turnpike');
  if (/^[a-z0-9-]{1,40}$/.test(name)) return name;
  throw new ConfigurationError('INSTALLATION', 'must be 1 to 40 of a to z, 0 to 9 and -');
}

function backendOf(url: string): QueueBackend | null {
  if (/^rediss?(\+cluster)?:\/\//.test(url)) return 'redis';
  return /^postgres(ql)?:\/\//.test(url) ? 'postgres' : null;
}

function readAdmin(env: Environment): AdminConfig | null {
  const email = env.optional('ADMIN_EMAIL');
  if (!email) return null;
  const password = env.secret(ADMIN_PASSWORD);
  if (hasPartOf(email, password))
    throw new ConfigurationError('ADMIN_PASSWORD', 'must not have anything of ADMIN_EMAIL in it');
  return { email, password };
}

function hasPartOf(email: string, password: string): boolean {
  const parts = email.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  return parts.some((part) => part.length >= MIN_PART_LENGTH && password.toLowerCase().includes(part));
}
