import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type AuditEntry, AuditQuery, type Page } from '@turnpike/contracts';
import { authorise, type Caller } from '../entry/authorise.js';
import { CurrentCaller } from '../entry/caller.js';
import { AuditTrail } from '../ledger/audit-trail.js';

@ApiTags('operators')
@Controller('v1/ops/audit')
export class AuditController {
  constructor(private readonly trail: AuditTrail) {}

  /** Who did what to whom, when, and by which operation; newest first. */
  @Get()
  list(@Query() query: AuditQuery, @CurrentCaller() caller: Caller): Promise<Page<AuditEntry>> {
    authorise('ops', caller, null);
    return this.trail.page(query);
  }
}
