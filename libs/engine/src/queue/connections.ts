import type { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { PATIENT, SessionClient, type SessionConfig } from '@turnpike/service';
import {
  type ConnectionOptions,
  createPostgresBackend,
  DEFAULT_SCHEMA,
  setDefaultBackendFactory,
} from 'bullmq';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { Pool, type PoolClient, type PoolConfig } from 'pg';
import type { QueueConfig } from '../config.js';
import { complaints } from './proof/complaints.js';
import { MAX_WAIT_MS } from './workers/live-worker.js';
import { proveRedis } from './proof/prove-redis.js';

/** Milliseconds between two attempts to reach a queue server that is away, doubled up to the second number. */
const RETRY_MS = 500;
const RETRY_MAX_MS = 2000;

/** Connections of the PostgreSQL backend beside those that the workers of partitions and maintenance listen on. */
const POSTGRES_SPARE_CONNECTIONS = 4;

/** Milliseconds for a connection to Redis, and until a lost one is made again: well within the 10 s of a whole recovery. */
const CONNECT_MS = 2000;
const RECONNECT_MS = 500;

/**
 * Milliseconds without a byte from Redis while an answer is due; then the connection is ended and made anew. A peer that
 * is silent sends neither end nor reset, so without it a forgotten connection is waited on for minutes.
 */
const PRODUCER_SILENCE_MS = 2000;

/** Longer, since a worker's own connection is silent for as long as its wait for a job lasts (MAX_WAIT_MS). */
const CONSUMER_SILENCE_MS = MAX_WAIT_MS + 2000;

/** Milliseconds to prove that the account may do what the queue does: a dozen commands. */
const PROVE_WITHIN_MS = 5000;
/** What its clients are made with is the pool's, and more than a pool knows of. */
type QueuePoolConfig = PoolConfig & SessionConfig;

/** What queues and workers share within a process. */
export interface QueueConnections {
  /** Fails at once while the server is away: whoever adds a job must not wait. */
  producer: ConnectionOptions;
  /** Waits while the server is away. */
  consumer: ConnectionOptions;
  /** The producer where it is one of Redis, for what is no queue. */
  redis: Redis | Cluster | null;
  close: () => Promise<void>;
}

/**
 * Waits until the server of the configured backend answers, then opens the connections. BullMQ's queues and
 * workers on PostgreSQL never recover if they are made before.
 * @param stopped ends the wait
 */
export async function openConnections(
  config: QueueConfig,
  stopped: AbortSignal,
): Promise<QueueConnections | null> {
  const logger = new Logger('QueueConnections');
  const open = config.backend === 'redis' ? openRedis : openPostgres;
  for (let waitMs = RETRY_MS; !stopped.aborted; waitMs = Math.min(2 * waitMs, RETRY_MAX_MS)) {
    try {
      return await open(config, logger, stopped);
    } catch (error) {
      logger.warn(`The queue cannot be used: ${(error as Error).message}`);
      await pause(waitMs, undefined, { signal: stopped }).catch(() => undefined);
    }
  }
  return null;
}

async function openRedis(config: QueueConfig, logger: Logger): Promise<QueueConnections> {
  const complain = complaints(logger);
  const producer = connect(config, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    socketTimeout: PRODUCER_SILENCE_MS,
  });
  const consumer = connect(config, { maxRetriesPerRequest: null, socketTimeout: CONSUMER_SILENCE_MS });
  const close = (): Promise<void> => {
    producer.disconnect();
    consumer.disconnect();
    return Promise.resolve();
  };
  let trouble: Error | null = null;
  producer.on('error', (error: Error) => complain(`Redis: ${(trouble = error).message}`));
  consumer.on('error', (error: Error) => complain(`Redis: ${error.message}`));
  try {
    await producer.connect();
    await withTimeout(proveRedis(producer, consumer, config.installation), PROVE_WITHIN_MS);
  } catch (error) {
    await close();
    // A refused password ends the connection, and only the event before says why.
    throw trouble ?? error;
  }
  return { producer, consumer, redis: producer, close };
}

/** How every connection to Redis comes back. */
const RECOVERY: RedisOptions = {
  connectTimeout: CONNECT_MS,
  retryStrategy: (attempts) => Math.min(50 * attempts, RECONNECT_MS),
  // Another server is the master by now: the address may lead to it already.
  reconnectOnError: ({ message }) => message.startsWith('READONLY'),
};

/** One server, or a cluster. */
function connect(config: QueueConfig, options: RedisOptions): Redis | Cluster {
  const { url, cluster: address } = config;
  const tls = tlsOf(config);
  // With `rediss:` in the address the options of TLS would be left out.
  if (!address) {
    const plain = tls ? url.replace(/^rediss:/, 'redis:') : url;
    return heardByAll(new Redis(plain, { ...options, ...RECOVERY, ...tls, lazyConnect: true }));
  }
  const { nodes, username, password } = address;
  const { enableOfflineQueue = true, ...rest } = options;
  const cluster = new Cluster(nodes, {
    lazyConnect: true,
    enableOfflineQueue,
    clusterRetryStrategy: () => RECONNECT_MS,
    redisOptions: { ...rest, ...RECOVERY, ...tls, ...(password && { username, password }) },
    // The servers' certificates are for their names, where the cluster tells names: those are left as they are.
    ...(tls && { dnsLookup: (host, found) => found(null, host) }),
  });
  return heardByAll(cluster);
}

/** Nothing where the address is of a server that speaks no TLS. */
function tlsOf({ url, cluster, ca }: QueueConfig): Pick<RedisOptions, 'tls'> | null {
  if (!(cluster?.tls ?? url.startsWith('rediss:'))) return null;
  return { tls: ca ? { ca } : {} };
}

/** Every queue and worker listens to the connection that they share: so many listeners are no leak. */
function heardByAll<Connection extends EventEmitter>(connection: Connection): Connection {
  connection.setMaxListeners(0);
  return connection;
}

/**
 * The schema of BullMQ's tables is to PostgreSQL what the prefix of keys is to Redis. The usual name has BullMQ's own,
 * in which the tables of every installation were before it had a name.
 */
export function schemaOf(installation: string): string {
  return installation === 'turnpike'
    ? DEFAULT_SCHEMA
    : `${DEFAULT_SCHEMA}_${installation.replaceAll('-', '_')}`;
}

type Connected = (error: Error | undefined, client: PoolClient | undefined, release: () => void) => void;

/**
 * BullMQ remembers for ever that a first connection failed, and after most errors asks again without a pause, which
 * leaves the process no time for anything else. So whoever waits for a connection of its own gets one in the end, and
 * a statement that gets none takes its time to say so.
 */
class QueuePool extends Pool {
  constructor(
    options: QueuePoolConfig,
    private readonly stopped: AbortSignal,
  ) {
    super(options);
  }

  override connect(): Promise<PoolClient>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<PoolClient> | void {
    if (!callback) return this.connectInTheEnd();
    super.connect((error, client, release) => {
      if (error) setTimeout(() => callback(error, client, release), RETRY_MS);
      else callback(error, client, release);
    });
  }

  private async connectInTheEnd(): Promise<PoolClient> {
    for (;;) {
      try {
        return await super.connect();
      } catch (error) {
        if (this.stopped.aborted) throw error;
        await pause(RETRY_MS);
      }
    }
  }
}

async function openPostgres(
  { url, installation, partitions }: QueueConfig,
  logger: Logger,
  stopped: AbortSignal,
): Promise<QueueConnections> {
  const options: QueuePoolConfig = {
    connectionString: url,
    max: partitions + 1 + POSTGRES_SPARE_CONNECTIONS,
    connectionTimeoutMillis: 2000,
    query_timeout: 6000,
    application_name: 'turnpike-queue',
    // Those that BullMQ listens on, too: if one leads nowhere, its heartbeat ends it, and BullMQ makes another.
    Client: SessionClient,
    session: {
      ...PATIENT,
      // Not for the connections that listen: those wait without a statement.
      statement_timeout: 5000,
      // BullMQ's statements use unqualified names.
      search_path: schemaOf(installation),
    },
  };
  const pool = new QueuePool(options, stopped);
  heardByAll(pool).on('error', (error) => logger.warn(`PostgreSQL: ${error.message}`));
  try {
    await pool.query('select 1 from migration limit 1');
  } catch (error) {
    await pool.end();
    throw error;
  }
  // @nestjs/bullmq has no argument for the backend: the default must be set before its queues are made.
  setDefaultBackendFactory(createPostgresBackend);
  // Its connection is a pool, which the type, written for Redis, does not know.
  const connection = pool as unknown as ConnectionOptions;
  return { producer: connection, consumer: connection, redis: null, close: () => pool.end() };
}

/** @throws Error when `work` takes longer than `timeoutMs` milliseconds; it goes on, and nobody hears of its end */
export async function withTimeout<Result>(work: Promise<Result>, timeoutMs: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
  });
  return Promise.race([work, timeout]).finally(() => clearTimeout(timer));
}
