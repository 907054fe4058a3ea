import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { IntegrityQuery, IntegrityRow } from '@turnpike/protocol';
import { ApiItems, ServiceTokenGuard } from '@turnpike/service';
import { Integrity } from './integrity.js';

@ApiTags('integrity')
@Controller('internal/integrity')
@UseGuards(ServiceTokenGuard)
export class IntegrityController {
  constructor(private readonly integrity: Integrity) {}

  /** The customers that are not purged, in the order of their users' ids. */
  @Get('customers')
  @ApiItems(IntegrityRow)
  async customers(@Query() query: IntegrityQuery): Promise<{ items: IntegrityRow[] }> {
    return { items: await this.integrity.customers(query) };
  }

  /** The orders that are not erased, in the order of their ids. */
  @Get('orders')
  @ApiItems(IntegrityRow)
  async orders(@Query() query: IntegrityQuery): Promise<{ items: IntegrityRow[] }> {
    return { items: await this.integrity.orders(query) };
  }
}
