import { Body, Controller, Delete, Get, HttpCode, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type OpenSessions, RefreshSession, SessionEntries } from '@turnpike/contracts';
import { SessionView, SignIn } from '@turnpike/protocol';
import { Allows, type Caller, CurrentCaller, Id, type Request, Services } from '@turnpike/engine';
import { ApiProblems } from '@turnpike/service';
import { Revocations } from './revocations.js';
import { SigningIn } from './signing-in.js';
import { SignInThrottle } from './sign-in-throttle.js';
import { clientNameOf } from './client-name.js';
import { LIST_SESSIONS, REFRESH_SESSION } from './actions.js';

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
    const begin = { ...body, client: clientNameOf(request) };
    return this.throttle.signIn(body.email, request, () => this.signingIn.signIn(begin));
  }

  /** New tokens for a refresh token, which is spent; its second use ends the session. */
  @Post('refresh')
  @Allows(REFRESH_SESSION)
  @ApiProblems('unauthenticated')
  @HttpCode(200)
  refresh(@Body() body: RefreshSession): Promise<SessionView> {
    return this.signingIn.refresh(body);
  }

  /** The caller's sessions that go on, the one that was used last first. */
  @Get()
  @Allows(LIST_SESSIONS)
  async list(@CurrentCaller() { userId, sessionId }: Caller): Promise<SessionEntries> {
    const call = { method: 'GET', path: `/internal/users/${userId}/sessions` } as const;
    const { items } = await this.services.ask<OpenSessions>('identity', call);
    return { items: items.map((session) => ({ ...session, current: session.id === sessionId })) };
  }

  /** Signs out. */
  @Delete('current')
  @Allows('session.end')
  @HttpCode(204)
  async signOut(@CurrentCaller() { sessionId }: Caller): Promise<void> {
    await this.services.ask('identity', { method: 'DELETE', path: `/internal/sessions/${sessionId}` });
    this.revocations.add(sessionId);
  }

  /** Ends one of the caller's sessions: at once here, and everywhere within 5 s. */
  @Delete(':id')
  @Allows('session.end')
  @ApiProblems('not-found')
  @HttpCode(204)
  async end(@Id('id') id: string, @CurrentCaller() { userId }: Caller): Promise<void> {
    const path = `/internal/users/${userId}/sessions/${id}`;
    await this.services.ask('identity', { method: 'DELETE', path });
    this.revocations.add(id);
  }
}
