import 'reflect-metadata';
import { runMain, startProcess } from '@turnpike/service';
import { AppModule } from './app.module.js';
import { readConfig } from './config.js';
import { assertCarriedOut } from './run/operations/sagas.js';

runMain(async () => {
  const config = readConfig();
  assertCarriedOut(config.relations);
  await startProcess({
    name: 'gateway',
    module: AppModule.for(config),
    host: config.host,
    port: config.port,
    production: config.production,
    corsOrigins: config.corsOrigins,
    logLevel: config.logLevel,
    trustedProxies: config.trustedProxies,
    publicUrl: config.publicUrl,
    metrics: config.metrics,
    traces: config.traces,
    api: config.api
      ? {
          title: 'Turnpike',
          description:
            'The single entry point for all writes. Every write is answered with 202 and an operation, runs in the ' +
            'lane of the user whose data it is about, one at a time and in order, and none after the deletion.',
        }
      : undefined,
  });
});
