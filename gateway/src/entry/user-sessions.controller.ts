import { Body, Controller, Delete, HttpCode, Req } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import { CurrentPassword, type EndedSessions } from '@turnpike/contracts';
import { ApiProblems } from '@turnpike/service';
import { Services } from '../run/services.js';
import { authorise, type Caller } from './authorise.js';
import { CurrentCaller } from './caller.js';
import type { Request } from './http.js';
import { Passwords } from './passwords.js';
import { Id } from './request.js';
import { Revocations } from './revocations.js';
import { Allows } from './routes.js';

/** All sessions of a user at once: of one who has lost a device, or of an account that somebody else is in. */
@ApiTags('sessions')
@Controller('v1/users/:id/sessions')
export class UserSessionsController {
  constructor(
    private readonly services: Services,
    private readonly passwords: Passwords,
    private readonly revocations: Revocations,
  ) {}

  /**
   * Ends the user's sessions: at once here, and everywhere within 5 s. The user sends `currentPassword`, or has signed in
   * within the last five minutes, and keeps the session that asks; an administrator ends all of another user's.
   */
  @Delete()
  @Allows('user.end-sessions')
  @ApiProblems('invalid-credentials')
  @ApiBody({ type: CurrentPassword, required: false })
  @HttpCode(204)
  async endAll(
    @Id('id') id: string,
    @Body() { currentPassword }: CurrentPassword,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
  ): Promise<void> {
    authorise('user.end-sessions', caller, id);
    await this.passwords.confirmCaller(caller, id, currentPassword, request);
    const { ended } = await this.services.ask<EndedSessions>('identity', {
      method: 'DELETE',
      path: `/internal/users/${id}/sessions`,
      query: caller.userId === id ? { keep: caller.sessionId } : {},
    });
    ended.forEach((sessionId) => this.revocations.add(sessionId));
  }
}
