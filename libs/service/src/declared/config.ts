import type { DatabaseOptions } from '../database/database.js';
import { readRuntimeRole, type RuntimeRole } from '../database/runtime-role.js';
import { type GatewayTrust, readGatewayTrust } from '../auth/gateway-trust.js';
import { Environment, type TraceExport } from '../process/environment.js';
import type { MetricsPort } from '../process/metrics.js';
import { readServerTls, type ServerTls, trustingCa } from '../process/tls.js';

/*
 * What can be set about the process of a declared service. The names follow from the service's: `LOYALTY_PORT`,
 * `LOYALTY_DATABASE_URL`, `LOYALTY_DATABASE_RUNTIME_ROLE`; what is set for all processes has no name in it.
 */

/** What METRICS_PORT is unless it is set: as far above the port as the gateway's 9464 is above its 3000. */
const METRICS_ABOVE = 6464;

export interface ServiceConfig extends GatewayTrust {
  host: string;
  port: number;
  production: boolean;
  logLevel: string;
  metrics: MetricsPort;
  traces: TraceExport | null;
  shutdownDelayMs: number;
  /** Null where the process answers by plain HTTP. */
  tls: ServerTls | null;
  databaseUrl: DatabaseOptions['url'];
}

/** @throws ConfigurationError that names the variable which is missing or wrong */
export function readServiceConfig(
  service: string,
  usualPort: number,
  variables: NodeJS.ProcessEnv = process.env,
): ServiceConfig {
  const env = new Environment(variables);
  return {
    host: env.host(),
    port: env.port(variableOf(service, 'PORT'), usualPort),
    production: env.production,
    logLevel: env.logLevel(),
    metrics: env.metricsPort(usualPort + METRICS_ABOVE),
    traces: env.traceExport(),
    shutdownDelayMs: env.shutdownDelayMs(),
    tls: readServerTls(env),
    databaseUrl: databaseUrl(service, env),
    ...readGatewayTrust(env),
  };
}

/** What a migration needs, which has the rights of the tables' owner. */
export interface MigrationConfig {
  databaseUrl: DatabaseOptions['url'];
  /** The role that gets the rights which the process needs, if it has one of its own. */
  role: RuntimeRole | null;
}

/** @throws ConfigurationError that names the variable which is missing or wrong */
export function readMigrationConfig(
  service: string,
  variables: NodeJS.ProcessEnv = process.env,
): MigrationConfig {
  const env = new Environment(variables);
  const role = readRuntimeRole(env, variableOf(service, 'DATABASE_RUNTIME_ROLE'));
  return { databaseUrl: databaseUrl(service, env), role };
}

function databaseUrl(service: string, env: Environment): string {
  const usual = `postgres://turnpike:turnpike@127.0.0.1:5432/${service.replaceAll('-', '_')}`;
  return trustingCa(env, env.databaseUrl(variableOf(service, 'DATABASE_URL'), usual));
}

function variableOf(service: string, name: string): string {
  return `${service.toUpperCase().replaceAll('-', '_')}_${name}`;
}
