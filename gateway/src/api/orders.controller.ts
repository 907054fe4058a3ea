import { Body, Controller, Get, Patch, Post, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  CancelOrder,
  ChangeOrder,
  type ClientKind,
  OrdersQuery,
  OrderView,
  PayOrder,
  PlaceOrder,
  ShipOrder,
} from '@turnpike/contracts';
import type { Page } from '@turnpike/protocol';
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
  LedgerQueries,
  Reads,
  type Reply,
  type Request,
  sendResource,
  Services,
  TakesNoBody,
} from '@turnpike/engine';
import { ApiPage, invalidRequest, Problem } from '@turnpike/service';
import { DEFINITIONS } from '../operations/definitions.js';
import { v7 as uuidv7 } from 'uuid';
import { Registered } from '../sign-in/registered.js';

/** Orders. The lane of an order is that of the user who placed it, whoever writes to it. */
@ApiTags('orders')
@Controller('v1/orders')
export class OrdersController {
  constructor(
    private readonly admission: Admission,
    private readonly queries: LedgerQueries,
    private readonly services: Services,
    private readonly reads: Reads,
    private readonly registered: Registered,
  ) {}

  /** Places an order for the caller. Without an address the customer's is copied. */
  @Post()
  @AcceptsWrite(DEFINITIONS['order.place'], OrderView)
  place(
    @Body() body: PlaceOrder,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ) {
    const target = { type: 'order' as const, id: uuidv7() };
    const write = {
      kind: 'order.place' as const,
      userId: caller.userId,
      target,
      payload: { ...body },
      caller,
    };
    return this.admission.submit(write, request, reply);
  }

  /** Changes lines or address of a placed order. */
  @Patch(':id')
  @AcceptsWrite(DEFINITIONS['order.change'], OrderView, 'order-state-conflict')
  change(
    @Id('id') id: string,
    @Body() body: ChangeOrder,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ) {
    if (Object.keys(body).length === 0)
      throw invalidRequest([{ path: '', message: 'nothing is to be changed' }]);
    return this.write('order.change', id, body, caller, request, reply);
  }

  /** Marks a placed order as paid. */
  @Post(':id/pay')
  @AcceptsWrite(DEFINITIONS['order.pay'], OrderView, 'order-state-conflict')
  pay(
    @Id('id') id: string,
    @Body() body: PayOrder,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ) {
    return this.write('order.pay', id, body, caller, request, reply);
  }

  /** Cancels a placed or paid order. */
  @Post(':id/cancel')
  @AcceptsWrite(DEFINITIONS['order.cancel'], OrderView, 'order-state-conflict')
  cancel(
    @Id('id') id: string,
    @Body() body: CancelOrder,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ) {
    return this.write('order.cancel', id, body, caller, request, reply);
  }

  /** Marks a paid order as shipped. */
  @Post(':id/ship')
  @AcceptsWrite(DEFINITIONS['order.ship'], OrderView, 'order-state-conflict')
  ship(
    @Id('id') id: string,
    @Body() body: ShipOrder,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ) {
    return this.write('order.ship', id, body, caller, request, reply);
  }

  /** Marks a shipped order as delivered. */
  @Post(':id/deliver')
  @AcceptsWrite(DEFINITIONS['order.deliver'], OrderView, 'order-state-conflict')
  @TakesNoBody()
  deliver(
    @Id('id') id: string,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ) {
    return this.write('order.deliver', id, {}, caller, request, reply);
  }

  /** One order. */
  @Get(':id')
  @Allows('order.read')
  @AcceptsReadAfter()
  @AcceptsIfNoneMatch(OrderView)
  async read(
    @Id('id') id: string,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<OrderView> {
    const userId = await this.ownerOf('order.read', id, caller);
    await this.reads.after(request, caller, userId);
    const path = `/internal/orders/${id}`;
    const order = await this.services.ask<OrderView>('ordering', { method: 'GET', path });
    return sendResource(await this.registered.order(order), request, reply) as OrderView;
  }

  /** The caller's orders, newest first; for administrators, with `userId`, anybody's. */
  @Get()
  @Allows('order.list', 'order.list-all')
  @ApiPage(OrderView)
  @AcceptsReadAfter()
  async list(
    @Query() query: OrdersQuery,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
  ): Promise<Page<OrderView>> {
    const userId = query.userId?.toLowerCase() ?? caller.userId;
    if (userId !== caller.userId) authorise('order.list-all', caller, userId);
    await this.reads.after(request, caller, userId);
    const asked = { ...query, userId };
    const call = { method: 'GET', path: '/internal/orders', query: asked, isPage: true } as const;
    return this.registered.orders(await this.services.ask<Page<OrderView>>('ordering', call));
  }

  private async write(
    kind: ClientKind,
    id: string,
    body: object,
    caller: Caller,
    request: Request,
    reply: Reply,
  ): Promise<unknown> {
    const userId = await this.ownerOf(kind, id, caller);
    const target = { type: 'order' as const, id };
    return this.admission.submit({ kind, userId, target, payload: { ...body }, caller }, request, reply);
  }

  /** By the gateway's own index, so that writes are accepted while ordering is away. */
  private async ownerOf(action: ClientKind | 'order.read', id: string, caller: Caller): Promise<string> {
    const userId = await this.queries.laneOf('order', id);
    authorise(action, caller, userId);
    if (!userId) throw new Problem('not-found');
    return userId;
  }
}
