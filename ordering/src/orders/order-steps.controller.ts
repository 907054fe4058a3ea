import { Body, Controller, HttpCode, Post, UseGuards, UseInterceptors } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import {
  CancelOrderStep,
  ChangeOrderStep,
  OrderStep,
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
import { type Advance, Orders } from './orders.js';

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
    @Body() { orderId, paymentReference }: PayOrderStep,
    @IfMatch() ifMatch?: string,
  ): Promise<RecordedAnswer> {
    return this.advance(call, { orderId, ifMatch, action: 'pay', columns: { paymentReference } });
  }

  /** A placed or paid order is cancelled. */
  @Post('ordering.cancel')
  @HttpCode(200)
  @ApiOkResponse({ type: OrderView })
  cancel(
    @Call() call: StepCall,
    @Body() { orderId, reason }: CancelOrderStep,
    @IfMatch() ifMatch?: string,
  ): Promise<RecordedAnswer> {
    return this.advance(call, {
      orderId,
      ifMatch,
      action: 'cancel',
      columns: { cancelReason: reason ?? null },
    });
  }

  /** A paid order is on its way. */
  @Post('ordering.ship')
  @HttpCode(200)
  @ApiOkResponse({ type: OrderView })
  ship(
    @Call() call: StepCall,
    @Body() { orderId, trackingNumber }: ShipOrderStep,
    @IfMatch() ifMatch?: string,
  ): Promise<RecordedAnswer> {
    return this.advance(call, { orderId, ifMatch, action: 'ship', columns: { trackingNumber } });
  }

  /** A shipped order has arrived. */
  @Post('ordering.deliver')
  @HttpCode(200)
  @ApiOkResponse({ type: OrderView })
  deliver(
    @Call() call: StepCall,
    @Body() { orderId }: OrderStep,
    @IfMatch() ifMatch?: string,
  ): Promise<RecordedAnswer> {
    return this.advance(call, { orderId, ifMatch, action: 'deliver' });
  }

  private advance(call: StepCall, step: Advance): Promise<RecordedAnswer> {
    return this.steps.apply(call, (tx) => this.orders.advance(tx, call, step));
  }
}
