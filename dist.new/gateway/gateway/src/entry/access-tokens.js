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
exports.AccessTokens = void 0;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const config_js_1 = require("../config.js");
const queries_js_1 = require("../ledger/queries.js");
const request_js_1 = require("./request.js");
const revocations_js_1 = require("./revocations.js");
const CLAIMS = ['sub', 'sid', 'roles'];
/** Verifies users' access tokens offline, by identity's public keys; what has ended since is known by other ways. */
let AccessTokens = class AccessTokens {
    constructor(revocations, queries, config) {
        this.revocations = revocations;
        this.queries = queries;
        this.verified = new service_1.VerifiedTokens((token) => this.claimsOf(token));
        const { clockToleranceMs } = config;
        // An access token may be as old as it likes: one that has expired says nothing of identity's clock.
        this.rules = { ...contracts_1.ACCESS_TOKENS, claims: CLAIMS, clockToleranceMs, clock: new service_1.ClockWatch('identity') };
        this.keys = new service_1.RemoteKeys(`${config.services.identity}/.well-known/jwks.json`, 'identity');
    }
    /** @throws Problem 401 unless the token is valid, its session goes on, and its user is not deleted */
    async verify(token) {
        const claims = await this.verified.claimsOf(token);
        if (this.revocations.has(claims.sid))
            throw noLongerValid();
        const standing = await this.queries.standing(claims.sub);
        if (!standing || !isAcceptedBy(standing, claims))
            throw noLongerValid();
        const { sub: userId, sid: sessionId, roles, auth_time: begun } = claims;
        const authenticatedAt = typeof begun === 'number' ? new Date(begun * 1000) : null;
        return { userId, sessionId, roles, authenticatedAt };
    }
    async claimsOf(token) {
        const claims = await (0, service_1.verifyToken)(token, this.keys.find, this.rules);
        if (!(0, request_js_1.isUuid)(claims.sub) || typeof claims.sid !== 'string' || !Array.isArray(claims.roles))
            throw (0, service_1.invalidToken)();
        return claims;
    }
};
exports.AccessTokens = AccessTokens;
exports.AccessTokens = AccessTokens = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [revocations_js_1.Revocations,
        queries_js_1.LedgerQueries,
        config_js_1.GatewayConfig])
], AccessTokens);
/** A deletion ends a user's tokens for ever, a restore revives none; the lane knows at once. */
function isAcceptedBy({ admission, sessionsValidFrom }, { iat }) {
    if (admission === 'deleted' || admission === 'closed')
        return false;
    // The instant of the deletion is known to the millisecond: what was minted within it counts as before.
    return !sessionsValidFrom || iat * 1000 >= sessionsValidFrom.getTime() + 1;
}
function noLongerValid() {
    return (0, service_1.invalidToken)('The session has ended.');
}
//# sourceMappingURL=access-tokens.js.map