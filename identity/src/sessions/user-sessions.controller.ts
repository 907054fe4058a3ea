import { Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Req, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { OpenSessions } from '@turnpike/contracts';
import { ServiceTokenGuard } from '@turnpike/service';
import type { FastifyRequest } from 'fastify';
import { SessionList } from './session-list.js';

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

  /** Ends one of them. */
  @Delete(':sid')
  @HttpCode(204)
  end(
    @Param('id', ParseUUIDPipe) id: string,
    @Param('sid', ParseUUIDPipe) sid: string,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    return this.sessions.end(id, sid, request.id);
  }
}
