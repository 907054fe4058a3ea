import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { normalizeIp } from '@nestjs/throttler';
import { nameAddress } from '@turnpike/service';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Fingerprints } from '../request/fingerprints.js';

/**
 * Where requests come from, as a pseudonym: addresses are personal data, and are stored nowhere. An IPv6 network of
 * 64 bits is one place, since whoever has one address of it has all; an IPv4 address is the same in IPv6's notation.
 * The logs have the beginning of the same pseudonym.
 */
@Injectable()
export class ClientPlaces implements OnModuleInit {
  constructor(
    private readonly fingerprints: Fingerprints,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  onModuleInit(): void {
    // The benchmarks of the lanes run without HTTP.
    const fastify = this.adapterHost.httpAdapter?.getInstance<FastifyInstance>();
    fastify?.addHook('onRequest', (request, _reply, done) => {
      nameAddress(request, () => this.fingerprints.pseudonym(placeOf(request)));
      done();
    });
  }

  of(request: FastifyRequest): string {
    return this.fingerprints.hash(placeOf(request));
  }
}

function placeOf(request: FastifyRequest): string {
  return `place ${addressOf(request)}`;
}

/** @returns the address of a client as it is counted in memory; an IPv6 network of 64 bits is one */
export function addressOf({ ip }: FastifyRequest): string {
  return normalizeIp(ip);
}

/** What operators' machines and the services ask all the time, by the patterns of the routes. */
const UNLIMITED = /^\/(health\/|\.well-known\/|metrics$)/;

/** @returns whether a request is counted for no address: neither those of a minute nor those under way are limited */
export function isUnlimited({ routeOptions }: FastifyRequest): boolean {
  return UNLIMITED.test(routeOptions.url ?? '');
}
