import { Body, Controller, Delete, Get, HttpCode, Logger, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type DashboardSession, type SessionView, SignIn } from '@turnpike/protocol';
import { Problem, problemOf, unavailable } from '@turnpike/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Authenticator } from '../ports/authenticator.js';
import { OperatorSignIn } from '../ports/operator-sign-in.js';
import { authorise, type Caller, CurrentCaller } from '../request/authorise.js';
import { CookieSessions } from './cookie-sessions.js';
import { Allows } from '../request/route-actions.js';

/** Hosts whose pages browsers trust without https. */
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * The page of a browser names its origin; behind a proxy that ends TLS that is https.
 * @throws Problem 403 where the browser would drop the cookie, and show the form again without a word
 */
function assertKeepsCookies({ headers: { origin } }: FastifyRequest): void {
  if (origin === undefined || !URL.canParse(origin)) return;
  const { protocol, hostname, host, port } = new URL(origin);
  if (protocol !== 'http:' || LOOPBACK.test(hostname)) return;
  const tunnel = `ssh -L 3000:localhost:${port || '80'} ${hostname}`;
  throw new Problem(
    'forbidden',
    `This page came over http from ${host}, and a browser keeps the session’s cookie only over https or from this machine. ` +
      `Use https, or a tunnel (${tunnel}) and http://localhost:3000/ops.`,
  );
}

/** How operators sign in at the dashboard, for a cookie: whoever may look at what operators see. */
@ApiExcludeController()
@Controller('ops/session')
export class DashboardSessionController {
  private readonly logger = new Logger(DashboardSessionController.name);

  constructor(
    private readonly tokens: Authenticator,
    private readonly sessions: CookieSessions,
    private readonly operators: OperatorSignIn,
  ) {}

  /** @throws Problem 403 unless the account has one of the operators' roles */
  @Post()
  @Allows('session.begin')
  @HttpCode(200)
  async signIn(
    @Body() body: SignIn,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DashboardSession> {
    assertKeepsCookies(request);
    const session = await this.operators.signIn(body, request);
    const caller = await this.callerOf(session);
    await this.onlyForOperators(caller);
    // The browser has one cookie, and the session of the one before would go on without anybody who could end it.
    await this.sessions.end(request);
    const { setCookie, view } = await this.sessions.begin(session);
    void reply.header('set-cookie', setCookie);
    return { ...view, roles: [...caller.roles] };
  }

  /** What the page has to know of its session after a reload; and how it tells that somebody uses it. */
  @Get()
  @Allows('ops.read')
  async current(
    @CurrentCaller() { roles }: Caller,
    @Req() request: FastifyRequest,
  ): Promise<DashboardSession> {
    return { ...(await this.sessions.view(request)), roles: [...roles] };
  }

  @Delete()
  @Allows('session.end')
  @HttpCode(204)
  async signOut(
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.operators.end(caller.sessionId);
    void reply.header('set-cookie', await this.sessions.end(request));
  }

  /** What has just been signed is refused here only where clocks or keys differ: signing in again is no way out. */
  private callerOf({ accessToken }: SessionView): Promise<Caller> {
    return this.tokens.verify(accessToken).catch((error: unknown) => {
      if (problemOf(error).code !== 'unauthenticated') throw error;
      this.logger.warn(
        'A new token of an operator is refused: compare the clocks of the service that signs tokens and of the gateway.',
      );
      throw unavailable('The new session is not accepted yet.');
    });
  }

  /** What has been opened for somebody else is closed again. */
  private async onlyForOperators(caller: Caller): Promise<void> {
    try {
      authorise('ops.read', caller, null);
    } catch (error) {
      await this.operators.end(caller.sessionId);
      throw error;
    }
  }
}
