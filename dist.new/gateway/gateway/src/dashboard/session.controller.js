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
var DashboardSessionController_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.DashboardSessionController = void 0;
const openapi = require("@nestjs/swagger");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const access_tokens_js_1 = require("../entry/access-tokens.js");
const authorise_js_1 = require("../entry/authorise.js");
const caller_js_1 = require("../entry/caller.js");
const cookie_sessions_js_1 = require("../entry/cookie-sessions.js");
const registered_js_1 = require("../entry/registered.js");
const revocations_js_1 = require("../entry/revocations.js");
const routes_js_1 = require("../entry/routes.js");
const sign_in_throttle_js_1 = require("../entry/sign-in-throttle.js");
const services_js_1 = require("../run/services.js");
/** Hosts whose pages browsers trust without https. */
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;
/**
 * The page of a browser names its origin; behind a proxy that ends TLS that is https.
 * @throws Problem 403 where the browser would drop the cookie, and show the form again without a word
 */
function assertKeepsCookies({ headers: { origin } }) {
    if (origin === undefined || !URL.canParse(origin))
        return;
    const { protocol, hostname, host, port } = new URL(origin);
    if (protocol !== 'http:' || LOOPBACK.test(hostname))
        return;
    const tunnel = `ssh -L 3000:localhost:${port || '80'} ${hostname}`;
    throw new service_1.Problem('forbidden', `This page came over http from ${host}, and a browser keeps the session’s cookie only over https or from this machine. ` +
        `Use https, or a tunnel (${tunnel}) and http://localhost:3000/ops.`);
}
/** How operators sign in at the dashboard: with an administrator's account, for a cookie. */
let DashboardSessionController = DashboardSessionController_1 = class DashboardSessionController {
    constructor(services, tokens, sessions, revocations, throttle, registered) {
        this.services = services;
        this.tokens = tokens;
        this.sessions = sessions;
        this.revocations = revocations;
        this.throttle = throttle;
        this.registered = registered;
        this.logger = new common_1.Logger(DashboardSessionController_1.name);
    }
    /** @throws Problem 403 unless it is an administrator's account */
    async signIn(body, request, reply) {
        assertKeepsCookies(request);
        const call = { method: 'POST', path: '/internal/sessions', body };
        const session = await this.throttle.check(body.email, request, async () => this.registered.session(await this.services.ask('identity', call), 'invalid-credentials'));
        const caller = await this.callerOf(session);
        await this.onlyForOperators(caller);
        const { setCookie, view } = await this.sessions.begin(session);
        void reply.header('set-cookie', setCookie);
        return view;
    }
    /** What the page has to know of its session after a reload. */
    current(request) {
        return this.sessions.view(request);
    }
    async signOut(caller, request, reply) {
        await this.end(caller);
        void reply.header('set-cookie', await this.sessions.end(request));
    }
    /** What identity has just signed is refused here only where clocks or keys differ: signing in again is no way out. */
    callerOf({ accessToken }) {
        return this.tokens.verify(accessToken).catch((error) => {
            if ((0, service_1.problemOf)(error).code !== 'unauthenticated')
                throw error;
            this.logger.warn("A new token of identity's is refused: compare the clocks of identity and the gateway.");
            throw (0, service_1.unavailable)('The new session is not accepted yet.');
        });
    }
    /** What has been opened for somebody else is closed again. */
    async onlyForOperators(caller) {
        try {
            (0, authorise_js_1.authorise)('ops', caller, null);
        }
        catch (error) {
            await this.end(caller);
            throw error;
        }
    }
    async end({ sessionId }) {
        await this.services.ask('identity', { method: 'DELETE', path: `/internal/sessions/${sessionId}` });
        this.revocations.add(sessionId);
    }
};
exports.DashboardSessionController = DashboardSessionController;
__decorate([
    (0, common_1.Post)(),
    (0, routes_js_1.Allows)('session.begin'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/sessions").DashboardSession }),
    __param(0, (0, common_1.Body)()),
    __param(1, (0, common_1.Req)()),
    __param(2, (0, common_1.Res)({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.SignIn, Object, Object]),
    __metadata("design:returntype", Promise)
], DashboardSessionController.prototype, "signIn", null);
__decorate([
    openapi.ApiOperation({ summary: "What the page has to know of its session after a reload." }),
    (0, common_1.Get)(),
    (0, routes_js_1.Allows)('ops'),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/sessions").DashboardSession }),
    __param(0, (0, common_1.Req)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object]),
    __metadata("design:returntype", Promise)
], DashboardSessionController.prototype, "current", null);
__decorate([
    (0, common_1.Delete)(),
    (0, routes_js_1.Allows)('session.end'),
    (0, common_1.HttpCode)(204),
    openapi.ApiResponse({ status: 204 }),
    __param(0, (0, caller_js_1.CurrentCaller)()),
    __param(1, (0, common_1.Req)()),
    __param(2, (0, common_1.Res)({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, Object, Object]),
    __metadata("design:returntype", Promise)
], DashboardSessionController.prototype, "signOut", null);
exports.DashboardSessionController = DashboardSessionController = DashboardSessionController_1 = __decorate([
    (0, swagger_1.ApiExcludeController)(),
    (0, common_1.Controller)('ops/session'),
    __metadata("design:paramtypes", [services_js_1.Services,
        access_tokens_js_1.AccessTokens,
        cookie_sessions_js_1.CookieSessions,
        revocations_js_1.Revocations,
        sign_in_throttle_js_1.SignInThrottle,
        registered_js_1.Registered])
], DashboardSessionController);
//# sourceMappingURL=session.controller.js.map