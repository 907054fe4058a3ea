import { Body, Controller, Delete, HttpCode, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RefreshSession, SessionView, SignIn } from '@turnpike/contracts';
import { ApiProblems } from '@turnpike/service';
import { Services } from '../run/services.js';
import type { Caller } from './authorise.js';
import { CurrentCaller } from './caller.js';
import type { Request } from './http.js';
import { Revocations } from './revocations.js';
import { SigningIn } from './signing-in.js';
import { SignInThrottle } from './sign-in-throttle.js';
import { Allows } from './routes.js';

/** Sessions are credentials, not data: they are passed straight on to identity and never queued. */
@ApiTags('sessions')
@Controller('v1/sessions')
export class SessionsController {
  constructor(
    private readonly services: Services,
    private readonly revocations: Revocations,
    private readonly throttle: SignInThrottle,
    private readonly signingIn: SigningIn,
  ) {}

  /** Signs in. After too many failures it is 429 for a while, whatever the password. */
  @Post()
  @Allows('session.begin')
  @ApiProblems('invalid-credentials', 'user-suspended')
  signIn(@Body() body: SignIn, @Req() request: Request): Promise<SessionView> {
    return this.throttle.check(body.email, request, () => this.signingIn.signIn(body));
  }

  /** New tokens for a refresh token, which is spent; its second use ends the session. */
  @Post('refresh')
  @Allows('session.refresh')
  @ApiProblems('unauthenticated')
  @HttpCode(200)
  refresh(@Body() body: RefreshSession): Promise<SessionView> {
    return this.signingIn.refresh(body);
  }

  /** Signs out. */
  @Delete('current')
  @Allows('session.end')
  @HttpCode(204)
  async signOut(@CurrentCaller() { sessionId }: Caller): Promise<void> {
    await this.services.ask('identity', { method: 'DELETE', path: `/internal/sessions/${sessionId}` });
    this.revocations.add(sessionId);
  }
}
