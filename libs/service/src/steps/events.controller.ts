import { Body, Controller, Get, HttpCode, Post, Query, UseGuards } from '@nestjs/common';
import { ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import {
  AcknowledgeEvents,
  type DomainEvents,
  EVENTS_PATH,
  EVENTS_PER_PAGE,
  FromDigits,
  Optional,
} from '@turnpike/protocol';
import { IsInt, Max, Min } from 'class-validator';
import { Outbox } from './outbox.js';
import { ServiceTokenGuard } from '../auth/service-token.js';

class EventsQuery {
  @ApiPropertyOptional({ minimum: 1, maximum: EVENTS_PER_PAGE, default: EVENTS_PER_PAGE })
  @Optional()
  @FromDigits()
  @IsInt()
  @Min(1)
  @Max(EVENTS_PER_PAGE)
  limit: number = EVENTS_PER_PAGE;
}

/** The outbox is the same in every service. */
@ApiTags('events')
@Controller(EVENTS_PATH)
@UseGuards(ServiceTokenGuard)
export class EventsController {
  constructor(private readonly outbox: Outbox) {}

  /** What was not acknowledged, oldest first: an event is given again until it is. */
  @Get()
  oldest(@Query() { limit }: EventsQuery): Promise<DomainEvents> {
    return this.outbox.oldest(limit);
  }

  /** The caller has these events: they are forgotten here. */
  @Post('acknowledge')
  @HttpCode(204)
  acknowledge(@Body() { ids }: AcknowledgeEvents): Promise<void> {
    return this.outbox.acknowledge(ids);
  }
}
