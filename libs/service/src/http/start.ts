import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { BodyLimits } from './body.js';
import { type Connections, watchConnections } from './drain-connections.js';
import { type TraceExport } from '../process/environment.js';
import { createHttpAdapter } from './http.js';
import { refuseOtherMethods, type Routes } from './methods.js';
import { createLogger, PinoLogger } from '../process/logging.js';
import { type MetricsPort, serveMetrics } from '../process/metrics.js';
import { type ApiDescription, describeApi } from './openapi.js';
import { ProblemFilter } from '../problems/problem.js';
import { sayLast } from '../process/run-main.js';
import { securityEvent, writeSecurityLogTo } from '../process/security-log.js';
import { stopListening } from './stop-listening.js';
import { stopBy } from '../process/stop-signals.js';
import type { ServerTls } from '../process/tls.js';
import { startTracing } from '../process/tracing.js';
import { validationPipe } from './validation.js';

export interface ProcessOptions {
  name: string;
  module: Type | DynamicModule;
  host: string;
  port: number;
  /** What the process answers by HTTPS with; left out, or null, where it answers by plain HTTP. */
  tls?: ServerTls | null;
  /** Whether browsers are told to come by HTTPS alone. */
  production: boolean;
  /** The origins whose pages may read answers; none where it is left out. */
  corsOrigins?: readonly string[];
  logLevel: string;
  /** Whose `X-Forwarded-For` is believed (nobody's). */
  trustedProxies?: readonly string[];
  /** What `Location` and the description's addresses begin with, where a proxy adds something. */
  publicUrl?: string | null;
  metrics: MetricsPort;
  /** How long a process that was told to stop still serves while it says that it is not ready. */
  shutdownDelayMs: number;
  /** Left out, or null, where no spans are made. */
  traces?: TraceExport | null;
  /** What the security log has of the settings at the start; nothing secret. */
  settings?: object;
  /** @returns the address under which the process answers a request; its own if left out */
  addressOf?: (request: IncomingMessage) => string;
  /** How much of anything there may be in a body (what a client may send). */
  bodyLimits?: BodyLimits;
  /** Left out where there is no interface to describe. */
  api?: ApiDescription;
}

/** Milliseconds for an orderly stop after SHUTDOWN_DELAY_MS; what is not done by then is taken over by others. */
export const STOP_WITHIN_MS = 28_000;

/** Milliseconds for requests to end after the listener has closed; a client that does not read is cut off. */
const REQUESTS_END_WITHIN_MS = 22_000;

/** Starts a process of the system: HTTP, validation, problems, documentation, and an orderly stop on SIGTERM. */
export async function startProcess(options: ProcessOptions): Promise<void> {
  const stopTracing = await startTracing(options.name, options.traces ?? null);
  const pino = createLogger(options.name, options.logLevel);
  writeSecurityLogTo(pino);
  const { production, corsOrigins = [], trustedProxies, publicUrl, tls, addressOf, bodyLimits } = options;
  const { adapter, routes } = createHttpAdapter(pino, {
    ...{ production, corsOrigins, trustedProxies, publicUrl, tls, addressOf, bodyLimits },
  });
  const app = await NestFactory.create<NestFastifyApplication>(options.module, adapter, {
    logger: new PinoLogger(pino),
    bodyParser: false,
    abortOnError: false,
  });
  app.useGlobalPipes(validationPipe());
  app.useGlobalFilters(new ProblemFilter());
  if (options.api) describeApi(app, { ...options.api, server: publicUrl ?? '/' });
  const connections = watchConnections(app.getHttpServer());
  const ends = { connections, stopTracing, flush: () => pino.flush() };
  const started = serve(app, routes, options);
  // Before it serves nobody was told to send requests here: a stop waits for the start alone.
  stopBy(() => void started.then(() => stopOrderly(app, 0, ends)));
  await started;
  securityEvent('sys_startup', { settings: { production, ...options.settings } });
  stopBy(() => void stopOrderly(app, options.shutdownDelayMs, ends));
}

async function serve(app: NestFastifyApplication, routes: Routes, options: ProcessOptions): Promise<void> {
  await app.init();
  refuseOtherMethods(app, routes);
  const stopMetrics = await serveMetrics(options.metrics, options.host);
  app.getHttpServer().once('close', stopMetrics);
  await app.listen(options.port, options.host);
}

/** What has to be done when a process stops, beside closing the application. */
interface Ends {
  connections: Connections;
  stopTracing: () => Promise<void>;
  flush: () => void;
}

/**
 * From the signal on the process says that it is not ready, and each answer is the last of its connection. It serves
 * until those that send requests here have noticed; then it stops listening, answers what it has accepted, and ends.
 */
async function stopOrderly(app: NestFastifyApplication, delayMs: number, ends: Ends): Promise<void> {
  setTimeout(() => process.exit(1), delayMs + STOP_WITHIN_MS).unref();
  securityEvent('sys_shutdown');
  try {
    await pause(delayMs);
    await endServing(app, ends);
  } catch (error) {
    sayLast(error);
    process.exitCode = 1;
  }
  await ends.stopTracing();
  ends.flush();
  process.exit();
}

async function endServing(app: NestFastifyApplication, { connections }: Ends): Promise<void> {
  const server = app.getHttpServer();
  await stopListening(server);
  setTimeout(() => server.closeAllConnections(), REQUESTS_END_WITHIN_MS).unref();
  connections.endUnsent();
  await connections.lastRequests();
  await app.close();
}
