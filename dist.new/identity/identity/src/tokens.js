"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.AccessTokens = void 0;
exports.newRefreshToken = newRefreshToken;
exports.refreshTokenHash = refreshTokenHash;
const node_crypto_1 = require("node:crypto");
const contracts_1 = require("../../libs/contracts/src/index.js");
const service_1 = require("../../libs/service/src/index.js");
const jose_1 = require("jose");
/** Signs users' access tokens and publishes what they are verified with. */
class AccessTokens {
    constructor(keyId, signingKey, 
    /** The public halves of all keys, those too that sign no more but whose tokens still live. */
    jwks) {
        this.keyId = keyId;
        this.signingKey = signingKey;
        this.jwks = jwks;
    }
    /** @param keys a JWKS of Ed25519 private keys as JSON text; the first signs, all verify */
    static async signedWith(keys) {
        const { keys: given } = JSON.parse(keys);
        const named = await Promise.all(given.map(withKeyId));
        const first = named[0];
        const signingKey = await (0, jose_1.importJWK)(first, contracts_1.ACCESS_TOKENS.algorithm);
        return new AccessTokens(first.kid, signingKey, { keys: await Promise.all(named.map(service_1.publicJwk)) });
    }
    sign({ sub, sid, roles, auth_time, epoch, iat, exp }) {
        const { algorithm, type, issuer, audience } = contracts_1.ACCESS_TOKENS;
        return new jose_1.SignJWT({ sid, roles, auth_time, epoch })
            .setProtectedHeader({ alg: algorithm, typ: type, kid: this.keyId })
            .setIssuer(issuer)
            .setAudience(audience)
            .setSubject(sub)
            .setIssuedAt(iat)
            .setExpirationTime(exp)
            .sign(this.signingKey);
    }
}
exports.AccessTokens = AccessTokens;
/** Without ids a verifier could not tell an old key from a new one. */
async function withKeyId(key) {
    return { ...key, kid: key.kid ?? (await (0, jose_1.calculateJwkThumbprint)(key)) };
}
/** @returns an unguessable token. */
function newRefreshToken() {
    return (0, node_crypto_1.randomBytes)(32).toString('base64url');
}
/** @returns what is stored of a refresh token; being random, it needs neither salt nor a slow hash. */
function refreshTokenHash(token) {
    return (0, node_crypto_1.createHash)('sha256').update(token).digest();
}
//# sourceMappingURL=tokens.js.map