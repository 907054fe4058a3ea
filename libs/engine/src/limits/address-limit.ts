import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { GatewayConfig } from '../config.js';
import { RateWindows } from './rate-windows.js';
import { ClientPlaces, isUnlimited } from './client-address.js';
import { type Quota, spend } from './quota.js';

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
