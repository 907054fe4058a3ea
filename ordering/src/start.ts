import { startProcess } from '@turnpike/service';
import { AppModule } from './app.module.js';
import { readConfig } from './config.js';

/** Starts the process. */
export async function start(): Promise<void> {
  const config = readConfig();
  await startProcess({
    name: 'ordering',
    module: AppModule.with(config),
    host: config.host,
    port: config.port,
    production: config.production,
    tls: config.tls,
    logLevel: config.logLevel,
    metrics: config.metrics,
    traces: config.traces,
    shutdownDelayMs: config.shutdownDelayMs,
    api: {
      title: 'Turnpike ordering',
      description: 'Customers and their orders. Every route below /internal is for the gateway alone.',
    },
  });
}
