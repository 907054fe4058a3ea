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
import type { OrderingConfig } from './config.js';
import { CustomerStepsController } from './customer-steps.controller.js';
import { CustomersController } from './customers.controller.js';
import { Customers } from './customers.js';
import { databaseOptions } from './database.js';
import { Deletion } from './deletion.js';
import { Follow } from './follow.js';
import { IntegrityController } from './integrity.controller.js';
import { Integrity } from './integrity.js';
import { OrderStepsController } from './order-steps.controller.js';
import { OrdersController } from './orders.controller.js';
import { Orders } from './orders.js';
import { Purge } from './purge.js';

/** Ordering, in the order in which a call flows: token, step, use case, database. */
@Module({})
export class AppModule {
  static with(config: OrderingConfig): DynamicModule {
    return {
      module: AppModule,
      controllers: [
        CustomerStepsController,
        OrderStepsController,
        SettleController,
        EventsController,
        CustomersController,
        OrdersController,
        IntegrityController,
        HealthController,
      ],
      providers: [
        {
          provide: ServiceTokenVerifier,
          useFactory: () => new ServiceTokenVerifier('ordering', config.gatewayUrl),
        },
        Steps,
        {
          provide: Outbox,
          inject: [Database],
          useFactory: (database: Database) => new Outbox('ordering', database),
        },
        Customers,
        Deletion,
        Follow,
        Purge,
        Orders,
        Integrity,
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
