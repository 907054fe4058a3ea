import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GatewayConfig } from '../config.js';
import { RateWindows } from './rate-windows.js';
import { ClientPlaces } from './client-address.js';
import { type Quota, spend } from './quota.js';

/** What operators' machines and the services ask all the time, by the patterns of the routes. */
const UNLIMITED = /^\/(health\/|\.well-known\/|metrics$)/;

/**
 * Limits the requests from each address. A hook and not a guard, because guards come after the body was read and see
 * no request that has no route: whatever arrives is counted, and a flood is refused before anything else is done.
 */
@Injectable()
export class AddressLimit implements OnModuleInit {
  private readonly quota: Quota;

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly windows: RateWindows,
    private readonly places: ClientPlaces,
    { limits }: GatewayConfig,
  ) {
    this.quota = { name: 'address', limit: limits.address };
  }

  onModuleInit(): void {
    const fastify = this.adapterHost.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('onRequest', (request, reply, done) => {
      if (isUnlimited(request)) return done();
      spend(this.quota, this.places.of(request), this.windows, reply).then(() => done(), done);
    });
  }
}

/** @returns whether neither the requests of a minute nor those under way are limited */
export function isUnlimited({ routeOptions }: FastifyRequest): boolean {
  return UNLIMITED.test(routeOptions.url ?? '');
}
