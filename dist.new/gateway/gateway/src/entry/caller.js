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
exports.CallerGuard = exports.CurrentCaller = void 0;
exports.callerOf = callerOf;
exports.verifyAgain = verifyAgain;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const access_tokens_js_1 = require("./access-tokens.js");
const authorise_js_1 = require("./authorise.js");
const routes_js_1 = require("./routes.js");
const cookie_sessions_js_1 = require("./cookie-sessions.js");
const callers = new WeakMap();
/** @returns who sends that request; null where the route does without, and nobody is signed in */
function callerOf(request) {
    return callers.get(request)?.caller ?? null;
}
/** The caller of a route that needs one. */
exports.CurrentCaller = (0, common_1.createParamDecorator)((_data, context) => {
    const caller = callerOf(context.switchToHttp().getRequest());
    if (!caller)
        throw new service_1.Problem('unauthenticated');
    return caller;
});
/** @throws Problem 401 when the session of a request has ended, whose answer may go on for hours */
async function verifyAgain(request) {
    await callers.get(request)?.verifyAgain();
}
/**
 * Lets in whoever may carry out the action of the route, as far as that can be said without knowing whose data it is
 * about; where it cannot, the route asks `authorise` itself.
 */
let CallerGuard = class CallerGuard {
    constructor(tokens, cookies) {
        this.tokens = tokens;
        this.cookies = cookies;
    }
    async canActivate(context) {
        const actions = (0, routes_js_1.actionsOf)(context.getHandler(), context.getClass());
        if (actions === 'public')
            return true;
        const [action] = actions;
        const request = context.switchToHttp().getRequest();
        const who = authorise_js_1.ALLOWED[action];
        if (who.includes('anyone'))
            return true;
        if (who.includes('holder') && isAnonymousHolder(request))
            return true;
        const token = await this.tokenOf(request);
        const verifyAgain = () => this.tokens.verify(token);
        const caller = await verifyAgain();
        callers.set(request, { caller, verifyAgain });
        if (!(0, authorise_js_1.dependsOnOwner)(action))
            (0, authorise_js_1.authorise)(action, caller, null);
        return true;
    }
    /** The dashboard's cookie stands for a token; whoever sends one needs no cookie. */
    async tokenOf(request) {
        const ofCookie = request.headers.authorization === undefined && (await this.cookies.accessTokenOf(request));
        return ofCookie || (0, service_1.bearerTokenOf)(request, 'Send `Authorization: Bearer` with an access token.');
    }
};
exports.CallerGuard = CallerGuard;
exports.CallerGuard = CallerGuard = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [access_tokens_js_1.AccessTokens,
        cookie_sessions_js_1.CookieSessions])
], CallerGuard);
/** Whether the token of an operation is good is for the route to see, which knows the operation. */
function isAnonymousHolder({ headers }) {
    return headers.authorization === undefined && headers[contracts_1.HEADERS.operationToken] !== undefined;
}
//# sourceMappingURL=caller.js.map