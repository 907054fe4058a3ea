import { type CustomDecorator, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import {
  InjectThrottlerOptions,
  InjectThrottlerStorage,
  ThrottlerGuard,
  type ThrottlerModuleOptions,
  type ThrottlerOptions,
  type ThrottlerRequest,
  ThrottlerStorage,
} from '@nestjs/throttler';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayConfig } from '../config.js';
import { callerOf } from '../request/authorise.js';
import { MINUTE_MS, spend } from './quota.js';

const COSTLY = 'turnpike:costly';

/** Costly requests a minute of one user: nobody needs more of them, and each can keep the services busy. */
const COSTLY_LIMIT = 30;

/** The route does much more than others: it compares or mends whole tables. */
export function Costly(): CustomDecorator {
  return SetMetadata(COSTLY, true);
}

/** @returns the limits of a user's requests; the limit must not be 0 */
export function userThrottlers({ limits: { user } }: GatewayConfig): ThrottlerOptions[] {
  const reflector = new Reflector();
  return [
    { name: 'user', limit: user, ttl: MINUTE_MS },
    {
      name: 'costly',
      limit: Math.min(COSTLY_LIMIT, user),
      ttl: MINUTE_MS,
      skipIf: (context) => !reflector.get<boolean>(COSTLY, context.getHandler()),
    },
  ];
}

/** Limits the requests of each user, from wherever they come. It stands behind the guard that finds the caller. */
@Injectable()
export class UserLimit extends ThrottlerGuard {
  constructor(
    @InjectThrottlerOptions() options: ThrottlerModuleOptions,
    @InjectThrottlerStorage() storage: ThrottlerStorage,
    reflector: Reflector,
  ) {
    super(options, storage, reflector);
  }

  /** Nobody's requests are those of an address alone. */
  protected override async shouldSkip(context: ExecutionContext): Promise<boolean> {
    return !callerOf(context.switchToHttp().getRequest<FastifyRequest>());
  }

  protected override async handleRequest({ context, limit, throttler }: ThrottlerRequest): Promise<boolean> {
    const http = context.switchToHttp();
    const { userId } = callerOf(http.getRequest<FastifyRequest>())!;
    const quota = { name: throttler.name!, limit };
    await spend(quota, userId, this.storageService, http.getResponse<FastifyReply>());
    return true;
  }
}
