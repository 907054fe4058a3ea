import { type DynamicModule, Module } from '@nestjs/common';
import { declarationOf } from '@turnpike/contracts';
import { SERVICE_CONTROLLERS, serviceProviders } from '@turnpike/service';
import type { OrderingConfig } from './config.js';
import { CustomerStepsController } from './customers/customer-steps.controller.js';
import { CustomersController } from './customers/customers.controller.js';
import { Customers } from './customers/customers.js';
import { databaseOptions } from './database.js';
import { Deletion } from './customers/deletion.js';
import { Follow } from './customers/follow.js';
import { IntegrityController } from './integrity.controller.js';
import { Integrity } from './integrity.js';
import { OrderStepsController } from './orders/order-steps.controller.js';
import { OrdersController } from './orders/orders.controller.js';
import { Orders } from './orders/orders.js';
import { Purge } from './customers/purge.js';

/** Ordering, in the order in which a call flows: token, step, use case, database. */
@Module({})
export class AppModule {
  static with(config: OrderingConfig): DynamicModule {
    return {
      module: AppModule,
      controllers: [
        CustomerStepsController,
        OrderStepsController,
        CustomersController,
        OrdersController,
        IntegrityController,
        ...SERVICE_CONTROLLERS,
      ],
      providers: [
        ...serviceProviders(declarationOf('ordering'), config, databaseOptions(config.databaseUrl)),
        Customers,
        Deletion,
        Follow,
        Purge,
        Orders,
        Integrity,
      ],
    };
  }
}
