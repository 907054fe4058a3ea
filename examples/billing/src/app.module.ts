import { type DynamicModule, Module } from '@nestjs/common';
import { declarationOf } from '@turnpike/contracts';
import { SERVICE_CONTROLLERS, serviceProviders } from '@turnpike/service';
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
      controllers: [InvoiceStepsController, InvoicesController, ...SERVICE_CONTROLLERS],
      providers: [
        ...serviceProviders(declarationOf('billing'), config, databaseOptions(config.databaseUrl)),
        Invoices,
      ],
    };
  }
}
