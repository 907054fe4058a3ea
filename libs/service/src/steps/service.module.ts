import type { Provider, Type } from '@nestjs/common';
import type { ServiceDeclaration } from '@turnpike/protocol';
import { Database, type DatabaseOptions } from '../database/database.js';
import { EventsController } from './events.controller.js';
import { HealthController, READINESS_CHECKS, type ReadinessChecks } from '../http/health.js';
import { forgetOldAnswers } from './inbox.js';
import { ManifestController } from './manifest.controller.js';
import { ManifestDocument } from '../manifest/manifest.js';
import { Marks } from './marks.js';
import { MarksController } from './marks.controller.js';
import { Outbox } from './outbox.js';
import { declareSteps } from '../protocol/declared-steps.js';
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
  ManifestController,
  HealthController,
];

/**
 * What every service behind the gateway needs, in the order in which a call meets it.
 * @param declaration what the service says of itself: it is called for the steps in it, and for no others
 * @param gateway how the gateway's calls are recognised
 * @param trims what of the service's own tables is trimmed
 */
export function serviceProviders(
  declaration: ServiceDeclaration,
  gateway: GatewayTrust & { production: boolean },
  database: DatabaseOptions,
  trims: readonly Trim[] = [],
): Provider[] {
  const { service, steps = [] } = declaration;
  declareSteps(steps);
  return [
    { provide: ManifestDocument, useFactory: () => new ManifestDocument(declaration) },
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
