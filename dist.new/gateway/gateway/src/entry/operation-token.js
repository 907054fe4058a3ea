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
exports.OperationTokens = void 0;
const common_1 = require("@nestjs/common");
const service_1 = require("../../../libs/service/src/index.js");
const jose_1 = require("jose");
const config_js_1 = require("../config.js");
const TYPE = 'operation+jwt';
const ALGORITHM = 'EdDSA';
/** How long an anonymous client may read the registration that it asked for. */
const LIFETIME = '15 minutes';
/**
 * Lets an anonymous client read one operation. It is signed and not stored; its `typ` keeps it from being
 * taken for a service token, which the same key signs.
 */
let OperationTokens = class OperationTokens {
    constructor(config) {
        this.privateJwk = JSON.parse(config.serviceSigningKey);
        const { d: _private, ...publicJwk } = this.privateJwk;
        this.publicJwk = publicJwk;
    }
    async sign(operationId) {
        return new jose_1.SignJWT()
            .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
            .setSubject(operationId)
            .setExpirationTime(LIFETIME)
            .sign(await (0, jose_1.importJWK)(this.privateJwk, ALGORITHM));
    }
    /** @returns whether that token lets its bearer read that operation */
    async allows(token, operationId) {
        if (!(0, service_1.isCanonicalToken)(token))
            return false;
        const key = await (0, jose_1.importJWK)(this.publicJwk, ALGORITHM);
        return (0, jose_1.jwtVerify)(token, key, { typ: TYPE, subject: operationId, algorithms: [ALGORITHM] }).then(() => true, () => false);
    }
};
exports.OperationTokens = OperationTokens;
exports.OperationTokens = OperationTokens = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [config_js_1.GatewayConfig])
], OperationTokens);
//# sourceMappingURL=operation-token.js.map