"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Environment = exports.ConfigurationError = exports.CLOCK_TOLERANCE_MS = void 0;
const node_net_1 = require("node:net");
/** OTLP's own default comes first. */
const OTLP_PROTOCOLS = ['http/protobuf', 'http/json'];
/** Passwords of databases that stand in this source, or in everybody's instructions. */
const SAMPLE_PASSWORDS = ['turnpike', 'postgres', 'password', 'gateway', 'identity', 'ordering'];
/** Milliseconds in which common proxies notice that a process is not ready: they ask every second or every three. */
const SHUTDOWN_DELAY_MS = 5000;
/** Ten minutes: longer is a mistake of units. */
const MAX_SHUTDOWN_DELAY_MS = 600_000;
/** Milliseconds: more than clocks that are set by NTP ever differ, and less than a token lives. */
exports.CLOCK_TOLERANCE_MS = 30_000;
/** Four minutes: for five after the end of an access token identity still reports that its session was ended. */
const MAX_CLOCK_TOLERANCE_MS = 240_000;
/** A setting that stops the process; the message names the variable and never its value. */
class ConfigurationError extends Error {
    constructor(subject, complaint) {
        super(`${subject} ${complaint}`);
        this.name = 'ConfigurationError';
    }
}
exports.ConfigurationError = ConfigurationError;
/** Reads settings from environment variables; every complaint names the variable. */
class Environment {
    constructor(variables) {
        this.variables = variables;
        this.production = variables['NODE_ENV'] === 'production';
    }
    /** @returns the text, or the fallback where the variable is absent or empty. */
    text(name, fallback) {
        return this.variables[name] || fallback;
    }
    optional(name) {
        return this.variables[name] || undefined;
    }
    /** @returns the text; in production the variable is required. */
    required(name, developmentFallback) {
        const value = this.variables[name];
        if (value)
            return value;
        if (this.production)
            throw new ConfigurationError(name, 'is required in production');
        return developmentFallback;
    }
    /** @returns an http or https address without a trailing slash; required in production. */
    url(name, developmentFallback) {
        const value = this.required(name, developmentFallback);
        if (!/^https?:$/.test(protocolOf(value)))
            throw new ConfigurationError(name, 'is not an http(s) address');
        return value.replace(/\/+$/, '');
    }
    /** @returns the same for an address that may be absent; a query or a fragment would end up in the middle of others. */
    optionalUrl(name) {
        const value = this.optional(name);
        if (value === undefined)
            return null;
        const url = this.url(name, value);
        const { search, hash, username, password } = new URL(url);
        if (search || hash || username || password || /[?#\s]/.test(value))
            throw new ConfigurationError(name, 'must be an address such as https://example.com/turnpike, and nothing more');
        return url;
    }
    /** @returns web origins, comma-separated; none where the variable is absent. `*` would be everybody. */
    origins(name) {
        const origins = this.text(name, '').split(',').filter(Boolean);
        const wrong = origins.find((origin) => !URL.canParse(origin) || new URL(origin).origin !== origin);
        if (wrong)
            throw new ConfigurationError(name, 'must be origins such as https://shop.example, with commas between');
        return origins;
    }
    /** @returns the address of a PostgreSQL database; required in production. */
    databaseUrl(name, developmentFallback) {
        const value = this.required(name, developmentFallback);
        if (!/^postgres(ql)?:$/.test(protocolOf(value)))
            throw new ConfigurationError(name, 'is not a postgres:// address');
        this.refuseSamplePassword(name, value);
        return value;
    }
    /** @returns a whole number from `min` to `max`. */
    integer(name, fallback, min = 0, max = Number.MAX_SAFE_INTEGER) {
        const value = this.variables[name];
        if (!value)
            return fallback;
        const number = Number(value);
        if (!Number.isInteger(number) || number < min || number > max) {
            throw new ConfigurationError(name, `must be a whole number from ${min} to ${max}`);
        }
        return number;
    }
    /** @returns the addresses and networks of a list with commas, `10.0.0.1, fd00::/8`; none where it is absent. */
    networks(name) {
        const networks = this.text(name, '')
            .split(',')
            .map((network) => network.trim())
            .filter(Boolean);
        const wrong = networks.find((network) => !isNetwork(network));
        if (wrong)
            throw new ConfigurationError(name, `has ${wrong}, which is neither an address nor a network`);
        return networks;
    }
    port(name, fallback) {
        return this.integer(name, fallback, 0, 65_535);
    }
    /** @returns how long a process that was told to stop still serves: until proxies have noticed, in production. */
    shutdownDelayMs() {
        return this.integer('SHUTDOWN_DELAY_MS', this.production ? SHUTDOWN_DELAY_MS : 0, 0, MAX_SHUTDOWN_DELAY_MS);
    }
    /** @returns by how much the clocks of two processes may differ */
    clockToleranceMs() {
        return this.integer('CLOCK_TOLERANCE_MS', exports.CLOCK_TOLERANCE_MS, 0, MAX_CLOCK_TOLERANCE_MS);
    }
    /** @returns where the metrics are served */
    metricsPort(fallback) {
        const wasGiven = this.optional('METRICS_PORT') !== undefined;
        return { port: this.port('METRICS_PORT', fallback), wasGiven };
    }
    /** @returns the value, which is one of `allowed`. */
    choice(name, allowed, fallback) {
        const value = this.text(name, fallback);
        const chosen = allowed.find((choice) => choice === value);
        if (!chosen)
            throw new ConfigurationError(name, `must be one of ${allowed.join(', ')}`);
        return chosen;
    }
    /** @returns the secret; production refuses an absent one, the sample that came with the source, and weak ones. */
    secret(secret) {
        const value = this.required(secret.name, secret.sample);
        if (this.production && isSample(secret, value)) {
            throw new ConfigurationError(secret.name, 'is the sample that came with the source: make your own');
        }
        const weakness = secret.weakness(value);
        if (weakness)
            throw new ConfigurationError(secret.name, weakness);
        return value;
    }
    /** @returns the same for a secret that may be absent. */
    optionalSecret(secret) {
        return this.variables[secret.name] ? this.secret(secret) : undefined;
    }
    /** @throws ConfigurationError in production, for an address with a password that everybody tries first. */
    refuseSamplePassword(name, address) {
        if (!this.production || !URL.canParse(address))
            return;
        this.refuseSample(name, decodeURIComponent(new URL(address).password));
    }
    /** @param password as it is, of an address that is no URL */
    refuseSample(name, password) {
        if (this.production && SAMPLE_PASSWORDS.includes(password.toLowerCase())) {
            throw new ConfigurationError(name, 'has a password that everybody tries first: make your own');
        }
    }
    /** Where a process listens: only on this machine, unless it is told otherwise or runs in production. */
    host() {
        return this.text('HOST', this.production ? '0.0.0.0' : '127.0.0.1');
    }
    /** @returns how spans are exported, or null where no collector was named or none is wanted. */
    traceExport() {
        const given = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'].find((name) => this.optional(name));
        const isOff = this.text('OTEL_SDK_DISABLED', '').toLowerCase() === 'true';
        if (!given || isOff || this.optional('OTEL_TRACES_EXPORTER') === 'none')
            return null;
        this.url(given, '');
        const specific = this.optional('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL');
        const name = specific ? 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL' : 'OTEL_EXPORTER_OTLP_PROTOCOL';
        return { protocol: this.choice(name, OTLP_PROTOCOLS, 'http/protobuf') };
    }
    logLevel() {
        return this.choice('LOG_LEVEL', ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'info');
    }
}
exports.Environment = Environment;
function isSample({ sample, partsOf }, value) {
    const known = partsOf(sample);
    return value === sample || partsOf(value).some((part) => known.includes(part));
}
/** Everybody's network is none: who wants to believe everybody has not understood the question. */
function isNetwork(text) {
    const [, address = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
    const version = (0, node_net_1.isIP)(address);
    if (version === 0 || address.includes('%'))
        return false;
    const bits = version === 4 ? 32 : 128;
    return prefix === undefined || (Number(prefix) >= 1 && Number(prefix) <= bits);
}
function protocolOf(address) {
    return URL.canParse(address) ? new URL(address).protocol : '';
}
//# sourceMappingURL=environment.js.map