"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.ServiceTokenGuard = exports.ServiceTokenVerifier = exports.ServiceTokenSigner = void 0;
exports.publicJwk = publicJwk;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../contracts/src/index.js");
const jose_1 = require("jose");
const bearer_js_1 = require("./bearer.js");
const clock_js_1 = require("./clock.js");
const remote_keys_js_1 = require("./remote-keys.js");
const verified_tokens_js_1 = require("./verified-tokens.js");
/** Milliseconds for which a signed token is used again; it is valid for 60 s, so no call carries an old one. */
const REUSE_MS = 30_000;
/** @returns the public half of a private JWK. */
async function publicJwk(key) {
    const { kty, crv, x } = await (0, jose_1.exportJWK)(await (0, jose_1.importJWK)(key, contracts_1.SERVICE_TOKENS.algorithm, { extractable: true }));
    return { kty, crv, x, kid: key.kid, alg: contracts_1.SERVICE_TOKENS.algorithm, use: 'sig' };
}
/** The gateway's side: signs tokens that one service accepts for at most 60 s. */
class ServiceTokenSigner {
    /** @param signingKey an Ed25519 private key, JWK as JSON text */
    constructor(signingKey) {
        this.signed = new Map();
        this.key = JSON.parse(signingKey);
    }
    /** @returns a bearer token for that service. */
    tokenFor(audience) {
        const now = Date.now();
        const last = this.signed.get(audience);
        // Less than nothing after the clock was set back: a service would refuse what is dated in its future.
        const ageMs = last ? now - last.at : -1;
        if (last && ageMs >= 0 && ageMs < REUSE_MS)
            return last.token;
        const token = this.sign(audience);
        this.signed.set(audience, { token, at: now });
        return token;
    }
    /** What the services verify with, served at `/.well-known/service-jwks.json`. */
    async jwks() {
        return { keys: [await publicJwk(this.key)] };
    }
    async sign(audience) {
        const now = new Date();
        return new jose_1.SignJWT()
            .setProtectedHeader({ alg: contracts_1.SERVICE_TOKENS.algorithm, typ: contracts_1.SERVICE_TOKENS.type, kid: this.key.kid })
            .setIssuer(contracts_1.SERVICE_TOKENS.issuer)
            .setAudience(audience)
            .setIssuedAt(now)
            .setExpirationTime(new Date(now.getTime() + contracts_1.SERVICE_TOKENS.lifetime * 1000))
            .sign(await (0, jose_1.importJWK)(this.key, contracts_1.SERVICE_TOKENS.algorithm));
    }
}
exports.ServiceTokenSigner = ServiceTokenSigner;
/** A service's side: accepts the gateway's tokens for this one service. */
class ServiceTokenVerifier {
    constructor(audience, gatewayUrl, clockToleranceMs) {
        this.audience = audience;
        this.clockToleranceMs = clockToleranceMs;
        this.verified = new verified_tokens_js_1.VerifiedTokens((token) => this.claimsOf(token));
        this.clock = new clock_js_1.ClockWatch('the gateway', REUSE_MS);
        this.keys = new remote_keys_js_1.RemoteKeys(`${gatewayUrl}/.well-known/service-jwks.json`, 'the gateway');
    }
    /** @throws Problem 401 for anything but a valid token; 503 when the gateway's keys cannot be had. */
    async verify(token) {
        await this.verified.claimsOf(token);
    }
    claimsOf(token) {
        const { audience, clockToleranceMs, clock } = this;
        return (0, bearer_js_1.verifyToken)(token, this.keys.find, {
            ...{ ...contracts_1.SERVICE_TOKENS, audience, claims: [], clockToleranceMs, clock },
        });
    }
}
exports.ServiceTokenVerifier = ServiceTokenVerifier;
/** Lets the gateway's calls in and nobody else's. */
let ServiceTokenGuard = class ServiceTokenGuard {
    constructor(verifier) {
        this.verifier = verifier;
    }
    async canActivate(context) {
        const request = context.switchToHttp().getRequest();
        await this.verifier.verify((0, bearer_js_1.bearerTokenOf)(request, 'A service token is needed.'));
        return true;
    }
};
exports.ServiceTokenGuard = ServiceTokenGuard;
exports.ServiceTokenGuard = ServiceTokenGuard = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [ServiceTokenVerifier])
], ServiceTokenGuard);
//# sourceMappingURL=service-token.js.map