import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { MetricsPort } from './metrics.js';
import { weaknessOfPassword, weaknessOfServer } from './server-address.js';

/** How spans are exported; whereto, the SDK reads by itself. */
export interface TraceExport {
  protocol: (typeof OTLP_PROTOCOLS)[number];
}

/** OTLP's own default comes first. */
const OTLP_PROTOCOLS = ['http/protobuf', 'http/json'] as const;

/** Values that came with the source: whoever reads the repository knows them. */
export interface Secret {
  name: string;
  /** Used outside production only. */
  sample: string;
  /** @returns what is wrong with the value, without the value, or null. */
  weakness: (value: string) => string | null;
  /** @returns what of the value is secret: with any part of the sample's a value is as good as the sample. */
  partsOf: (value: string) => readonly string[];
}

/** Milliseconds in which common proxies notice that a process is not ready: they ask every second or every three. */
const SHUTDOWN_DELAY_MS = 5000;

/** Ten minutes: longer is a mistake of units. */
const MAX_SHUTDOWN_DELAY_MS = 600_000;

/** Milliseconds: more than clocks that are set by NTP ever differ, and less than a token lives. */
export const CLOCK_TOLERANCE_MS = 30_000;

/** What is counted in 32 bits, ten times over. */
const MAX_LIMIT = 100_000_000;

/** Four minutes: for five after the end of an access token identity still reports that its session was ended. */
const MAX_CLOCK_TOLERANCE_MS = 240_000;

/** A setting that stops the process; the message names the variable and never its value. */
export class ConfigurationError extends Error {
  constructor(subject: string, complaint: string) {
    super(`${subject} ${complaint}`);
    this.name = 'ConfigurationError';
  }
}

/** Reads settings from environment variables; every complaint names the variable. */
export class Environment {
  readonly production: boolean;

  constructor(private readonly variables: Readonly<Record<string, string | undefined>>) {
    this.production = variables['NODE_ENV'] === 'production';
  }

  /** @returns the text, or the fallback where the variable is absent or empty. */
  text(name: string, fallback: string): string {
    return this.variables[name] || fallback;
  }

  optional(name: string): string | undefined {
    return this.variables[name] || undefined;
  }

  /** @returns the text; in production the variable is required. */
  required(name: string, developmentFallback: string): string {
    const value = this.variables[name];
    if (value) return value;
    if (this.production) throw new ConfigurationError(name, 'is required in production');
    return developmentFallback;
  }

  /** @returns an http or https address without a trailing slash; required in production. */
  url(name: string, developmentFallback: string): string {
    const value = this.required(name, developmentFallback);
    if (!/^https?:$/.test(protocolOf(value))) throw new ConfigurationError(name, 'is not an http(s) address');
    return value.replace(/\/+$/, '');
  }

  /** @returns the same for an address that may be absent; a query or a fragment would end up in the middle of others. */
  optionalUrl(name: string): string | null {
    const value = this.optional(name);
    if (value === undefined) return null;
    const url = this.url(name, value);
    const { search, hash, username, password } = new URL(url);
    if (search || hash || username || password || /[?#\s]/.test(value))
      throw new ConfigurationError(
        name,
        'must be an address such as https://example.com/turnpike, and nothing more',
      );
    return url;
  }

  /** @returns web origins, comma-separated; none where the variable is absent. `*` would be everybody. */
  origins(name: string): string[] {
    const origins = this.text(name, '').split(',').filter(Boolean);
    const wrong = origins.find((origin) => !URL.canParse(origin) || new URL(origin).origin !== origin);
    if (wrong)
      throw new ConfigurationError(name, 'must be origins such as https://shop.example, with commas between');
    return origins;
  }

  /** @returns the address of a PostgreSQL database; required in production. */
  databaseUrl(name: string, developmentFallback: string): string {
    const value = this.required(name, developmentFallback);
    if (!/^postgres(ql)?:$/.test(protocolOf(value)))
      throw new ConfigurationError(name, 'is not a postgres:// address');
    this.refuseWeakServer(name, value);
    return value;
  }

  /** @returns a whole number from `min` to `max`. */
  integer(name: string, fallback: number, min = 0, max = Number.MAX_SAFE_INTEGER): number {
    const value = this.variables[name];
    if (!value) return fallback;
    const number = Number(value);
    if (!Number.isInteger(number) || number < min || number > max) {
      throw new ConfigurationError(name, `must be a whole number from ${min} to ${max}`);
    }
    return number;
  }

  /** @returns the addresses and networks of a list with commas, `10.0.0.1, fd00::/8`; none where it is absent. */
  networks(name: string): string[] {
    const networks = this.text(name, '')
      .split(',')
      .map((network) => network.trim())
      .filter(Boolean);
    const wrong = networks.find((network) => !isNetwork(network));
    if (wrong) throw new ConfigurationError(name, `has ${wrong}, which is neither an address nor a network`);
    const wide = networks.find((network) => isEverybodys(network));
    if (wide) throw new ConfigurationError(name, `has ${wide}, which is wider than any network of yours`);
    return networks;
  }

  port(name: string, fallback: number): number {
    return this.integer(name, fallback, 0, 65_535);
  }

  /** @returns how much is allowed at most; 0, which is no limit, is refused in production. */
  limit(name: string, fallback: number): number {
    const value = this.integer(name, fallback, 0, MAX_LIMIT);
    if (value === 0 && this.production)
      throw new ConfigurationError(name, 'must be at least 1 in production: less is no limit');
    return value;
  }

  /** @returns how long a process that was told to stop still serves: until proxies have noticed, in production. */
  shutdownDelayMs(): number {
    return this.integer(
      'SHUTDOWN_DELAY_MS',
      this.production ? SHUTDOWN_DELAY_MS : 0,
      0,
      MAX_SHUTDOWN_DELAY_MS,
    );
  }

  /** @returns by how much the clocks of two processes may differ */
  clockToleranceMs(): number {
    return this.integer('CLOCK_TOLERANCE_MS', CLOCK_TOLERANCE_MS, 0, MAX_CLOCK_TOLERANCE_MS);
  }

  /** @returns where the metrics are served */
  metricsPort(fallback: number): MetricsPort {
    const wasGiven = this.optional('METRICS_PORT') !== undefined;
    return { port: this.port('METRICS_PORT', fallback), wasGiven };
  }

  /** @returns the value, which is one of `allowed`. */
  choice<Choice extends string>(name: string, allowed: readonly Choice[], fallback: Choice): Choice {
    const value = this.text(name, fallback);
    const chosen = allowed.find((choice) => choice === value);
    if (!chosen) throw new ConfigurationError(name, `must be one of ${allowed.join(', ')}`);
    return chosen;
  }

  /** @returns the secret; production refuses an absent one, the sample that came with the source, and weak ones. */
  secret(secret: Secret): string {
    const value = this.required(secret.name, secret.sample);
    if (this.production && isSample(secret, value)) {
      throw new ConfigurationError(secret.name, 'is the sample that came with the source: make your own');
    }
    const weakness = secret.weakness(value);
    if (weakness) throw new ConfigurationError(secret.name, weakness);
    return value;
  }

  /** @returns the same for a secret that may be absent. */
  optionalSecret(secret: Secret): string | undefined {
    return this.variables[secret.name] ? this.secret(secret) : undefined;
  }

  /** @throws ConfigurationError in production, for the address of a server that lets anybody in, or without proof. */
  refuseWeakServer(name: string, address: string): void {
    const weakness = this.production ? weaknessOfServer(address) : null;
    if (weakness) throw new ConfigurationError(name, weakness);
  }

  /** @param password as it is, of an address that is no URL; left out where that has none */
  refuseWeakPassword(name: string, password: string | undefined): void {
    if (!this.production) return;
    const weakness = password ? weaknessOfPassword(password) : 'has no password';
    if (weakness) throw new ConfigurationError(name, weakness);
  }

  /** Where a process listens: only on this machine, unless it is told otherwise or runs in production. */
  host(): string {
    return this.text('HOST', this.production ? '0.0.0.0' : '127.0.0.1');
  }

  /** @returns how spans are exported, or null where no collector was named or none is wanted. */
  traceExport(): TraceExport | null {
    const given = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'].find((name) =>
      this.optional(name),
    );
    const isOff = this.text('OTEL_SDK_DISABLED', '').toLowerCase() === 'true';
    if (!given || isOff || this.optional('OTEL_TRACES_EXPORTER') === 'none') return null;
    this.url(given, '');
    const specific = this.optional('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL');
    const name = specific ? 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL' : 'OTEL_EXPORTER_OTLP_PROTOCOL';
    return { protocol: this.choice(name, OTLP_PROTOCOLS, 'http/protobuf') };
  }

  logLevel(): string {
    return this.choice('LOG_LEVEL', ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'info');
  }
}

function isSample({ sample, partsOf }: Secret, value: string): boolean {
  const known = partsOf(sample);
  return value === sample || partsOf(value).some((part) => known.includes(part));
}

/** Everybody's network is none: who wants to believe everybody has not understood the question. */
function isNetwork(text: string): boolean {
  const [, address = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0 || address.includes('%')) return false;
  const bits = version === 4 ? 32 : 128;
  return prefix === undefined || (Number(prefix) >= 1 && Number(prefix) <= bits);
}

/** Bits before an address of version 4 that is written as one of version 6. */
const MAPPED_BITS = 96;

/**
 * Wider than the widest networks that are not public, 10.0.0.0/8 and fc00::/7; others of version 6 are smaller than /16.
 * All of version 4 lies in ::/16, so what begins there has to be as narrow as a network of version 4.
 */
function isEverybodys(network: string): boolean {
  const [address = '', prefix] = network.split('/');
  if (prefix === undefined) return false;
  const [first = 0, second = 0] = ipaddr.parse(address).toByteArray();
  if (isIP(address) === 4) return Number(prefix) < 8;
  if (first === 0 && second === 0) return Number(prefix) < MAPPED_BITS + 8;
  return Number(prefix) < ((first & 0xfe) === 0xfc ? 7 : 16);
}

function protocolOf(address: string): string {
  return URL.canParse(address) ? new URL(address).protocol : '';
}
