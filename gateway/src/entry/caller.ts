import { type CanActivate, createParamDecorator, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { bearerToken, Problem, PUBLIC } from '@turnpike/service';
import type { FastifyRequest } from 'fastify';
import { AccessTokens } from './access-tokens.js';
import type { Caller } from './authorise.js';
import { CookieSessions } from './cookie-sessions.js';

interface Known {
  caller: Caller;
  /** @throws Problem 401 where the caller would not be let in any more */
  verifyAgain: () => Promise<Caller>;
}

const callers = new WeakMap<FastifyRequest, Known>();

/** The caller of a route that is not public. */
export const CurrentCaller = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const known = callers.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (!known) throw new Problem('unauthenticated');
  return known.caller;
});

/** @throws Problem 401 when the session of a request has ended, whose answer may go on for hours */
export async function verifyAgain(request: FastifyRequest): Promise<void> {
  await callers.get(request)?.verifyAgain();
}

/** Every route needs a valid access token, or the dashboard's cookie, unless it says that it is public. */
@Injectable()
export class CallerGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: AccessTokens,
    private readonly cookies: CookieSessions,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC, [context.getHandler(), context.getClass()])) {
      return true;
    }
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { authorization } = request.headers;
    const token = authorization ? bearerToken(authorization) : await this.cookies.accessTokenOf(request);
    if (!token) throw new Problem('unauthenticated', 'Send `Authorization: Bearer` with an access token.');
    const verifyAgain = (): Promise<Caller> => this.tokens.verify(token);
    callers.set(request, { caller: await verifyAgain(), verifyAgain });
    return true;
  }
}
