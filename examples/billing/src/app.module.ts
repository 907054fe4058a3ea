import { type DynamicModule, Module } from '@nestjs/common';
import {
  Database,
  EventsController,
  HealthController,
  Outbox,
  READINESS_CHECKS,
  type ReadinessChecks,
  ServiceTokenVerifier,
  SettleController,
  Steps,
} from '@turnpike/service';
import type { BillingConfig } from './config.js';
import { databaseOptions } from './database.js';
import { InvoiceStepsController } from './invoice-steps.controller.js';
import { InvoicesController } from './invoices.controller.js';
import { Invoices } from './invoices.js';

/** Billing, in the order in which a call flows: token, step, use case, database. */
@Module({})
export class AppModule {
  static with(config: BillingConfig): DynamicModule {
    return {
      module: AppModule,
      controllers: [
        InvoiceStepsController,
        SettleController,
        EventsController,
        InvoicesController,
        HealthController,
      ],
      providers: [
        {
          provide: ServiceTokenVerifier,
          useFactory: () => new ServiceTokenVerifier('billing', config.gatewayUrl),
        },
        Steps,
        {
          provide: Outbox,
          inject: [Database],
          useFactory: (database: Database) => new Outbox('billing', database),
        },
        Invoices,
        { provide: Database, useFactory: () => startDatabase(config.databaseUrl) },
        {
          provide: READINESS_CHECKS,
          inject: [Database],
          useFactory: (database: Database): ReadinessChecks => ({ database: () => database.isReady() }),
        },
      ],
    };
  }
}

/** Not awaited: the process is live, and answers 503, while its database is away. */
function startDatabase(url: string): Database {
  const database = new Database(databaseOptions(url));
  void database.start();
  return database;
}
