import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { ClientKey } from '../ledger/statements/idempotency-keys.js';
import { RootKey } from '../encryption/root-key.js';
import type { Caller } from './authorise.js';

/**
 * Members of a body that no fingerprint is made of: comparing them by a hash that takes no time would let anybody try
 * passwords against a key that was used. What compares them does so by argon2, and counts what is wrong (passwords.ts).
 */
const SLOWLY_COMPARED = new Set(['password', 'currentPassword', 'newPassword']);

/**
 * Recognises a request that is sent again. The hash is keyed, because the body may hold an address: whoever
 * reads the ledger must not be able to try addresses against a fingerprint.
 */
@Injectable()
export class Fingerprints {
  constructor(private readonly root: RootKey) {}

  /** @returns what is equal for equal requests: method, path, query and body without passwords, whatever the order of members */
  of({ method, url, body }: FastifyRequest): string {
    const { pathname, searchParams } = new URL(url, 'http://gateway');
    searchParams.sort();
    const compared = canonical(withoutPasswords(body ?? null));
    return this.hash(JSON.stringify([method, pathname, searchParams.toString(), compared]));
  }

  /**
   * @param key as the client has sent it; whoever makes one of an address or a number must not find it in the ledger
   * @param scope whose key it is: equal keys of two scopes are two keys
   * @returns the key of that request as the ledger keeps it
   */
  clientKeyOf(key: string, scope: string, request: FastifyRequest): ClientKey {
    return { scope, key: this.hash(key), fingerprint: this.of(request) };
  }

  /** @returns a pseudonym of a text, equal for equal texts in this ledger */
  hash(text: string): string {
    return createHmac('sha256', this.root.for('fingerprints')).update(text).digest('hex');
  }

  /** @returns what the security log calls an account or a network by; nothing until the key can be read */
  pseudonym(text: string): string | undefined {
    return this.root.isOpen ? shortened(this.hash(text)) : undefined;
  }
}

/** @returns whose keys those of a caller are */
export function scopeOf({ userId }: Caller): string {
  return `user ${userId}`;
}

/** Hexadecimal digits of a pseudonym in the logs: 128 bits, of which no two are alike. */
const PSEUDONYM_DIGITS = 32;

/** @returns as much of a hash as the logs have of it */
export function shortened(hash: string): string {
  return hash.slice(0, PSEUDONYM_DIGITS);
}

/** Only the body's own members: what lies deeper, in claims say, is data whatever its name. */
function withoutPasswords(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return Object.fromEntries(Object.entries(body).filter(([name]) => !SLOWLY_COMPARED.has(name)));
}

/** @returns the same value with the members of its objects in one order */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, canonical(item)]);
}
