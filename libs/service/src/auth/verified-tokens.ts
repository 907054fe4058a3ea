import { LRUCache } from 'lru-cache';

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
