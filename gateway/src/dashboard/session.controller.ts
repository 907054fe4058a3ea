import { Body, Controller, Delete, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type DashboardSession, type SessionView, SignIn } from '@turnpike/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AccessTokens } from '../entry/access-tokens.js';
import { authorise, type Caller } from '../entry/authorise.js';
import { CurrentCaller } from '../entry/caller.js';
import { CookieSessions } from '../entry/cookie-sessions.js';
import { Registered } from '../entry/registered.js';
import { Revocations } from '../entry/revocations.js';
import { Allows } from '../entry/routes.js';
import { SignInThrottle } from '../entry/sign-in-throttle.js';
import { Services } from '../run/services.js';

/** How operators sign in at the dashboard: with an administrator's account, for a cookie. */
@ApiExcludeController()
@Controller('ops/session')
export class DashboardSessionController {
  constructor(
    private readonly services: Services,
    private readonly tokens: AccessTokens,
    private readonly sessions: CookieSessions,
    private readonly revocations: Revocations,
    private readonly throttle: SignInThrottle,
    private readonly registered: Registered,
  ) {}

  /** @throws Problem 403 unless it is an administrator's account */
  @Post()
  @Allows('session.begin')
  @HttpCode(200)
  async signIn(
    @Body() body: SignIn,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DashboardSession> {
    const call = { method: 'POST', path: '/internal/sessions', body } as const;
    const session = await this.throttle.check(body.email, request, async () =>
      this.registered.session(await this.services.ask<SessionView>('identity', call), 'invalid-credentials'),
    );
    const caller = await this.tokens.verify(session.accessToken);
    await this.onlyForOperators(caller);
    const { setCookie, view } = await this.sessions.begin(session);
    void reply.header('set-cookie', setCookie);
    return view;
  }

  /** What the page has to know of its session after a reload. */
  @Get()
  @Allows('ops')
  current(@Req() request: FastifyRequest): Promise<DashboardSession> {
    return this.sessions.view(request);
  }

  @Delete()
  @Allows('session.end')
  @HttpCode(204)
  async signOut(
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.end(caller);
    void reply.header('set-cookie', await this.sessions.end(request));
  }

  /** What has been opened for somebody else is closed again. */
  private async onlyForOperators(caller: Caller): Promise<void> {
    try {
      authorise('ops', caller, null);
    } catch (error) {
      await this.end(caller);
      throw error;
    }
  }

  private async end({ sessionId }: Caller): Promise<void> {
    await this.services.ask('identity', { method: 'DELETE', path: `/internal/sessions/${sessionId}` });
    this.revocations.add(sessionId);
  }
}
