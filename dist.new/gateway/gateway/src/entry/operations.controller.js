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
exports.OperationsController = void 0;
const openapi = require("@nestjs/swagger");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const queries_js_1 = require("../ledger/queries.js");
const withdrawal_js_1 = require("../queue/withdrawal.js");
const answers_js_1 = require("./answers.js");
const authorise_js_1 = require("./authorise.js");
const caller_js_1 = require("./caller.js");
const http_js_1 = require("./http.js");
const operation_access_js_1 = require("./operation-access.js");
const reads_js_1 = require("./reads.js");
const request_js_1 = require("./request.js");
const routes_js_1 = require("./routes.js");
const under_way_js_1 = require("./under-way.js");
/** What became of the writes. */
let OperationsController = class OperationsController {
    constructor(queries, answers, withdrawal, access) {
        this.queries = queries;
        this.answers = answers;
        this.withdrawal = withdrawal;
        this.access = access;
    }
    /** The operations in the caller's lane or asked for by the caller, newest first. */
    list(query, caller) {
        return this.queries.operationsOf(caller.userId, query);
    }
    /** One operation; with `Prefer: wait=N` once it has ended, or after N seconds. */
    async read(id, request, reply) {
        await this.access.assertReadable(id, request);
        const wait = (0, request_js_1.preferredWait)(request);
        const operation = await this.answers.get(id, wait ?? 0, (0, under_way_js_1.clientGone)(request));
        if (wait !== null)
            void reply.header(contracts_1.HEADERS.preferenceApplied, `wait=${wait}`);
        return (0, reads_js_1.sendResource)(await this.answers.view(operation), request, reply);
    }
    /**
     * Withdraws a write that has not begun, or that waits for a retry and turns out not to be applied. What somebody
     * else asked for, an administrator's deletion of the caller say, only administrators withdraw.
     */
    async cancel(id, caller) {
        const operation = (0, operation_access_js_1.authoriseFor)('operation.cancel', await this.queries.operation(id), caller);
        if (operation.actorId !== caller.userId)
            (0, authorise_js_1.authorise)('operation.cancel-anothers', caller, null);
        if (!(await this.withdrawal.cancel(operation.userId, id)))
            throw new service_1.Problem('operation-not-cancellable');
        return this.answers.view(await this.answers.get(id));
    }
};
exports.OperationsController = OperationsController;
__decorate([
    openapi.ApiOperation({ summary: "The operations in the caller's lane or asked for by the caller, newest first." }),
    (0, common_1.Get)(),
    (0, routes_js_1.Allows)('operation.list'),
    (0, service_1.ApiPage)(contracts_1.OperationView),
    openapi.ApiResponse({ status: 200 }),
    __param(0, (0, common_1.Query)()),
    __param(1, (0, caller_js_1.CurrentCaller)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.OperationsQuery, Object]),
    __metadata("design:returntype", Promise)
], OperationsController.prototype, "list", null);
__decorate([
    openapi.ApiOperation({ summary: "One operation; with `Prefer: wait=N` once it has ended, or after N seconds." }),
    (0, common_1.Get)(':id'),
    (0, routes_js_1.Allows)('operation.read'),
    (0, swagger_1.ApiHeader)({ name: 'Operation-Token', required: false, description: 'From the 202 of a registration' }),
    (0, swagger_1.ApiHeader)({ name: 'Prefer', required: false, description: '`wait=N`: answer at its end, in N ≤ 30 s' }),
    (0, http_js_1.AcceptsIfNoneMatch)(contracts_1.OperationView),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/operations").OperationView }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, common_1.Req)()),
    __param(2, (0, common_1.Res)({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, Object, Object]),
    __metadata("design:returntype", Promise)
], OperationsController.prototype, "read", null);
__decorate([
    openapi.ApiOperation({ summary: "Withdraws a write that has not begun, or that waits for a retry and turns out not to be applied. What somebody\nelse asked for, an administrator's deletion of the caller say, only administrators withdraw." }),
    (0, common_1.Delete)(':id'),
    (0, routes_js_1.Allows)('operation.cancel', 'operation.cancel-anothers'),
    (0, service_1.ApiProblems)('operation-not-cancellable'),
    (0, http_js_1.TakesNoBody)(),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/operations").OperationView }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, caller_js_1.CurrentCaller)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, Object]),
    __metadata("design:returntype", Promise)
], OperationsController.prototype, "cancel", null);
exports.OperationsController = OperationsController = __decorate([
    (0, swagger_1.ApiTags)('operations'),
    (0, common_1.Controller)('v1/operations'),
    __metadata("design:paramtypes", [queries_js_1.LedgerQueries,
        answers_js_1.Answers,
        withdrawal_js_1.Withdrawal,
        operation_access_js_1.OperationAccess])
], OperationsController);
//# sourceMappingURL=operations.controller.js.map