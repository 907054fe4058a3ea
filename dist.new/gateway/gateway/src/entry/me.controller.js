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
exports.MeController = void 0;
const openapi = require("@nestjs/swagger");
const promises_1 = require("node:timers/promises");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const queries_js_1 = require("../ledger/queries.js");
const services_js_1 = require("../run/services.js");
const caller_js_1 = require("./caller.js");
const http_js_1 = require("./http.js");
const reads_js_1 = require("./reads.js");
const routes_js_1 = require("./routes.js");
/** Milliseconds in which a part must have answered; a page that waits longer is worse than one without it. */
const PART_TIMEOUT_MS = 2000;
/** What a frontend shows first, in one answer. */
let MeController = class MeController {
    constructor(services, queries, reads) {
        this.services = services;
        this.queries = queries;
        this.reads = reads;
    }
    /**
     * The caller's user, customer, newest orders and newest operations, asked for in parallel. What is not there in time
     * is named in `missing`; such an answer is never confirmed as unchanged.
     */
    async read(caller, request, reply) {
        await this.reads.after(request, caller, caller.userId);
        const me = await this.compose(caller.userId);
        if (me.missing.length === 0)
            return (0, reads_js_1.sendResource)(me, request, reply);
        (0, reads_js_1.tag)(me, reply);
        return me;
    }
    async compose(userId) {
        const parts = {
            user: this.ask('identity', `/internal/users/${userId}`),
            customer: this.ask('ordering', `/internal/customers/${userId}`),
            orders: this.ask('ordering', '/internal/orders', { userId }).then(({ items }) => items),
            operations: this.queries.operationsOf(userId, new contracts_1.OperationsQuery()).then(({ items }) => items),
        };
        const settled = await Promise.all(Object.entries(parts).map(async ([name, part]) => [name, await inTime(part)]));
        const missing = settled.filter(([, value]) => value === undefined).map(([name]) => name);
        return { ...Object.fromEntries(settled), missing };
    }
    ask(service, path, query) {
        return this.services.ask(service, { method: 'GET', path, query, timeoutMs: PART_TIMEOUT_MS });
    }
};
exports.MeController = MeController;
__decorate([
    openapi.ApiOperation({ summary: "The caller's user, customer, newest orders and newest operations, asked for in parallel. What is not there in time\nis named in `missing`; such an answer is never confirmed as unchanged." }),
    (0, common_1.Get)(),
    (0, routes_js_1.Allows)('me.read'),
    (0, http_js_1.AcceptsReadAfter)(),
    (0, http_js_1.AcceptsIfNoneMatch)(contracts_1.Me),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/me").Me }),
    __param(0, (0, caller_js_1.CurrentCaller)()),
    __param(1, (0, common_1.Req)()),
    __param(2, (0, common_1.Res)({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, Object, Object]),
    __metadata("design:returntype", Promise)
], MeController.prototype, "read", null);
exports.MeController = MeController = __decorate([
    (0, swagger_1.ApiTags)('me'),
    (0, common_1.Controller)('v1/me'),
    __metadata("design:paramtypes", [services_js_1.Services,
        queries_js_1.LedgerQueries,
        reads_js_1.Reads])
], MeController);
/** @returns what there is of it in time, else nothing: the ledger's own part may be as late as a service's */
async function inTime(part) {
    const timer = new AbortController();
    const late = (0, promises_1.setTimeout)(PART_TIMEOUT_MS, undefined, { signal: timer.signal });
    try {
        return await Promise.race([part, late]);
    }
    catch {
        return undefined;
    }
    finally {
        timer.abort();
        late.catch(() => undefined);
    }
}
//# sourceMappingURL=me.controller.js.map