import { Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Query, UseGuards } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { type EndedSessions, type OpenSessions, Optional } from '@turnpike/contracts';
import { ServiceTokenGuard } from '@turnpike/service';
import { IsUUID } from 'class-validator';
import { SessionList } from './session-list.js';

class KeepQuery {
  /** The session that goes on. */
  @ApiProperty({ format: 'uuid', required: false })
  @Optional()
  @IsUUID()
  keep?: string;
}

/** The sessions of one user. */
@ApiTags('sessions')
@Controller('internal/users/:id/sessions')
@UseGuards(ServiceTokenGuard)
export class UserSessionsController {
  constructor(private readonly sessions: SessionList) {}

  /** Those that go on. */
  @Get()
  list(@Param('id', ParseUUIDPipe) id: string): Promise<OpenSessions> {
    return this.sessions.of(id);
  }

  /** Ends all of them but the one to keep; the answer names those that have ended by it. */
  @Delete()
  @HttpCode(200)
  endAll(@Param('id', ParseUUIDPipe) id: string, @Query() { keep }: KeepQuery): Promise<EndedSessions> {
    return this.sessions.endAll(id, keep ?? null);
  }

  /** Ends one of them. */
  @Delete(':sid')
  @HttpCode(204)
  end(@Param('id', ParseUUIDPipe) id: string, @Param('sid', ParseUUIDPipe) sid: string): Promise<void> {
    return this.sessions.end(id, sid);
  }
}
