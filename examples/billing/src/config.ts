import { Environment, type MetricsPort, type TraceExport } from '@turnpike/service';

/** Everything that can be set about a billing process. This file alone reads process.env. */
export class BillingConfig {
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
}

/** @throws ConfigurationError that names the variable which is missing or wrong */
export function readConfig(variables: NodeJS.ProcessEnv = process.env): BillingConfig {
  const env = new Environment(variables);
  return {
    host: env.host(),
    port: env.port('BILLING_PORT', 3003),
    production: env.production,
    logLevel: env.logLevel(),
    metrics: env.metricsPort(9467),
    traces: env.traceExport(),
    shutdownDelayMs: env.shutdownDelayMs(),
    clockToleranceMs: env.clockToleranceMs(),
    databaseUrl: databaseUrl(env),
    gatewayUrl: env.url('GATEWAY_URL', 'http://127.0.0.1:3000'),
  };
}

/** @returns the one setting that a migration needs. */
export function readDatabaseUrl(variables: NodeJS.ProcessEnv = process.env): string {
  return databaseUrl(new Environment(variables));
}

function databaseUrl(env: Environment): string {
  return env.databaseUrl('BILLING_DATABASE_URL', 'postgres://turnpike:turnpike@127.0.0.1:5432/billing');
}
