import {
  Environment,
  type GatewayTrust,
  type MetricsPort,
  readGatewayTrust,
  readRuntimeRole,
  type RuntimeRole,
  readServerTls,
  type ServerTls,
  type TraceExport,
  trustingCa,
} from '@turnpike/service';

/** Everything that can be set about an ordering process. This file alone reads process.env. */
export class OrderingConfig implements GatewayTrust {
  gatewayUrl: string;
  serviceVerifyKeys: string | null;
  trustedCa: string | null;
  clockToleranceMs: number;
  host: string;
  port: number;
  production: boolean;
  logLevel: string;
  metrics: MetricsPort;
  traces: TraceExport | null;
  shutdownDelayMs: number;
  /** Null where the process answers by plain HTTP. */
  tls: ServerTls | null;
  databaseUrl: string;
}

/** @throws ConfigurationError that names the variable which is missing or wrong */
export function readConfig(variables: NodeJS.ProcessEnv = process.env): OrderingConfig {
  const env = new Environment(variables);
  return {
    host: env.host(),
    port: env.port('ORDERING_PORT', 3002),
    production: env.production,
    logLevel: env.logLevel(),
    metrics: env.metricsPort(9466),
    traces: env.traceExport(),
    shutdownDelayMs: env.shutdownDelayMs(),
    tls: readServerTls(env),
    databaseUrl: databaseUrl(env),
    ...readGatewayTrust(env),
  };
}

/** @returns the one setting that a migration needs. */
export function readDatabaseUrl(variables: NodeJS.ProcessEnv = process.env): string {
  return databaseUrl(new Environment(variables));
}

/** @returns the role that migrations give its rights to, if the processes have one of their own. */
export function readOwnRuntimeRole(variables: NodeJS.ProcessEnv = process.env): RuntimeRole | null {
  return readRuntimeRole(new Environment(variables), 'ORDERING_DATABASE_RUNTIME_ROLE');
}

function databaseUrl(env: Environment): string {
  return trustingCa(
    env,
    env.databaseUrl('ORDERING_DATABASE_URL', 'postgres://turnpike:turnpike@127.0.0.1:5432/ordering'),
  );
}
