import { Injectable } from '@nestjs/common';
import { normalizeIp } from '@nestjs/throttler';
import type { FastifyRequest } from 'fastify';
import { Fingerprints } from './fingerprint.js';

/**
 * Where requests come from, as a pseudonym: addresses are personal data, and are stored nowhere. An IPv6 network of
 * 64 bits is one place, since whoever has one address of it has all; an IPv4 address is the same in IPv6's notation.
 */
@Injectable()
export class ClientPlaces {
  constructor(private readonly fingerprints: Fingerprints) {}

  of(request: FastifyRequest): string {
    return this.fingerprints.hash(`place ${addressOf(request)}`);
  }
}

/** @returns the address of a client as it is counted in memory; an IPv6 network of 64 bits is one */
export function addressOf({ ip }: FastifyRequest): string {
  return normalizeIp(ip);
}
