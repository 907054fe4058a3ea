import { Controller, Get, Param, ParseUUIDPipe, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { CustomerView } from '@turnpike/contracts';
import { ServiceTokenGuard } from '@turnpike/service';
import { Customers, noCustomer } from './customers.js';

@ApiTags('customers')
@Controller('internal/customers')
@UseGuards(ServiceTokenGuard)
export class CustomersController {
  constructor(private readonly customers: Customers) {}

  /** The customer of that user, also a deleted one. */
  @Get(':userId')
  find(
    @Param('userId', new ParseUUIDPipe({ exceptionFactory: noCustomer })) userId: string,
  ): Promise<CustomerView> {
    return this.customers.find(userId);
  }
}
