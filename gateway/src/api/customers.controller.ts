import { Body, Controller, Get, Put, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CustomerView, UpdateCustomer } from '@turnpike/contracts';
import {
  AcceptsIfNoneMatch,
  AcceptsReadAfter,
  AcceptsWrite,
  Admission,
  Allows,
  authorise,
  type Caller,
  CurrentCaller,
  Id,
  Reads,
  type Reply,
  type Request,
  sendResource,
  Services,
} from '@turnpike/engine';
import { DEFINITIONS } from '../operations/definitions.js';
import { Registered } from '../sign-in/registered.js';

/** What ordering knows of a user: a copy of the name, an address, a telephone number. */
@ApiTags('customers')
@Controller('v1/customers')
export class CustomersController {
  constructor(
    private readonly admission: Admission,
    private readonly services: Services,
    private readonly reads: Reads,
    private readonly registered: Registered,
  ) {}

  /** Replaces address and telephone number: what is left out is removed. */
  @Put(':userId')
  @AcceptsWrite(DEFINITIONS['customer.update'], CustomerView)
  update(
    @Id('userId') userId: string,
    @Body() body: UpdateCustomer,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ) {
    const target = { type: 'customer' as const, id: userId };
    const write = { kind: 'customer.update' as const, userId, target, payload: { ...body }, caller };
    return this.admission.submit(write, request, reply);
  }

  /** The customer that belongs to that user. */
  @Get(':userId')
  @Allows('customer.read')
  @AcceptsReadAfter()
  @AcceptsIfNoneMatch(CustomerView)
  async read(
    @Id('userId') userId: string,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<CustomerView> {
    authorise('customer.read', caller, userId);
    await this.reads.after(request, caller, userId);
    const path = `/internal/customers/${userId}`;
    const customer = await this.services.ask<CustomerView>('ordering', { method: 'GET', path });
    return sendResource(await this.registered.customer(customer), request, reply) as CustomerView;
  }
}
