import { Body, Controller, Get, Put, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CustomerView, UpdateCustomer } from '@turnpike/contracts';
import { Services } from '../../../libs/engine/src/execution/service-client.js';
import { Admission } from '../../../libs/engine/src/http/submit-write.js';
import { authorise, type Caller } from '../../../libs/engine/src/request/authorise.js';
import { CurrentCaller } from '../../../libs/engine/src/request/caller.js';
import { AcceptsIfNoneMatch, AcceptsReadAfter, AcceptsWrite, type Reply, type Request } from '../../../libs/engine/src/http/write-route.js';
import { Reads, sendResource } from '../../../libs/engine/src/http/consistent-reads.js';
import { Registered } from '../sign-in/registered.js';
import { Id } from '../../../libs/engine/src/request/request-headers.js';
import { Allows } from '../../../libs/engine/src/request/route-actions.js';

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
  @AcceptsWrite('customer.update', CustomerView)
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
