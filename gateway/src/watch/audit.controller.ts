import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AuditEntry, AuditQuery, type Page } from '@turnpike/contracts';
import { ApiPage } from '@turnpike/service';
import { Allows } from '../entry/routes.js';
import { AuditTrail } from '../ledger/audit-trail.js';

@ApiTags('operators')
@Controller('v1/ops/audit')
export class AuditController {
  constructor(private readonly trail: AuditTrail) {}

  /** Who did what to whom, when, and by which operation; newest first. */
  @Get()
  @Allows('ops.read')
  @ApiPage(AuditEntry)
  list(@Query() query: AuditQuery): Promise<Page<AuditEntry>> {
    return this.trail.page(query);
  }
}
