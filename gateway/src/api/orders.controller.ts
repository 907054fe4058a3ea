import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ORDER_OPERATIONS, OrdersQuery, OrderView } from '@turnpike/contracts';
import type { Page } from '@turnpike/protocol';
import {
  AcceptsIfNoneMatch,
  AcceptsReadAfter,
  Allows,
  authorise,
  type Caller,
  CurrentCaller,
  DeclaredWrites,
  Id,
  LedgerQueries,
  Reads,
  type Reply,
  type Request,
  sendResource,
  Services,
  Writes,
} from '@turnpike/engine';
import { ApiPage, Problem } from '@turnpike/service';
import { LIST_ALL_ORDERS, LIST_ORDERS, READ_ORDER } from '../operations/reads.js';
import { Registered } from '../sign-in/registered.js';

/** Orders. The lane of an order is that of the user who placed it, whoever writes to it. */
@Writes(...ORDER_OPERATIONS)
@ApiTags('orders')
@Controller('v1/orders')
export class OrdersController {
  constructor(
    readonly declared: DeclaredWrites,
    private readonly queries: LedgerQueries,
    private readonly services: Services,
    private readonly reads: Reads,
    private readonly registered: Registered,
  ) {}

  /** One order. */
  @Get(':id')
  @Allows(READ_ORDER)
  @AcceptsReadAfter()
  @AcceptsIfNoneMatch(OrderView)
  async read(
    @Id('id') id: string,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<OrderView> {
    const userId = await this.ownerOf(id, caller);
    await this.reads.after(request, caller, userId);
    const path = `/internal/orders/${id}`;
    const order = await this.services.ask<OrderView>('ordering', { method: 'GET', path });
    return sendResource(await this.registered.order(order), request, reply) as OrderView;
  }

  /** The caller's orders, newest first; for administrators, with `userId`, anybody's. */
  @Get()
  @Allows(LIST_ORDERS, LIST_ALL_ORDERS)
  @ApiPage(OrderView)
  @AcceptsReadAfter()
  async list(
    @Query() query: OrdersQuery,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
  ): Promise<Page<OrderView>> {
    const userId = query.userId?.toLowerCase() ?? caller.userId;
    if (userId !== caller.userId) authorise(LIST_ALL_ORDERS, caller, userId);
    await this.reads.after(request, caller, userId);
    const asked = { ...query, userId };
    const call = { method: 'GET', path: '/internal/orders', query: asked, isPage: true } as const;
    return this.registered.orders(await this.services.ask<Page<OrderView>>('ordering', call));
  }

  /** By the gateway's own index, so that writes are accepted while ordering is away. */
  private async ownerOf(id: string, caller: Caller): Promise<string> {
    const userId = await this.queries.laneOf('order', id);
    authorise(READ_ORDER, caller, userId);
    if (!userId) throw new Problem('not-found');
    return userId;
  }
}
