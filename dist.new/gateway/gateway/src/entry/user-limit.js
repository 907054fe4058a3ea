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
exports.UserLimit = void 0;
exports.Costly = Costly;
exports.userThrottlers = userThrottlers;
const common_1 = require("@nestjs/common");
const core_1 = require("@nestjs/core");
const throttler_1 = require("@nestjs/throttler");
const caller_js_1 = require("./caller.js");
const quota_js_1 = require("./quota.js");
const COSTLY = 'turnpike:costly';
/** Costly requests a minute of one user: nobody needs more of them, and each can keep the services busy. */
const COSTLY_LIMIT = 30;
/** The route does much more than others: it compares or mends whole tables. */
function Costly() {
    return (0, common_1.SetMetadata)(COSTLY, true);
}
/** @returns the limits of a user's requests; the limit must not be 0 */
function userThrottlers({ limits: { user } }) {
    const reflector = new core_1.Reflector();
    return [
        { name: 'user', limit: user, ttl: quota_js_1.MINUTE_MS },
        {
            name: 'costly',
            limit: Math.min(COSTLY_LIMIT, user),
            ttl: quota_js_1.MINUTE_MS,
            skipIf: (context) => !reflector.get(COSTLY, context.getHandler()),
        },
    ];
}
/** Limits the requests of each user, from wherever they come. It stands behind the guard that finds the caller. */
let UserLimit = class UserLimit extends throttler_1.ThrottlerGuard {
    constructor(options, storage, reflector) {
        super(options, storage, reflector);
    }
    /** Nobody's requests are those of an address alone. */
    async shouldSkip(context) {
        return !(0, caller_js_1.callerOf)(context.switchToHttp().getRequest());
    }
    async handleRequest({ context, limit, throttler }) {
        const http = context.switchToHttp();
        const { userId } = (0, caller_js_1.callerOf)(http.getRequest());
        const quota = { name: throttler.name, limit };
        await (0, quota_js_1.spend)(quota, userId, this.storageService, http.getResponse());
        return true;
    }
};
exports.UserLimit = UserLimit;
exports.UserLimit = UserLimit = __decorate([
    (0, common_1.Injectable)(),
    __param(0, (0, throttler_1.InjectThrottlerOptions)()),
    __param(1, (0, throttler_1.InjectThrottlerStorage)()),
    __metadata("design:paramtypes", [Object, Object, core_1.Reflector])
], UserLimit);
//# sourceMappingURL=user-limit.js.map