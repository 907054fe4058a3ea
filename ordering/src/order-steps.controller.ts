import { Body, Controller, HttpCode, Post, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import {
  CancelOrderStep,
  ChangeOrderStep,
  DeliverOrderStep,
  OrderView,
  PayOrderStep,
  PlaceOrderStep,
  ShipOrderStep,
} from '@turnpike/contracts';
import { STEPS_PATH } from '@turnpike/protocol';
import {
  Call,
  IfMatch,
  type RecordedAnswer,
  RecordedAnswers,
  ServiceTokenGuard,
  type StepCall,
  Steps,
} from '@turnpike/service';
import { Orders } from './orders.js';

@ApiTags('steps: orders')
@Controller(STEPS_PATH)
@UseGuards(ServiceTokenGuard)
@UseInterceptors(RecordedAnswers)
export class OrderStepsController {
  constructor(
    private readonly steps: Steps,
    private readonly orders: Orders,
  ) {}

  /** A customer orders; the delivery is copied. */
  @Post('ordering.place')
  @HttpCode(200)
  @ApiOkResponse({ type: OrderView })
  place(@Call() call: StepCall, @Body() body: PlaceOrderStep): Promise<RecordedAnswer> {
    return this.steps.apply(call, (tx) => this.orders.place(tx, call, body));
  }

  /** Replaces the lines of a placed order, or where it goes, or both. */
  @Post('ordering.change')
  @HttpCode(200)
  @ApiOkResponse({ type: OrderView })
  change(
    @Call() call: StepCall,
    @Body() body: ChangeOrderStep,
    @IfMatch() ifMatch?: string,
  ): Promise<RecordedAnswer> {
    return this.steps.apply(call, (tx) => this.orders.change(tx, call, body, ifMatch));
  }

  /** A placed order is paid. */
  @Post('ordering.pay')
  @HttpCode(200)
  @ApiOkResponse({ type: OrderView })
  pay(
    @Call() call: StepCall,
    @Body() body: PayOrderStep,
    @IfMatch() ifMatch?: string,
  ): Promise<RecordedAnswer> {
    return this.steps.apply(call, (tx) => this.orders.pay(tx, call, body, ifMatch));
  }

  /** A placed or paid order is cancelled. */
  @Post('ordering.cancel')
  @HttpCode(200)
  @ApiOkResponse({ type: OrderView })
  cancel(
    @Call() call: StepCall,
    @Body() body: CancelOrderStep,
    @IfMatch() ifMatch?: string,
  ): Promise<RecordedAnswer> {
    return this.steps.apply(call, (tx) => this.orders.cancel(tx, call, body, ifMatch));
  }

  /** A paid order is on its way. */
  @Post('ordering.ship')
  @HttpCode(200)
  @ApiOkResponse({ type: OrderView })
  ship(
    @Call() call: StepCall,
    @Body() body: ShipOrderStep,
    @IfMatch() ifMatch?: string,
  ): Promise<RecordedAnswer> {
    return this.steps.apply(call, (tx) => this.orders.ship(tx, call, body, ifMatch));
  }

  /** A shipped order has arrived. */
  @Post('ordering.deliver')
  @HttpCode(200)
  @ApiOkResponse({ type: OrderView })
  deliver(
    @Call() call: StepCall,
    @Body() body: DeliverOrderStep,
    @IfMatch() ifMatch?: string,
  ): Promise<RecordedAnswer> {
    return this.steps.apply(call, (tx) => this.orders.deliver(tx, call, body, ifMatch));
  }
}
