import { Environment, type MetricsPort, TOKEN_SIGNING_KEYS, type TraceExport } from '@turnpike/service';

/** Everything that can be set about an identity process. This file alone reads process.env. */
export class IdentityConfig {
  host: string;
  port: number;
  production: boolean;
  logLevel: string;
  metrics: MetricsPort;
  traces: TraceExport | null;
  shutdownDelayMs: number;
  /** By how much the clocks of two processes may differ. */
  clockToleranceMs: number;
  databaseUrl: string;
  /** Where the key is read with which the gateway's calls are verified. */
  gatewayUrl: string;
  /** JWKS of private keys as JSON text; the first signs, all verify. */
  tokenSigningKeys: string;
}

/** @throws ConfigurationError that names the variable which is missing or wrong */
export function readConfig(variables: NodeJS.ProcessEnv = process.env): IdentityConfig {
  const env = new Environment(variables);
  return {
    host: env.host(),
    port: env.port('IDENTITY_PORT', 3001),
    production: env.production,
    logLevel: env.logLevel(),
    metrics: env.metricsPort(9465),
    traces: env.traceExport(),
    shutdownDelayMs: env.shutdownDelayMs(),
    clockToleranceMs: env.clockToleranceMs(),
    databaseUrl: databaseUrl(env),
    gatewayUrl: env.url('GATEWAY_URL', 'http://127.0.0.1:3000'),
    tokenSigningKeys: env.secret(TOKEN_SIGNING_KEYS),
  };
}

/** @returns the one setting that a migration needs: whoever runs it need not have the keys. */
export function readDatabaseUrl(variables: NodeJS.ProcessEnv = process.env): string {
  return databaseUrl(new Environment(variables));
}

function databaseUrl(env: Environment): string {
  return env.databaseUrl('IDENTITY_DATABASE_URL', 'postgres://turnpike:turnpike@127.0.0.1:5432/identity');
}
