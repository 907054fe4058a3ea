import type { FastifyRequest } from 'fastify';
import { jwtVerify, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import type { ClockWatch } from './clock.js';
import { Problem } from '../problems/problem.js';

/** What a token must be, beside being signed by a key that is known by its name. */
export interface TokenRules {
  issuer: string;
  audience: string;
  type: string;
  algorithm: string;
  /** Seconds from `iat` to `exp`, at most. */
  lifetime: number;
  /** Claims that it must have beside `iat` and `exp`. */
  claims: readonly string[];
  /** By how much the clock that dated it may differ from ours. */
  clockToleranceMs: number;
  /** Is told of good tokens that are refused for their age. */
  clock: ClockWatch;
}

/** Seconds that a lifetime may be too long by: `iat` and `exp` may be rounded each. */
const ROUNDING_SECONDS = 1;

/** @returns the problem that answers every token that is not good, in the same words whatever is wrong with it */
export function invalidToken(detail = 'The token is not valid or has expired.'): Problem {
  return new Problem('unauthenticated', detail, {}, { 'www-authenticate': 'Bearer error="invalid_token"' });
}

/**
 * The one place where a token is judged.
 * @throws Problem 401 unless the token is good now; whatever `findKey` throws as a problem
 */
export async function verifyToken<Claims extends object>(
  token: string,
  findKey: JWTVerifyGetKey,
  { issuer, audience, type, algorithm, lifetime, claims, clockToleranceMs, clock }: TokenRules,
): Promise<Claims & { iat: number; exp: number }> {
  try {
    const { payload, protectedHeader } = await jwtVerify<Claims>(token, findKey, {
      ...{ issuer, audience, typ: type, algorithms: [algorithm] },
      // Beside the age this refuses a token from the future, which jose lets pass otherwise.
      maxTokenAge: lifetime,
      clockTolerance: clockToleranceMs / 1000,
      requiredClaims: ['iat', 'exp', ...claims],
    });
    if (!isCanonicalToken(token)) throw invalidToken();
    const { iat, exp, aud } = payload as Claims & { iat: number; exp: number; aud: unknown };
    // A token for several audiences could be used at one by another, and one without a key's name would fit any key.
    const isOurs = aud === audience && typeof protectedHeader.kid === 'string';
    if (!isOurs || exp - iat > lifetime + ROUNDING_SECONDS) throw invalidToken();
    return payload as Claims & { iat: number; exp: number };
  } catch (error) {
    clock.refused(error);
    throw error instanceof Problem ? error : invalidToken();
  }
}

/**
 * @returns whether a token that was verified is written as it was made: the last character of a signature has bits that
 *   nobody reads, and other spellings of its alphabet are read as well, so that many texts would be the same token
 */
export function isCanonicalToken(token: string): boolean {
  const signature = token.slice(token.lastIndexOf('.') + 1);
  return Buffer.from(signature, 'base64url').toString('base64url') === signature;
}

/** Tokens at a time, the least used forgotten first: some 20 MB in a process that everybody calls at once. */
const MAX_TOKENS = 20_000;

/** Milliseconds for which a signature is not looked at again: as long as a key that was removed still opens. */
const REMEMBER_MS = 60_000;

/**
 * Remembers what tokens say whose signature was found good, since looking at one costs 260 µs and a caller sends
 * the same token many times. It remembers no refusal, and it decides nothing: a token is never good for longer, and
 * what ends a token before its time is asked for at every request.
 */
export class VerifiedTokens<Claims extends { exp: number }> {
  private readonly known = new LRUCache<string, { claims: Claims; at: number }>({ max: MAX_TOKENS });

  /** @param verify throws unless the token is good now */
  constructor(private readonly verify: (token: string) => Promise<Claims>) {}

  async claimsOf(token: string): Promise<Claims> {
    const known = this.known.get(token);
    if (known && performance.now() - known.at < REMEMBER_MS && Date.now() < known.claims.exp * 1000)
      return known.claims;
    const claims = await this.verify(token);
    this.known.set(token, { claims, at: performance.now() });
    return claims;
  }
}

/**
 * The token in the header `Authorization: Bearer`.
 * @param hint says which token is missing
 * @throws Problem 401 without the header, with two of them, and for anything else in it
 */
export function bearerTokenOf({ headers, raw }: FastifyRequest, hint: string): string {
  if (headers.authorization === undefined) throw new Problem('unauthenticated', hint);
  const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(headers.authorization)?.[1];
  // Node keeps the first of two; what stands before this process may have looked at the last.
  if (!token || countOf('authorization', raw.rawHeaders) > 1) throw invalidToken();
  return token;
}

function countOf(name: string, rawHeaders: readonly string[]): number {
  return rawHeaders.filter((item, index) => index % 2 === 0 && item.toLowerCase() === name).length;
}
