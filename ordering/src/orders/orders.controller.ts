import { Controller, Get, Param, ParseUUIDPipe, Query, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { OrdersQuery, OrderView } from '@turnpike/contracts';
import type { Page } from '@turnpike/protocol';
import { ApiPage, ServiceTokenGuard } from '@turnpike/service';
import { noOrder, Orders } from './orders.js';

@ApiTags('orders')
@Controller('internal/orders')
@UseGuards(ServiceTokenGuard)
export class OrdersController {
  constructor(private readonly orders: Orders) {}

  /** Orders, newest first: of one user, or everybody's. */
  @Get()
  @ApiPage(OrderView)
  list(@Query() query: OrdersQuery): Promise<Page<OrderView>> {
    return this.orders.list(query);
  }

  /** One order, whoever's it is: who may see it is for the gateway to say. */
  @Get(':id')
  find(@Param('id', new ParseUUIDPipe({ exceptionFactory: noOrder })) id: string): Promise<OrderView> {
    return this.orders.find(id);
  }
}
