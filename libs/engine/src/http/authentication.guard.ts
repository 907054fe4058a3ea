import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { HEADERS } from '@turnpike/protocol';
import { bearerTokenOf, identify, unavailable } from '@turnpike/service';
import type { FastifyRequest } from 'fastify';
import { Authenticator } from '../ports/authenticator.js';
import { CookieTokens } from '../ports/cookie-tokens.js';
import {
  type ActionDefinition,
  authorise,
  type Caller,
  dependsOnOwner,
  rememberCaller,
} from '../request/authorise.js';
import {
  actionsNamedBy,
  type Controller,
  type Handler,
  type RouteActions,
} from '../request/route-actions.js';

const READS = ['GET', 'HEAD'];

/**
 * Lets in whoever may carry out the action of the route, as far as that can be said without knowing whose data it is
 * about; where it cannot, the route asks `authorise` itself.
 */
@Injectable()
export class CallerGuard implements CanActivate {
  /** What the routes do, by their controllers and methods: decorators have said it once for all requests. */
  private readonly routes = new Map<Controller, Map<Handler, RouteActions | null>>();

  constructor(
    private readonly tokens: Authenticator,
    private readonly cookies: CookieTokens,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const actions = this.actionsIn(context, request);
    if (actions === 'public') return true;
    const [action] = actions;
    const who = action!.allow;
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
    rememberCaller(request, { caller: assertAllowed(caller), actions, verifyAgain });
    this.assertMayWrite(request);
    return true;
  }

  /** @returns what the request does, or `public`; a process with a route that says neither does not start */
  private actionsIn(
    context: ExecutionContext,
    request: FastifyRequest,
  ): readonly ActionDefinition[] | 'public' {
    const named = this.namedBy(context.getHandler(), context.getClass<Controller>());
    return typeof named === 'function' ? named(request) : (named ?? []);
  }

  private namedBy(handler: Handler, controller: Controller): RouteActions | null {
    const routes = this.routes.get(controller) ?? new Map<Handler, RouteActions | null>();
    const named = routes.get(handler) ?? actionsNamedBy(handler, controller);
    this.routes.set(controller, routes.set(handler, named));
    return named;
  }

  /** @throws Problem 503 for what is no read, where it is not known any more who has lost access */
  private assertMayWrite({ method }: FastifyRequest): void {
    if (READS.includes(method) || this.tokens.acceptsWrites) return;
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
