import { type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { watchConnections } from './connections.js';
import { ConfigurationError, type TraceExport } from './environment.js';
import { collectRoutes, createHttpAdapter, refuseOtherMethods } from './http.js';
import { createLogger, PinoLogger } from './logging.js';
import { type MetricsPort, serveMetrics } from './metrics.js';
import { type ApiDescription, describeApi } from './openapi.js';
import { ProblemFilter } from './problem.js';
import { describeError } from './redact.js';
import { startTracing } from './tracing.js';
import { validationPipe } from './validation.js';

export interface ProcessOptions {
  name: string;
  module: Type | DynamicModule;
  host: string;
  port: number;
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
  /** Left out, or null, where no spans are made. */
  traces?: TraceExport | null;
  /** Left out where there is no interface to describe. */
  api?: ApiDescription;
}

/** Milliseconds for an orderly stop; what is not done by then is taken over by others. */
export const STOP_WITHIN_MS = 28_000;

/** Starts a process of the system: HTTP, validation, problems, documentation, and an orderly stop on SIGTERM. */
export async function startProcess(options: ProcessOptions): Promise<void> {
  const stopTracing = await startTracing(options.name, options.traces ?? null);
  const pino = createLogger(options.name, options.logLevel);
  const { production, corsOrigins = [], trustedProxies, publicUrl } = options;
  const adapter = createHttpAdapter(pino, { production, corsOrigins, trustedProxies, publicUrl });
  const routes = collectRoutes(adapter);
  const app = await NestFactory.create<NestFastifyApplication>(options.module, adapter, {
    logger: new PinoLogger(pino),
    bodyParser: false,
    abortOnError: false,
  });
  app.useGlobalPipes(validationPipe());
  app.useGlobalFilters(new ProblemFilter());
  if (options.api) describeApi(app, { ...options.api, server: publicUrl ?? '/' });
  const closeUnsent = watchConnections(app.getHttpServer());
  stopOnSignal(app, { closeUnsent, stopTracing, flush: () => pino.flush() });
  await app.init();
  refuseOtherMethods(app, routes);
  const stopMetrics = await serveMetrics(options.metrics, options.host);
  app.getHttpServer().once('close', stopMetrics);
  await app.listen(options.port, options.host);
}

/** Milliseconds for requests to end after the process was told to stop; a client that does not read is cut off. */
const REQUESTS_END_WITHIN_MS = 22_000;

/**
 * Runs a process' main function; a wrong setting or a taken port ends it with one line that says which. What nobody
 * caught ends it, too; Node by itself would print such an error with all its members, the parameters of a statement or
 * the headers of a call.
 */
export function runMain(main: () => Promise<void>): void {
  process.on('uncaughtException', (error) => {
    sayLast(error);
    process.exit(1);
  });
  main().catch((error: unknown) => {
    const { code, port } = error as { code?: string; port?: number };
    if (error instanceof ConfigurationError) console.error(error.message);
    else if (code === 'EADDRINUSE') console.error(`Port ${port} is in use.`);
    else sayLast(error);
    process.exit(1);
  });
}

function sayLast(error: unknown): void {
  const { message, stack = message } = describeError(error);
  console.error(stack);
}

/** What has to be done when a process stops, beside closing the application. */
interface Ends {
  closeUnsent: () => void;
  stopTracing: () => Promise<void>;
  flush: () => void;
}

function stopOnSignal(app: NestFastifyApplication, { closeUnsent, stopTracing, flush }: Ends): void {
  const stop = (): void => {
    closeUnsent();
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    setTimeout(() => app.getHttpServer().closeAllConnections(), REQUESTS_END_WITHIN_MS).unref();
    void app.close().then(
      () => exit(0),
      (error: unknown) => {
        sayLast(error);
        return exit(1);
      },
    );
  };
  const exit = async (code: number): Promise<void> => {
    await stopTracing();
    flush();
    process.exit(code);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}
