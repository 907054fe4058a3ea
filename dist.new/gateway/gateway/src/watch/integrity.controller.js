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
exports.IntegrityController = void 0;
const openapi = require("@nestjs/swagger");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const caller_js_1 = require("../entry/caller.js");
const request_js_1 = require("../entry/request.js");
const user_limit_js_1 = require("../entry/user-limit.js");
const routes_js_1 = require("../entry/routes.js");
const integrity_js_1 = require("./integrity.js");
const PATH = 'v1/ops/integrity/runs';
/** Comparisons of the services' data, and the repair of what they find. */
let IntegrityController = class IntegrityController {
    constructor(integrity) {
        this.integrity = integrity;
    }
    /** Begins a run; while one is under way, it is that one. */
    async begin(caller, reply) {
        const run = await this.integrity.begin(caller.userId);
        void reply.header('location', `/${PATH}/${run.id}`);
        return run;
    }
    /** The runs, newest first. */
    list(query) {
        return this.integrity.list(query);
    }
    /** One run and what it has found so far. */
    run(id) {
        return this.integrity.run(id);
    }
    /** Mends what the run has found, through the lanes; asked again, it answers with the same writes. */
    async repair(id, caller) {
        return { items: await this.integrity.repair(id, caller.userId) };
    }
};
exports.IntegrityController = IntegrityController;
__decorate([
    openapi.ApiOperation({ summary: "Begins a run; while one is under way, it is that one." }),
    (0, common_1.Post)(),
    (0, user_limit_js_1.Costly)(),
    (0, routes_js_1.Allows)('ops'),
    (0, common_1.HttpCode)(202),
    (0, swagger_1.ApiAcceptedResponse)({
        type: contracts_1.IntegrityRun,
        description: 'The run, which goes on.',
        headers: { Location: { description: 'Where to read it', required: true, schema: { type: 'string' } } },
    }),
    __param(0, (0, caller_js_1.CurrentCaller)()),
    __param(1, (0, common_1.Res)({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, Object]),
    __metadata("design:returntype", Promise)
], IntegrityController.prototype, "begin", null);
__decorate([
    openapi.ApiOperation({ summary: "The runs, newest first." }),
    (0, common_1.Get)(),
    (0, routes_js_1.Allows)('ops'),
    (0, service_1.ApiPage)(contracts_1.IntegrityRun),
    openapi.ApiResponse({ status: 200 }),
    __param(0, (0, common_1.Query)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.PageQuery]),
    __metadata("design:returntype", Promise)
], IntegrityController.prototype, "list", null);
__decorate([
    openapi.ApiOperation({ summary: "One run and what it has found so far." }),
    (0, common_1.Get)(':id'),
    (0, routes_js_1.Allows)('ops'),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/integrity").IntegrityRun }),
    __param(0, (0, request_js_1.Id)('id')),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String]),
    __metadata("design:returntype", Promise)
], IntegrityController.prototype, "run", null);
__decorate([
    openapi.ApiOperation({ summary: "Mends what the run has found, through the lanes; asked again, it answers with the same writes." }),
    (0, common_1.Post)(':id/repair'),
    (0, user_limit_js_1.Costly)(),
    (0, routes_js_1.Allows)('ops'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/integrity").Repair }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, caller_js_1.CurrentCaller)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, Object]),
    __metadata("design:returntype", Promise)
], IntegrityController.prototype, "repair", null);
exports.IntegrityController = IntegrityController = __decorate([
    (0, swagger_1.ApiTags)('operators'),
    (0, common_1.Controller)(PATH),
    __metadata("design:paramtypes", [integrity_js_1.Integrity])
], IntegrityController);
//# sourceMappingURL=integrity.controller.js.map