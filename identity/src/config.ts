import {
  Environment,
  type GatewayTrust,
  type MetricsPort,
  readGatewayTrust,
  readRuntimeRole,
  type RuntimeRole,
  readServerTls,
  type ServerTls,
  TOKEN_SIGNING_KEYS,
  type TraceExport,
  trustingCa,
} from '@turnpike/service';

/** Everything that can be set about an identity process. This file alone reads process.env. */
export class IdentityConfig implements GatewayTrust {
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
    tls: readServerTls(env),
    databaseUrl: databaseUrl(env),
    ...readGatewayTrust(env),
    tokenSigningKeys: env.secret(TOKEN_SIGNING_KEYS),
  };
}

/** @returns the one setting that a migration needs: whoever runs it need not have the keys. */
export function readDatabaseUrl(variables: NodeJS.ProcessEnv = process.env): string {
  return databaseUrl(new Environment(variables));
}

/** @returns the role that migrations give its rights to, if the processes have one of their own. */
export function readOwnRuntimeRole(variables: NodeJS.ProcessEnv = process.env): RuntimeRole | null {
  return readRuntimeRole(new Environment(variables), 'IDENTITY_DATABASE_RUNTIME_ROLE');
}

function databaseUrl(env: Environment): string {
  return trustingCa(
    env,
    env.databaseUrl('IDENTITY_DATABASE_URL', 'postgres://turnpike:turnpike@127.0.0.1:5432/identity'),
  );
}
