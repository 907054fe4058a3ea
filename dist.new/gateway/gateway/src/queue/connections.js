"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.openConnections = openConnections;
exports.schemaOf = schemaOf;
const promises_1 = require("node:timers/promises");
const common_1 = require("@nestjs/common");
const service_1 = require("../../../libs/service/src/index.js");
const bullmq_1 = require("bullmq");
const ioredis_1 = require("ioredis");
const pg_1 = require("pg");
const complaints_js_1 = require("./complaints.js");
const live_worker_js_1 = require("./live-worker.js");
const prove_redis_js_1 = require("./prove-redis.js");
const timeout_js_1 = require("./timeout.js");
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
const CONSUMER_SILENCE_MS = live_worker_js_1.MAX_WAIT_MS + 2000;
/** Milliseconds to prove that the account may do what the queue does: a dozen commands. */
const PROVE_WITHIN_MS = 5000;
/**
 * Waits until the server of the configured backend answers, then opens the connections. BullMQ's queues and
 * workers on PostgreSQL never recover if they are made before.
 * @param stopped ends the wait
 */
async function openConnections(config, stopped) {
    const logger = new common_1.Logger('QueueConnections');
    const open = config.backend === 'redis' ? openRedis : openPostgres;
    for (let waitMs = RETRY_MS; !stopped.aborted; waitMs = Math.min(2 * waitMs, RETRY_MAX_MS)) {
        try {
            return await open(config, logger, stopped);
        }
        catch (error) {
            logger.warn(`The queue cannot be used: ${error.message}`);
            await (0, promises_1.setTimeout)(waitMs, undefined, { signal: stopped }).catch(() => undefined);
        }
    }
    return null;
}
async function openRedis(config, logger) {
    const complain = (0, complaints_js_1.complaints)(logger);
    const producer = connect(config, {
        enableOfflineQueue: false,
        maxRetriesPerRequest: 1,
        socketTimeout: PRODUCER_SILENCE_MS,
    });
    const consumer = connect(config, { maxRetriesPerRequest: null, socketTimeout: CONSUMER_SILENCE_MS });
    const close = () => {
        producer.disconnect();
        consumer.disconnect();
        return Promise.resolve();
    };
    let trouble = null;
    producer.on('error', (error) => complain(`Redis: ${(trouble = error).message}`));
    consumer.on('error', (error) => complain(`Redis: ${error.message}`));
    try {
        await producer.connect();
        await (0, timeout_js_1.withTimeout)((0, prove_redis_js_1.proveRedis)(producer, consumer, config.installation), PROVE_WITHIN_MS);
    }
    catch (error) {
        await close();
        // A refused password ends the connection, and only the event before says why.
        throw trouble ?? error;
    }
    return { producer, consumer, redis: producer, close };
}
/** How every connection to Redis comes back. */
const RECOVERY = {
    connectTimeout: CONNECT_MS,
    retryStrategy: (attempts) => Math.min(50 * attempts, RECONNECT_MS),
    // Another server is the master by now: the address may lead to it already.
    reconnectOnError: ({ message }) => message.startsWith('READONLY'),
};
/** One server, or a cluster. */
function connect({ url, cluster: address }, options) {
    if (!address)
        return heardByAll(new ioredis_1.Redis(url, { ...options, ...RECOVERY, lazyConnect: true }));
    const { nodes, username, password } = address;
    const { enableOfflineQueue = true, ...rest } = options;
    const cluster = new ioredis_1.Cluster(nodes, {
        lazyConnect: true,
        enableOfflineQueue,
        clusterRetryStrategy: () => RECONNECT_MS,
        redisOptions: { ...rest, ...RECOVERY, ...(password && { username, password }) },
    });
    return heardByAll(cluster);
}
/** Every queue and worker listens to the connection that they share: so many listeners are no leak. */
function heardByAll(connection) {
    connection.setMaxListeners(0);
    return connection;
}
/**
 * The schema of BullMQ's tables is to PostgreSQL what the prefix of keys is to Redis. The usual name has BullMQ's own,
 * in which the tables of every installation were before it had a name.
 */
function schemaOf(installation) {
    return installation === 'turnpike'
        ? bullmq_1.DEFAULT_SCHEMA
        : `${bullmq_1.DEFAULT_SCHEMA}_${installation.replaceAll('-', '_')}`;
}
/**
 * BullMQ remembers for ever that a first connection failed, and after most errors asks again without a pause, which
 * leaves the process no time for anything else. So whoever waits for a connection of its own gets one in the end, and
 * a statement that gets none takes its time to say so.
 */
class QueuePool extends pg_1.Pool {
    constructor(options, stopped) {
        super(options);
        this.stopped = stopped;
    }
    connect(callback) {
        if (!callback)
            return this.connectInTheEnd();
        super.connect((error, client, release) => {
            if (error)
                setTimeout(() => callback(error, client, release), RETRY_MS);
            else
                callback(error, client, release);
        });
    }
    async connectInTheEnd() {
        for (;;) {
            try {
                return await super.connect();
            }
            catch (error) {
                if (this.stopped.aborted)
                    throw error;
                await (0, promises_1.setTimeout)(RETRY_MS);
            }
        }
    }
}
async function openPostgres({ url, installation, partitions }, logger, stopped) {
    const options = {
        connectionString: url,
        max: partitions + 1 + POSTGRES_SPARE_CONNECTIONS,
        connectionTimeoutMillis: 2000,
        query_timeout: 6000,
        application_name: 'turnpike-queue',
        // Those that BullMQ listens on, too: if one leads nowhere, its heartbeat ends it, and BullMQ makes another.
        Client: service_1.SessionClient,
        session: {
            ...service_1.PATIENT,
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
    }
    catch (error) {
        await pool.end();
        throw error;
    }
    // @nestjs/bullmq has no argument for the backend: the default must be set before its queues are made.
    (0, bullmq_1.setDefaultBackendFactory)(bullmq_1.createPostgresBackend);
    // Its connection is a pool, which the type, written for Redis, does not know.
    const connection = pool;
    return { producer: connection, consumer: connection, redis: null, close: () => pool.end() };
}
//# sourceMappingURL=connections.js.map