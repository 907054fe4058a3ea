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

  of({ ip }: FastifyRequest): string {
    return this.fingerprints.hash(`place ${normalizeIp(ip)}`);
  }
}
