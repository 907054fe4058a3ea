import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CUSTOMER_OPERATIONS, CustomerView } from '@turnpike/contracts';
import {
  AcceptsIfNoneMatch,
  AcceptsReadAfter,
  Allows,
  authorise,
  type Caller,
  CurrentCaller,
  DeclaredWrites,
  Id,
  Reads,
  type Reply,
  type Request,
  sendResource,
  Services,
  Writes,
} from '@turnpike/engine';
import { READ_CUSTOMER } from '../operations/reads.js';
import { Registered } from '../sign-in/registered.js';

/** What ordering knows of a user: a copy of the name, an address, a telephone number. */
@Writes(...CUSTOMER_OPERATIONS)
@ApiTags('customers')
@Controller('v1/customers')
export class CustomersController {
  constructor(
    readonly declared: DeclaredWrites,
    private readonly services: Services,
    private readonly reads: Reads,
    private readonly registered: Registered,
  ) {}

  /** The customer that belongs to that user. */
  @Get(':userId')
  @Allows(READ_CUSTOMER)
  @AcceptsReadAfter()
  @AcceptsIfNoneMatch(CustomerView)
  async read(
    @Id('userId') userId: string,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<CustomerView> {
    authorise(READ_CUSTOMER, caller, userId);
    await this.reads.after(request, caller, userId);
    const path = `/internal/customers/${userId}`;
    const customer = await this.services.ask<CustomerView>('ordering', { method: 'GET', path });
    return sendResource(await this.registered.customer(customer), request, reply) as CustomerView;
  }
}
