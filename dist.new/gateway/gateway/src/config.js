"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.GatewayConfig = exports.QUEUE_BACKENDS = void 0;
exports.readConfig = readConfig;
exports.readMigrationConfig = readMigrationConfig;
exports.publicPath = publicPath;
const contracts_1 = require("../../libs/contracts/src/index.js");
const service_1 = require("../../libs/service/src/index.js");
const cluster_address_js_1 = require("./cluster-address.js");
exports.QUEUE_BACKENDS = ['postgres', 'redis'];
/** Everything that can be set about a gateway process. This file alone reads process.env. */
class GatewayConfig {
}
exports.GatewayConfig = GatewayConfig;
/** What people type who have to type something; identity refuses another 20,000 when it hashes the password. */
const TYPED_IN_HASTE = /^(pass(w[o0]rd|wort)?|admin(istrator)?|turnpike|change.?(me|it)|secret|welcome|qwerty|uiop|letmein|test|user|[\W\d_])+$/i;
/** Fewer different characters are one key that was held down, or two in turn. */
const MIN_DIFFERENT_CHARACTERS = 4;
/** The first administrator's password is as weak as whoever typed it. */
const ADMIN_PASSWORD = {
    name: 'ADMIN_PASSWORD',
    sample: '',
    weakness: (value) => {
        if (value.length < contracts_1.PASSWORD_LENGTH.min)
            return `must have at least ${contracts_1.PASSWORD_LENGTH.min} characters`;
        const isCommon = TYPED_IN_HASTE.test(value) || new Set(value).size < MIN_DIFFERENT_CHARACTERS;
        return isCommon ? 'is one of those that everybody tries first' : null;
    },
    partsOf: (value) => [value],
};
const DAY_MS = 24 * 3600 * 1000;
const THIRTY_DAYS_MS = 30 * DAY_MS;
/** Two takeovers of one lane in a second would be noise; a lease below this is shorter than a pause of Node's. */
const MIN_LEASE_MS = 200;
/** What is counted in 32 bits, ten times over. */
const MAX_LIMIT = 100_000_000;
/** @throws ConfigurationError that names the variable which is missing or wrong */
function readConfig(variables = process.env) {
    const env = new service_1.Environment(variables);
    const roles = env.text('GATEWAY_ROLE', 'api,worker').split(',');
    if (roles.some((role) => role !== 'api' && role !== 'worker')) {
        throw new service_1.ConfigurationError('GATEWAY_ROLE', 'must be api, worker or api,worker');
    }
    const databaseUrl = readDatabaseUrl(env);
    const services = readServices(env);
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
        databaseUrl,
        services,
        relations: contracts_1.RELATIONS.filter(({ service }) => services[service]),
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
            address: env.integer('RATE_LIMIT_ADDRESS', 300, 0, MAX_LIMIT),
            user: env.integer('RATE_LIMIT_USER', 1200, 0, MAX_LIMIT),
            concurrentPerUser: env.integer('CONCURRENT_PER_USER', 32, 0, MAX_LIMIT),
            concurrentPerAddress: env.integer('CONCURRENT_PER_ADDRESS', 128, 0, MAX_LIMIT),
            loginFailures: env.integer('LOGIN_FAILURE_LIMIT', 10, 0, MAX_LIMIT),
        },
        trustedProxies: env.networks('TRUSTED_PROXIES'),
        publicUrl: env.optionalUrl('PUBLIC_URL'),
        webhookPrivateNetworks: env.networks('WEBHOOK_PRIVATE_NETWORKS'),
        serviceSigningKey: env.secret(service_1.SERVICE_SIGNING_KEY),
        dataKey: env.secret(service_1.DATA_KEY),
        previousDataKey: env.optionalSecret({ ...service_1.DATA_KEY, name: 'DATA_KEY_PREVIOUS' }) ?? null,
        admin: readAdmin(env),
    };
}
/**
 * Less than two days are refused: for one day a client's key stands for its operation, which must still be there, and
 * charts and clients look back as far.
 */
function readRetention(env, name, days) {
    const ms = env.integer(name, days * DAY_MS);
    if (ms > 0 && ms < 2 * DAY_MS)
        throw new service_1.ConfigurationError(name, `must be 0, which is for ever, or at least ${2 * DAY_MS}`);
    return ms;
}
/** @returns the settings that a migration needs: whoever runs it need not have the keys. */
function readMigrationConfig(variables = process.env) {
    const env = new service_1.Environment(variables);
    const databaseUrl = readDatabaseUrl(env);
    return { databaseUrl, queue: readQueue(env, databaseUrl) };
}
/** @returns the path that a proxy adds before every address: `/turnpike`, or nothing */
function publicPath({ publicUrl }) {
    return publicUrl === null ? '' : new URL(publicUrl).pathname.replace(/\/$/, '');
}
function readDatabaseUrl(env) {
    return env.databaseUrl('GATEWAY_DATABASE_URL', 'postgres://turnpike:turnpike@127.0.0.1:5432/gateway');
}
function readServices(env) {
    const others = contracts_1.SERVICES.filter((name) => !contracts_1.CORE_SERVICES.some((core) => core === name));
    const joined = others
        .map((name) => `${name.toUpperCase()}_URL`)
        .filter((variable) => env.optional(variable));
    return {
        identity: env.url('IDENTITY_URL', 'http://127.0.0.1:3001'),
        ordering: env.url('ORDERING_URL', 'http://127.0.0.1:3002'),
        ...Object.fromEntries(joined.map((variable) => [variable.slice(0, -4).toLowerCase(), env.url(variable, '')])),
    };
}
function readQueue(env, databaseUrl) {
    const url = env.optional('QUEUE_URL') ?? databaseUrl;
    const cluster = url.startsWith(cluster_address_js_1.CLUSTER) ? readCluster(env, url) : undefined;
    if (!cluster)
        env.refuseSamplePassword('QUEUE_URL', url);
    const backend = backendOf(url);
    if (!backend)
        throw new service_1.ConfigurationError('QUEUE_URL', 'must begin with redis://, rediss://, redis+cluster:// or postgres://');
    return {
        backend,
        url,
        cluster,
        installation: readInstallation(env),
        partitions: env.integer('QUEUE_PARTITIONS', 16, 1, 1024),
        concurrency: env.integer('WORKER_CONCURRENCY', 64, 1, 10_000),
    };
}
function readCluster(env, url) {
    const address = (0, cluster_address_js_1.clusterAddressOf)(url);
    if (!address)
        throw new service_1.ConfigurationError('QUEUE_URL', `must be ${cluster_address_js_1.CLUSTER}[user:password@]host:port,host:port`);
    env.refuseSample('QUEUE_URL', address.password ?? '');
    return address;
}
function readInstallation(env) {
    const name = env.text('INSTALLATION', 'turnpike');
    if (/^[a-z0-9-]{1,40}$/.test(name))
        return name;
    throw new service_1.ConfigurationError('INSTALLATION', 'must be 1 to 40 of a to z, 0 to 9 and -');
}
function backendOf(url) {
    if (/^(rediss?|redis\+cluster):\/\//.test(url))
        return 'redis';
    return /^postgres(ql)?:\/\//.test(url) ? 'postgres' : null;
}
function readAdmin(env) {
    const email = env.optional('ADMIN_EMAIL');
    if (!email)
        return null;
    return { email, password: env.secret(ADMIN_PASSWORD) };
}
//# sourceMappingURL=config.js.map