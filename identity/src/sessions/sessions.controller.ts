import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  ParseUUIDPipe,
  Post,
  Query,
  Req,
  UseGuards,
} from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { BeginSession, RefreshSession, type RevokedSessions } from '@turnpike/contracts';
import { SessionView } from '@turnpike/protocol';
import { ServiceTokenGuard } from '@turnpike/service';
import { IsRFC3339, MaxLength } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { Sessions } from './sessions.js';

class RevokedQuery {
  /** `now` of the answer before, less what a transaction takes to be committed. */
  @ApiProperty({ format: 'date-time' })
  @IsRFC3339()
  @MaxLength(40)
  since: string;
}

@ApiTags('sessions')
@Controller('internal/sessions')
@UseGuards(ServiceTokenGuard)
export class SessionsController {
  constructor(private readonly sessions: Sessions) {}

  /** Signs in. Unknown and deleted accounts and wrong passwords cannot be told apart, not even by time. */
  @Post()
  signIn(@Body() body: BeginSession, @Req() { id }: FastifyRequest): Promise<SessionView> {
    return this.sessions.signIn(body, id);
  }

  /** Spends a refresh token for a new pair of tokens; a token that was already spent ends its session. */
  @Post('refresh')
  @HttpCode(200)
  refresh(@Body() { refreshToken }: RefreshSession, @Req() { id }: FastifyRequest): Promise<SessionView> {
    return this.sessions.refresh(refreshToken, id);
  }

  /** The sessions that ended since then, of those whose access tokens may still be alive. */
  @Get('revoked')
  revoked(@Query() { since }: RevokedQuery): Promise<RevokedSessions> {
    return this.sessions.revokedSince(since);
  }

  /** Signs out; whether the session was still alive makes no difference. */
  @Delete(':sid')
  @HttpCode(204)
  end(@Param('sid', ParseUUIDPipe) sid: string, @Req() { id }: FastifyRequest): Promise<void> {
    return this.sessions.end(sid, id);
  }
}
