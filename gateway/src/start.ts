import 'reflect-metadata';
import { descriptionOf, routeTableOf } from '@turnpike/engine';
import { startProcess } from '@turnpike/service';
import { readConfig, type ShopConfig } from './config.js';
import { gatewayModule, shop } from './app.module.js';

/** What the security log has of the settings: what bounds, keeps and believes, and nothing that opens anything. */
function settingsOf(config: ShopConfig): object {
  const { api, worker, limits, retention, deletionGraceMs, clockToleranceMs, trustedProxies, corsOrigins } =
    config;
  const { backend } = config.queue;
  return {
    ...{
      api,
      worker,
      limits: { ...limits, loginFailures: config.loginFailures },
      retention,
      deletionGraceMs,
      clockToleranceMs,
      trustedProxies,
      corsOrigins,
    },
    ...{
      queue: backend,
      laneMaxDepth: config.laneMaxDepth,
      webhookPrivateNetworks: config.webhookPrivateNetworks,
    },
  };
}

/** Starts the process. */
export async function start(): Promise<void> {
  const config = readConfig();
  const application = shop(config);
  const declared = routeTableOf(application);
  await startProcess({
    name: 'gateway',
    module: gatewayModule(config, application),
    addressOf: declared.addressOf,
    host: config.host,
    port: config.port,
    production: config.production,
    tls: config.tls,
    corsOrigins: config.corsOrigins,
    logLevel: config.logLevel,
    trustedProxies: config.trustedProxies,
    publicUrl: config.publicUrl,
    metrics: config.metrics,
    traces: config.traces,
    // Nobody sends requests to a worker alone.
    settings: settingsOf(config),
    shutdownDelayMs: config.api ? config.shutdownDelayMs : 0,
    api: config.api
      ? {
          others: () => declared.routes().map(descriptionOf),
          title: 'Turnpike',
          description:
            'The single entry point for all writes. Every write is answered with 202 and an operation, runs in the ' +
            'lane of the user whose data it is about, one at a time and in order, and none after the deletion.',
        }
      : undefined,
  });
}
