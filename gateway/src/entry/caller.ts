import { type CanActivate, createParamDecorator, type ExecutionContext, Injectable } from '@nestjs/common';
import { HEADERS } from '@turnpike/contracts';
import { bearerTokenOf, Problem } from '@turnpike/service';
import type { FastifyRequest } from 'fastify';
import { AccessTokens } from './access-tokens.js';
import { ALLOWED, authorise, type Caller, dependsOnOwner } from './authorise.js';
import { actionsOf } from './routes.js';

const callers = new WeakMap<FastifyRequest, Caller>();

/** @returns who sends that request; null where the route does without, and nobody is signed in */
export function callerOf(request: FastifyRequest): Caller | null {
  return callers.get(request) ?? null;
}

/** The caller of a route that needs one. */
export const CurrentCaller = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const caller = callerOf(context.switchToHttp().getRequest<FastifyRequest>());
  if (!caller) throw new Problem('unauthenticated');
  return caller;
});

/**
 * Lets in whoever may carry out the action of the route, as far as that can be said without knowing whose data it is
 * about; where it cannot, the route asks `authorise` itself.
 */
@Injectable()
export class CallerGuard implements CanActivate {
  constructor(private readonly tokens: AccessTokens) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const actions = actionsOf(context.getHandler(), context.getClass());
    if (actions === 'public') return true;
    const [action] = actions!;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const who = ALLOWED[action!];
    if (who.includes('anyone')) return true;
    if (who.includes('holder') && isAnonymousHolder(request)) return true;
    const token = bearerTokenOf(request, 'Send `Authorization: Bearer` with an access token.');
    const caller = await this.tokens.verify(token);
    callers.set(request, caller);
    if (!dependsOnOwner(action!)) authorise(action!, caller, null);
    return true;
  }
}

/** Whether the token of an operation is good is for the route to see, which knows the operation. */
function isAnonymousHolder({ headers }: FastifyRequest): boolean {
  return headers.authorization === undefined && headers[HEADERS.operationToken] !== undefined;
}
