import { type CanActivate, createParamDecorator, type ExecutionContext, Injectable } from '@nestjs/common';
import { HEADERS } from '@turnpike/contracts';
import { bearerTokenOf, identify, Problem, unavailable } from '@turnpike/service';
import type { FastifyRequest } from 'fastify';
import { AccessTokens } from './access-tokens.js';
import { ALLOWED, authorise, type Caller, dependsOnOwner } from './authorise.js';
import { actionsOf } from './routes.js';
import { noteAgain } from './let-in.js';
import { CookieSessions } from './cookie-sessions.js';
import { Revocations } from './revocations.js';

const READS = ['GET', 'HEAD'];

interface Known {
  caller: Caller;
  /** @throws Problem 401 or 403 where the caller would not be let in any more */
  verifyAgain: () => Promise<Caller>;
}

const callers = new WeakMap<FastifyRequest, Known>();

/** @returns who sends that request, as last verified; null where the route does without, and nobody is signed in */
export function callerOf(request: FastifyRequest): Caller | null {
  return callers.get(request)?.caller ?? null;
}

/** The caller of a route that needs one. */
export const CurrentCaller = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const caller = callerOf(context.switchToHttp().getRequest<FastifyRequest>());
  if (!caller) throw new Problem('unauthenticated');
  return caller;
});

/**
 * From now on the caller of the request is who it is now: a role that is gone shows nothing more, and does nothing.
 * @returns that caller; null where nobody is signed in
 * @throws Problem 401 when the session of a request has ended, or 403 when a role is gone; its answer may go on for hours
 */
export async function verifyAgain(request: FastifyRequest): Promise<Caller | null> {
  const known = callers.get(request);
  if (!known) return null;
  const again = await known.verifyAgain();
  noteAgain(known.caller, again);
  known.caller = again;
  return again;
}

/**
 * Lets in whoever may carry out the action of the route, as far as that can be said without knowing whose data it is
 * about; where it cannot, the route asks `authorise` itself.
 */
@Injectable()
export class CallerGuard implements CanActivate {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly cookies: CookieSessions,
    private readonly revocations: Revocations,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const actions = actionsOf(context.getHandler(), context.getClass());
    if (actions === 'public') return true;
    const [action] = actions!;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const who = ALLOWED[action!];
    if (who.includes('anyone')) return true;
    if (who.includes('holder') && isAnonymousHolder(request)) return true;
    const caller = await this.tokens.verify(await this.tokenOf(request));
    identify(request, caller);
    const assertAllowed = (again: Caller): Caller => {
      if (!dependsOnOwner(action!)) authorise(action!, again, null);
      return again;
    };
    const verifyAgain = async (): Promise<Caller> =>
      assertAllowed(await this.tokens.verify(await this.tokenAgain(request)));
    callers.set(request, { caller: assertAllowed(caller), verifyAgain });
    this.assertMayWrite(request);
    return true;
  }

  /** @throws Problem 503 for what is no read, where identity has not been heard for so long that anybody may have lost access */
  private assertMayWrite({ method }: FastifyRequest): void {
    if (READS.includes(method) || this.revocations.allowWrites) return;
    throw unavailable('Identity does not answer: nothing is accepted until it does.');
  }

  /** The dashboard's cookie stands for a token; whoever sends one needs no cookie. */
  private async tokenOf(request: FastifyRequest): Promise<string> {
    const ofCookie = sendsNoToken(request) && (await this.cookies.accessTokenOf(request));
    return ofCookie || bearerTokenIn(request);
  }

  /** Behind a cookie there is a new one by now; without its session there is none. */
  private async tokenAgain(request: FastifyRequest): Promise<string> {
    const ofCookie = sendsNoToken(request) && (await this.cookies.accessTokenAgain(request));
    return ofCookie || bearerTokenIn(request);
  }
}

function sendsNoToken({ headers }: FastifyRequest): boolean {
  return headers.authorization === undefined;
}

function bearerTokenIn(request: FastifyRequest): string {
  return bearerTokenOf(request, 'Send `Authorization: Bearer` with an access token.');
}

/** Whether the token of an operation is good is for the route to see, which knows the operation. */
function isAnonymousHolder({ headers }: FastifyRequest): boolean {
  return headers.authorization === undefined && headers[HEADERS.operationToken] !== undefined;
}
