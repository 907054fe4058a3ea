import type { Provider } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { getOptionsToken, getStorageToken } from '@nestjs/throttler';
import type { GatewayConfig } from '../config.js';
import { RateWindows } from './rate-windows.js';
import { AddressLimit } from './address-limit.js';
import { UnderWay } from './concurrent-requests.js';
import { UserLimit, userThrottlers } from './user-limit.guard.js';

/** @returns what limits requests as configured. Its guard comes after the one that finds the caller. */
export function limitProviders(config: GatewayConfig): Provider[] {
  const { address, user } = config.limits;
  return [
    UnderWay,
    { provide: APP_INTERCEPTOR, useExisting: UnderWay },
    ...(address > 0 ? [AddressLimit] : []),
    ...(user > 0 ? userLimit(config) : []),
  ];
}

function userLimit(config: GatewayConfig): Provider[] {
  return [
    { provide: getOptionsToken(), useValue: userThrottlers(config) },
    { provide: getStorageToken(), useExisting: RateWindows },
    UserLimit,
    { provide: APP_GUARD, useExisting: UserLimit },
  ];
}
