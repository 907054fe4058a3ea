import { Body, Controller, Get, Put, Query, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { FencesQuery, FenceView, MarkKept, MarkView, SetMark } from '@turnpike/protocol';
import { Marks } from './marks.js';
import { ApiItems } from '../http/openapi.js';
import { ServiceTokenGuard } from '../auth/service-token.js';

/** Marks and fences are the same in every service. */
@ApiTags('marks')
@Controller('internal')
@UseGuards(ServiceTokenGuard)
export class MarksController {
  constructor(private readonly marks: Marks) {}

  /** The newest mark that the gateway has left in this database. */
  @Get('mark')
  async newest(): Promise<MarkView> {
    return { mark: await this.marks.newest() };
  }

  /** Leaves a mark, unless this database is behind what the ledger knows of it. */
  @Put('mark')
  keep(@Body() body: SetMark): Promise<MarkKept> {
    return this.marks.keep(body);
  }

  /** How far this service has come with each user, in the order of their ids. */
  @Get('fences')
  @ApiItems(FenceView)
  async fences(@Query() query: FencesQuery): Promise<{ items: FenceView[] }> {
    return { items: await this.marks.fences(query) };
  }
}
