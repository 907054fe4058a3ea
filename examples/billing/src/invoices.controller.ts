import { Controller, Get, Param, ParseUUIDPipe, Query, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { IntegrityQuery, IntegrityRow } from '@turnpike/protocol';
import type { InvoiceView } from '@turnpike/contracts';
import { ApiItems, ServiceTokenGuard } from '@turnpike/service';
import { Invoices, noInvoice } from './invoices.js';

@ApiTags('invoices')
@Controller('internal')
@UseGuards(ServiceTokenGuard)
export class InvoicesController {
  constructor(private readonly invoices: Invoices) {}

  /** The invoice of that order. */
  @Get('orders/:orderId/invoice')
  find(
    @Param('orderId', new ParseUUIDPipe({ exceptionFactory: noInvoice })) orderId: string,
  ): Promise<InvoiceView> {
    return this.invoices.find(orderId);
  }

  /** The invoices that refer to a user, in the order of their ids, for comparison with the users. */
  @Get('integrity/invoices')
  @ApiItems(IntegrityRow)
  async references(@Query() query: IntegrityQuery): Promise<{ items: IntegrityRow[] }> {
    return { items: await this.invoices.references(query) };
  }
}
