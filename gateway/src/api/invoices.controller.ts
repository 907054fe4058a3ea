import { Body, Controller, Get, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  INVOICE_OPERATIONS,
  InvoiceView,
  IssueInvoice,
  type Money,
  type OrderView,
  VoidInvoice,
} from '@turnpike/contracts';
import {
  AcceptsIfNoneMatch,
  AcceptsReadAfter,
  AcceptsWrite,
  type Action,
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
} from '@turnpike/engine';
import { Problem } from '@turnpike/service';
import { READ_INVOICE } from '../operations/reads.js';
import { v7 as uuidv7 } from 'uuid';
import { Registered } from '../sign-in/registered.js';

const [ISSUE, VOID] = INVOICE_OPERATIONS;

/** The invoice of an order, where billing takes part. Its lane is the order's. */
@ApiTags('invoices')
@Controller('v1/orders/:id/invoice')
export class InvoicesController {
  constructor(
    private readonly admission: Admission,
    private readonly queries: LedgerQueries,
    private readonly services: Services,
    private readonly reads: Reads,
    private readonly registered: Registered,
  ) {}

  /** Issues the invoice of an order that is paid; an order has one. */
  @Post()
  @AcceptsWrite(ISSUE)
  async issue(
    @Id('id') orderId: string,
    @Body() body: IssueInvoice,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ) {
    const userId = await this.ownerOf(ISSUE, orderId, caller);
    const invoiceId = uuidv7();
    const write = {
      ...{ kind: 'invoice.issue' as const, userId, caller },
      target: { type: 'invoice' as const, id: invoiceId },
      payload: { ...body, invoiceId, orderId },
      prepare: async () => ({ total: await this.paidTotalOf(orderId) }),
    };
    return this.admission.submit(write, request, reply);
  }

  /** Voids the invoice. Its number stays taken. */
  @Post('void')
  @AcceptsWrite(VOID)
  async void(
    @Id('id') orderId: string,
    @Body() body: VoidInvoice,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ) {
    const userId = await this.ownerOf(VOID, orderId, caller);
    const write = {
      ...{ kind: 'invoice.void' as const, userId, caller },
      target: { type: 'order' as const, id: orderId },
      payload: { ...body, orderId },
    };
    return this.admission.submit(write, request, reply);
  }

  /** The invoice. */
  @Get()
  @Allows(READ_INVOICE)
  @AcceptsReadAfter()
  @AcceptsIfNoneMatch(InvoiceView)
  async read(
    @Id('id') orderId: string,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<InvoiceView> {
    const userId = await this.ownerOf(READ_INVOICE, orderId, caller);
    await this.reads.after(request, caller, userId);
    const path = `/internal/orders/${orderId}/invoice`;
    const invoice = await this.services.ask<InvoiceView>('billing', { method: 'GET', path });
    return sendResource(await this.registered.invoice(invoice), request, reply) as InvoiceView;
  }

  /** Of an order that is paid nothing changes that an invoice has in it. */
  private async paidTotalOf(orderId: string): Promise<Money> {
    const path = `/internal/orders/${orderId}`;
    const { status, total } = await this.services.ask<OrderView>('ordering', { method: 'GET', path });
    if (['paid', 'shipped', 'delivered'].includes(status)) return total;
    throw new Problem('order-state-conflict', `There is no invoice of an order that is ${status}.`);
  }

  private async ownerOf(action: Action, orderId: string, caller: Caller): Promise<string> {
    const userId = await this.queries.laneOf('order', orderId);
    authorise(action, caller, userId);
    if (!userId) throw new Problem('not-found');
    return userId;
  }
}
