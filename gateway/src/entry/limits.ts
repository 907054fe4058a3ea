import type { Provider } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { ApiResponseOptions } from '@nestjs/swagger';
import { getOptionsToken, getStorageToken } from '@nestjs/throttler';
import { ANY_PROBLEM } from '@turnpike/service';
import type { GatewayConfig } from '../config.js';
import { RateWindows } from '../ledger/rate-windows.js';
import { AddressLimit } from './address-limit.js';
import { UserLimit, userThrottlers } from './user-limit.js';

/** @returns what limits requests as configured. Its guard comes after the one that finds the caller. */
export function limitProviders(config: GatewayConfig): Provider[] {
  const { address, user } = config.limits;
  return [...(address > 0 ? [AddressLimit] : []), ...(user > 0 ? userLimit(config) : [])];
}

function userLimit(config: GatewayConfig): Provider[] {
  return [
    { provide: getOptionsToken(), useValue: userThrottlers(config) },
    { provide: getStorageToken(), useExisting: RateWindows },
    UserLimit,
    { provide: APP_GUARD, useExisting: UserLimit },
  ];
}

const string = { schema: { type: 'string' as const } };

/** @returns what every route answers to too many requests */
export function limitsResponses({ limits }: GatewayConfig): ApiResponseOptions[] {
  if (limits.address + limits.user + limits.loginFailures === 0) return [];
  return [
    {
      ...ANY_PROBLEM,
      status: 429,
      description:
        'Too many requests (`rate-limited`), or writes that wait (`lane-full`). Other answers ' +
        'have the two RateLimit fields too, except of `/health` and `/.well-known`, which are not limited.',
      headers: {
        'Retry-After': { description: 'Seconds until it is worth trying again', ...string },
        'RateLimit-Policy': {
          description: 'The quotas: `"address";q=300;w=60, "user";q=1200;w=60`',
          ...string,
        },
        RateLimit: { description: 'What is left of each (r), and for how many seconds (t)', ...string },
      },
    },
  ];
}
