"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.VerifiedTokens = void 0;
const lru_cache_1 = require("lru-cache");
/** Tokens at a time, the least used forgotten first: some 20 MB in a process that everybody calls at once. */
const MAX_TOKENS = 20_000;
/** Milliseconds for which a signature is not looked at again: as long as a key that was removed still opens. */
const REMEMBER_MS = 60_000;
/**
 * Remembers what tokens say whose signature was found good, since looking at one costs 260 µs and a caller sends
 * the same token many times. It remembers no refusal, and it decides nothing: a token is never good for longer, and
 * what ends a token before its time is asked for at every request.
 */
class VerifiedTokens {
    /** @param verify throws unless the token is good now */
    constructor(verify) {
        this.verify = verify;
        this.known = new lru_cache_1.LRUCache({ max: MAX_TOKENS });
    }
    async claimsOf(token) {
        const known = this.known.get(token);
        if (known && performance.now() - known.at < REMEMBER_MS && Date.now() < known.claims.exp * 1000)
            return known.claims;
        const claims = await this.verify(token);
        this.known.set(token, { claims, at: performance.now() });
        return claims;
    }
}
exports.VerifiedTokens = VerifiedTokens;
//# sourceMappingURL=verified-tokens.js.map