import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AuditEntry, AuditQuery, type Page, StatedReason } from '@turnpike/protocol';
import { ApiPage, ApiProblems, Problem } from '@turnpike/service';
import { type Caller, CurrentCaller } from '../request/authorise.js';
import { Allows } from '../request/route-actions.js';
import { entryShownTo } from './audit-visibility.js';
import { AuditTrail } from '../audit/audit-trail.js';

@ApiTags('operators')
@Controller('v1/ops/audit')
export class AuditController {
  constructor(private readonly trail: AuditTrail) {}

  /** Who did what to whom, when, and by which operation; newest first. Names and addresses of others are hidden. */
  @Get()
  @Allows('ops.read')
  @ApiPage(AuditEntry)
  async list(@Query() query: AuditQuery, @CurrentCaller() caller: Caller): Promise<Page<AuditEntry>> {
    const { items, nextCursor } = await this.trail.page(query);
    return { items: items.map((entry) => entryShownTo(caller, entry)), nextCursor };
  }

  /** Shows what is hidden of an entry; the audit trail tells of it first. */
  @Post(':id/reveal')
  @Allows('ops.reveal')
  @ApiProblems('not-found')
  @HttpCode(200)
  async reveal(
    @Param('id') id: string,
    @Body() { reason }: StatedReason,
    @CurrentCaller() { userId: actorId }: Caller,
  ): Promise<AuditEntry> {
    const entry = await this.trail.find(id);
    if (!entry) throw new Problem('not-found');
    const { userId, operationId } = entry;
    const change = { before: null, after: { entry: id } };
    await this.trail.append({ action: 'audit.reveal', userId, operationId, actorId, reason, change });
    return entry;
  }
}
