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
exports.BulkController = void 0;
const openapi = require("@nestjs/swagger");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const caller_js_1 = require("../entry/caller.js");
const fingerprint_js_1 = require("../entry/fingerprint.js");
const once_js_1 = require("../entry/once.js");
const request_js_1 = require("../entry/request.js");
const routes_js_1 = require("../entry/routes.js");
const bulk_js_1 = require("./bulk.js");
const PATH = 'v1/ops/bulk';
const LOCATION = {
    Location: { description: 'Where to read it', required: true, schema: { type: 'string' } },
};
/** Many writes repeated or withdrawn. */
let BulkController = class BulkController {
    constructor(bulk, fingerprints) {
        this.bulk = bulk;
        this.fingerprints = fingerprints;
    }
    /** Begins a run over all writes that a filter matches now; with `dryRun` it only counts them. */
    async begin(request, caller, http, reply) {
        if (request.dryRun) {
            void reply.status(200);
            return this.bulk.count(request);
        }
        const clientKey = this.fingerprints.clientKeyOf((0, once_js_1.scopeOf)(caller), http);
        const run = (0, once_js_1.madeOnce)(await this.bulk.begin(request, caller.userId, clientKey), reply);
        void reply.header('location', `/${PATH}/${run.id}`);
        return run;
    }
    /** The runs, newest first. */
    list(query) {
        return this.bulk.list(query);
    }
    /** One run and how far it has come. */
    run(id) {
        return this.bulk.find(id);
    }
    /** Ends a run; what it has done stays done. */
    abort(id) {
        return this.bulk.abort(id);
    }
};
exports.BulkController = BulkController;
__decorate([
    openapi.ApiOperation({ summary: "Begins a run over all writes that a filter matches now; with `dryRun` it only counts them." }),
    (0, common_1.Post)(),
    (0, routes_js_1.Allows)('ops'),
    (0, once_js_1.MakesOnce)(),
    (0, common_1.HttpCode)(202),
    (0, swagger_1.ApiAcceptedResponse)({ type: contracts_1.BulkRun, description: 'The run, which goes on.', headers: LOCATION }),
    (0, swagger_1.ApiOkResponse)({ type: contracts_1.BulkCount, description: 'With `dryRun`' }),
    __param(0, (0, common_1.Body)()),
    __param(1, (0, caller_js_1.CurrentCaller)()),
    __param(2, (0, common_1.Req)()),
    __param(3, (0, common_1.Res)({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.BulkRequest, Object, Object, Object]),
    __metadata("design:returntype", Promise)
], BulkController.prototype, "begin", null);
__decorate([
    openapi.ApiOperation({ summary: "The runs, newest first." }),
    (0, common_1.Get)(),
    (0, routes_js_1.Allows)('ops'),
    (0, service_1.ApiPage)(contracts_1.BulkRun),
    openapi.ApiResponse({ status: 200 }),
    __param(0, (0, common_1.Query)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.PageQuery]),
    __metadata("design:returntype", Promise)
], BulkController.prototype, "list", null);
__decorate([
    openapi.ApiOperation({ summary: "One run and how far it has come." }),
    (0, common_1.Get)(':id'),
    (0, routes_js_1.Allows)('ops'),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/bulk").BulkRun }),
    __param(0, (0, request_js_1.Id)('id')),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String]),
    __metadata("design:returntype", Promise)
], BulkController.prototype, "run", null);
__decorate([
    openapi.ApiOperation({ summary: "Ends a run; what it has done stays done." }),
    (0, common_1.Post)(':id/abort'),
    (0, routes_js_1.Allows)('ops'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/bulk").BulkRun }),
    __param(0, (0, request_js_1.Id)('id')),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String]),
    __metadata("design:returntype", Promise)
], BulkController.prototype, "abort", null);
exports.BulkController = BulkController = __decorate([
    (0, swagger_1.ApiTags)('operators'),
    (0, common_1.Controller)(PATH),
    __metadata("design:paramtypes", [bulk_js_1.Bulk,
        fingerprint_js_1.Fingerprints])
], BulkController);
//# sourceMappingURL=bulk.controller.js.map