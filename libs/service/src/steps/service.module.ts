import type { Provider, Type } from '@nestjs/common';
import { Database, type DatabaseOptions } from '../database/database.js';
import { EventsController } from './events.controller.js';
import { HealthController, READINESS_CHECKS, type ReadinessChecks } from '../http/health.js';
import { forgetOldAnswers } from './inbox.js';
import { Marks } from './marks.js';
import { MarksController } from './marks.controller.js';
import { Outbox } from './outbox.js';
import { declareSteps, type DeclaredSteps } from '../protocol/declared-steps.js';
import { Retention, type Trim } from '../database/retention.js';
import type { GatewayTrust } from '../auth/gateway-trust.js';
import { gatewayKeys, ServiceTokenVerifier } from '../auth/service-token.js';
import { SettleController } from './settle.controller.js';
import { Steps } from './steps.js';

/** The controllers that every service behind the gateway has. */
export const SERVICE_CONTROLLERS: Type[] = [
  SettleController,
  EventsController,
  MarksController,
  HealthController,
];

/**
 * What every service behind the gateway needs, in the order in which a call meets it.
 * @param steps all that it may be called for
 * @param gateway how the gateway's calls are recognised
 * @param trims what of the service's own tables is trimmed
 */
export function serviceProviders(
  service: string,
  steps: DeclaredSteps,
  gateway: GatewayTrust & { production: boolean },
  database: DatabaseOptions,
  trims: readonly Trim[] = [],
): Provider[] {
  declareSteps(steps);
  return [
    {
      provide: ServiceTokenVerifier,
      useFactory: () => new ServiceTokenVerifier(service, gatewayKeys(gateway), gateway.clockToleranceMs),
    },
    Steps,
    Marks,
    { provide: Outbox, inject: [Database], useFactory: (own: Database) => new Outbox(service, own) },
    { provide: Database, useFactory: () => startDatabase({ ...database, production: gateway.production }) },
    {
      provide: Retention,
      inject: [Database],
      useFactory: (own: Database) => new Retention(own, [forgetOldAnswers, ...trims]),
    },
    {
      provide: READINESS_CHECKS,
      inject: [Database],
      useFactory: (own: Database): ReadinessChecks => ({ database: () => own.isReady() }),
    },
  ];
}

/** Not awaited: the process is live, and answers 503, while its database is away. */
function startDatabase(options: DatabaseOptions): Database {
  const database = new Database(options);
  void database.start();
  return database;
}
