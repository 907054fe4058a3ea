import { Body, Controller, Delete, HttpCode, Req } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import { CurrentPassword } from '@turnpike/contracts';
import {
  AccessEndings,
  Allows,
  authorise,
  type Caller,
  CurrentCaller,
  Id,
  type Request,
} from '@turnpike/engine';
import { ApiProblems, Problem } from '@turnpike/service';
import { IdentityTold } from './identity-told.js';
import { Passwords } from './passwords.js';
import { END_ALL_SESSIONS } from './actions.js';

/** All sessions of a user at once: of one who has lost a device, or of an account that somebody else is in. */
@ApiTags('sessions')
@Controller('v1/users/:id/sessions')
export class UserSessionsController {
  constructor(
    private readonly endings: AccessEndings,
    private readonly identity: IdentityTold,
    private readonly passwords: Passwords,
  ) {}

  /**
   * Ends the user's sessions, at once and everywhere. The user sends `currentPassword`, or has signed in
   * within the last five minutes, and keeps the session that asks; an administrator ends all of another user's.
   */
  @Delete()
  @Allows(END_ALL_SESSIONS)
  @ApiProblems('invalid-credentials')
  @ApiBody({ type: CurrentPassword, required: false })
  @HttpCode(204)
  async endAll(
    @Id('id') id: string,
    @Body() { currentPassword }: CurrentPassword,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
  ): Promise<void> {
    authorise(END_ALL_SESSIONS, caller, id);
    await this.passwords.confirmCaller(caller, id, currentPassword, request);
    const asking = { id: caller.sessionId, epoch: caller.sessionEpoch };
    const spared = caller.userId === id ? asking : null;
    if (!(await this.endings.end(id, spared))) throw new Problem('not-found');
    await this.identity.tellSoon(id);
  }
}
