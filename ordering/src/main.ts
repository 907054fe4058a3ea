import { runMain, startProcess } from '@turnpike/service';
import { AppModule } from './app.module.js';
import { readConfig } from './config.js';

async function main(): Promise<void> {
  const config = readConfig();
  await startProcess({
    name: 'ordering',
    module: AppModule.with(config),
    host: config.host,
    port: config.port,
    production: config.production,
    logLevel: config.logLevel,
    metrics: config.metrics,
    traces: config.traces,
    api: {
      title: 'Turnpike ordering',
      description: 'Customers and their orders. Every route below /internal is for the gateway alone.',
    },
  });
}

runMain(main);
