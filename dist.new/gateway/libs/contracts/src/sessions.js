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
exports.DashboardSession = exports.KeySet = exports.PublicKey = exports.SERVICE_TOKENS = exports.ACCESS_TOKENS = exports.SessionView = exports.RefreshSession = exports.SignIn = void 0;
const openapi = require("@nestjs/swagger");
const class_validator_1 = require("class-validator");
const validation_js_1 = require("./validation.js");
const users_js_1 = require("./users.js");
class SignIn {
    static _OPENAPI_METADATA_FACTORY() {
        return { email: { required: true, type: () => String }, password: { required: true, type: () => String, minLength: 1, maxLength: users_js_1.PASSWORD_LENGTH.max } };
    }
}
exports.SignIn = SignIn;
__decorate([
    (0, validation_js_1.Email)(),
    __metadata("design:type", String)
], SignIn.prototype, "email", void 0);
__decorate([
    (0, class_validator_1.IsString)(),
    (0, class_validator_1.MinLength)(1),
    (0, class_validator_1.MaxLength)(users_js_1.PASSWORD_LENGTH.max),
    __metadata("design:type", String)
], SignIn.prototype, "password", void 0);
class RefreshSession {
    static _OPENAPI_METADATA_FACTORY() {
        return { refreshToken: { required: true, type: () => String, minLength: 1, maxLength: 200 } };
    }
}
exports.RefreshSession = RefreshSession;
__decorate([
    (0, class_validator_1.IsString)(),
    (0, class_validator_1.MinLength)(1),
    (0, class_validator_1.MaxLength)(200),
    __metadata("design:type", String)
], RefreshSession.prototype, "refreshToken", void 0);
class SessionView {
    static _OPENAPI_METADATA_FACTORY() {
        return { accessToken: { required: true, type: () => String }, refreshToken: { required: true, type: () => String }, tokenType: { required: true, enum: ["Bearer"] }, expiresIn: { required: true, type: () => Number, description: "Seconds until the access token expires." }, userId: { required: true, type: () => String } };
    }
}
exports.SessionView = SessionView;
/** What identity and gateway agree on about users' access tokens. */
exports.ACCESS_TOKENS = {
    issuer: 'turnpike-identity',
    audience: 'turnpike',
    type: 'at+jwt',
    algorithm: 'EdDSA',
    /** Seconds: short, because a token that identity has revoked is refused only by those that heard of it. */
    lifetime: 900,
};
/** What identity and ordering demand of the gateway's tokens. */
exports.SERVICE_TOKENS = {
    issuer: 'turnpike-gateway',
    type: 'service+jwt',
    algorithm: 'EdDSA',
    /** Seconds. */
    lifetime: 60,
};
/** The public half of a signing key. */
class PublicKey {
    static _OPENAPI_METADATA_FACTORY() {
        return { kty: { required: true, enum: ["OKP"] }, crv: { required: true, enum: ["Ed25519"] }, x: { required: true, type: () => String }, kid: { required: true, type: () => String }, alg: { required: true, enum: ["EdDSA"] }, use: { required: true, enum: ["sig"] } };
    }
}
exports.PublicKey = PublicKey;
/** What tokens are verified with (RFC 7517). */
class KeySet {
    static _OPENAPI_METADATA_FACTORY() {
        return { keys: { required: true, type: () => [require("./sessions").PublicKey] } };
    }
}
exports.KeySet = KeySet;
/** Who is signed in at the dashboard; the session itself is a cookie that its page cannot read. */
class DashboardSession {
    static _OPENAPI_METADATA_FACTORY() {
        return { userId: { required: true, type: () => String }, csrfToken: { required: true, type: () => String, description: "Sent back as `X-CSRF-Token` with whatever is not a plain read." }, expiresAt: { required: true, type: () => String } };
    }
}
exports.DashboardSession = DashboardSession;
//# sourceMappingURL=sessions.js.map