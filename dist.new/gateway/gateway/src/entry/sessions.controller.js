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
var __param = (this && this.__param) || function (paramIndex, decorator) {
    return function (target, key) { decorator(target, key, paramIndex); }
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.SessionsController = void 0;
const openapi = require("@nestjs/swagger");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const services_js_1 = require("../run/services.js");
const caller_js_1 = require("./caller.js");
const registered_js_1 = require("./registered.js");
const revocations_js_1 = require("./revocations.js");
const sign_in_throttle_js_1 = require("./sign-in-throttle.js");
const routes_js_1 = require("./routes.js");
/** Sessions are credentials, not data: they are passed straight on to identity and never queued. */
let SessionsController = class SessionsController {
    constructor(services, revocations, throttle, registered) {
        this.services = services;
        this.revocations = revocations;
        this.throttle = throttle;
        this.registered = registered;
    }
    /** Signs in. After too many failures it is 429 for a while, whatever the password. */
    signIn(body, request) {
        return this.throttle.check(body.email, request, async () => {
            const call = { method: 'POST', path: '/internal/sessions', body };
            const session = await this.services.ask('identity', call);
            return this.registered.session(session, 'invalid-credentials');
        });
    }
    /** New tokens for a refresh token, which is spent; its second use ends the session. */
    async refresh(body) {
        const call = { method: 'POST', path: '/internal/sessions/refresh', body };
        const session = await this.services.ask('identity', call);
        return this.registered.session(session, 'unauthenticated');
    }
    /** Signs out. */
    async signOut({ sessionId }) {
        await this.services.ask('identity', { method: 'DELETE', path: `/internal/sessions/${sessionId}` });
        this.revocations.add(sessionId);
    }
};
exports.SessionsController = SessionsController;
__decorate([
    openapi.ApiOperation({ summary: "Signs in. After too many failures it is 429 for a while, whatever the password." }),
    (0, common_1.Post)(),
    (0, routes_js_1.Allows)('session.begin'),
    (0, service_1.ApiProblems)('invalid-credentials'),
    openapi.ApiResponse({ status: 201, type: require("../../../libs/contracts/src/sessions").SessionView }),
    __param(0, (0, common_1.Body)()),
    __param(1, (0, common_1.Req)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.SignIn, Object]),
    __metadata("design:returntype", Promise)
], SessionsController.prototype, "signIn", null);
__decorate([
    openapi.ApiOperation({ summary: "New tokens for a refresh token, which is spent; its second use ends the session." }),
    (0, common_1.Post)('refresh'),
    (0, routes_js_1.Allows)('session.refresh'),
    (0, service_1.ApiProblems)('unauthenticated'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/sessions").SessionView }),
    __param(0, (0, common_1.Body)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.RefreshSession]),
    __metadata("design:returntype", Promise)
], SessionsController.prototype, "refresh", null);
__decorate([
    openapi.ApiOperation({ summary: "Signs out." }),
    (0, common_1.Delete)('current'),
    (0, routes_js_1.Allows)('session.end'),
    (0, common_1.HttpCode)(204),
    openapi.ApiResponse({ status: 204 }),
    __param(0, (0, caller_js_1.CurrentCaller)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object]),
    __metadata("design:returntype", Promise)
], SessionsController.prototype, "signOut", null);
exports.SessionsController = SessionsController = __decorate([
    (0, swagger_1.ApiTags)('sessions'),
    (0, common_1.Controller)('v1/sessions'),
    __metadata("design:paramtypes", [services_js_1.Services,
        revocations_js_1.Revocations,
        sign_in_throttle_js_1.SignInThrottle,
        registered_js_1.Registered])
], SessionsController);
//# sourceMappingURL=sessions.controller.js.map