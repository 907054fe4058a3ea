import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { RootKey } from '../ledger/root-key.js';

/**
 * Recognises a request that is sent again. The hash is keyed, because the body may hold a password: whoever
 * reads the ledger must not be able to try passwords against a fingerprint.
 */
@Injectable()
export class Fingerprints {
  constructor(private readonly root: RootKey) {}

  /** @returns what is equal for equal requests: method, path, query and body, whatever the order of members */
  of({ method, url, body }: FastifyRequest): string {
    const { pathname, searchParams } = new URL(url, 'http://gateway');
    searchParams.sort();
    return this.hash(JSON.stringify([method, pathname, searchParams.toString(), canonical(body ?? null)]));
  }

  /** @returns a pseudonym of a text, equal for equal texts in this ledger */
  hash(text: string): string {
    return createHmac('sha256', this.root.for('fingerprints')).update(text).digest('hex');
  }
}

/** @returns the same value with the members of its objects in one order */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, canonical(item)]);
}
