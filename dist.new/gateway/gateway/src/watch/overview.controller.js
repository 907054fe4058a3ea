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
exports.OverviewController = void 0;
const openapi = require("@nestjs/swagger");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const service_1 = require("../../../libs/service/src/index.js");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const routes_js_1 = require("../entry/routes.js");
const operation_list_js_1 = require("../ledger/operation-list.js");
const samples_js_1 = require("../ledger/samples.js");
const hidden_js_1 = require("./hidden.js");
const lane_search_js_1 = require("./lane-search.js");
const summary_js_1 = require("./summary.js");
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** What operators see of the whole. */
let OverviewController = class OverviewController {
    constructor(overview, pastSamples, laneSearch, operationList) {
        this.overview = overview;
        this.pastSamples = pastSamples;
        this.laneSearch = laneSearch;
        this.operationList = operationList;
    }
    /** Everything at a glance; at most a second old. */
    summary() {
        return this.overview.now();
    }
    /** How it was, every five seconds: the last hour, or since `from`, at most a day ago. */
    async samples({ from }) {
        return { items: await this.pastSamples.since(since(from, HOUR_MS)) };
    }
    /** Lanes, the deepest or the oldest first. */
    lanes(query) {
        return this.laneSearch.page(query);
    }
    /** Operations of all lanes, the newest first; what people have written into their results is hidden. */
    async operations(query) {
        const { items, nextCursor } = await this.operationList.page(query);
        const hide = ({ result }) => result && (0, hidden_js_1.hidden)(result);
        return { items: items.map((operation) => ({ ...operation, result: hide(operation) })), nextCursor };
    }
    /** Writes that failed, by their problem and the service that refused them. */
    async failures({ from }) {
        return { items: await this.operationList.failures(since(from, DAY_MS)) };
    }
};
exports.OverviewController = OverviewController;
__decorate([
    openapi.ApiOperation({ summary: "Everything at a glance; at most a second old." }),
    (0, common_1.Get)('summary'),
    (0, routes_js_1.Allows)('ops'),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/ops").OpsSummary }),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", []),
    __metadata("design:returntype", Promise)
], OverviewController.prototype, "summary", null);
__decorate([
    openapi.ApiOperation({ summary: "How it was, every five seconds: the last hour, or since `from`, at most a day ago." }),
    (0, common_1.Get)('samples'),
    (0, routes_js_1.Allows)('ops'),
    (0, service_1.ApiItems)(contracts_1.Sample),
    openapi.ApiResponse({ status: 200 }),
    __param(0, (0, common_1.Query)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.SamplesQuery]),
    __metadata("design:returntype", Promise)
], OverviewController.prototype, "samples", null);
__decorate([
    openapi.ApiOperation({ summary: "Lanes, the deepest or the oldest first." }),
    (0, common_1.Get)('lanes'),
    (0, routes_js_1.Allows)('ops'),
    (0, service_1.ApiPage)(contracts_1.LaneView),
    openapi.ApiResponse({ status: 200 }),
    __param(0, (0, common_1.Query)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.LanesQuery]),
    __metadata("design:returntype", Promise)
], OverviewController.prototype, "lanes", null);
__decorate([
    openapi.ApiOperation({ summary: "Operations of all lanes, the newest first; what people have written into their results is hidden." }),
    (0, common_1.Get)('operations'),
    (0, routes_js_1.Allows)('ops'),
    (0, service_1.ApiPage)(contracts_1.OperationView),
    openapi.ApiResponse({ status: 200 }),
    __param(0, (0, common_1.Query)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.OpsOperationsQuery]),
    __metadata("design:returntype", Promise)
], OverviewController.prototype, "operations", null);
__decorate([
    openapi.ApiOperation({ summary: "Writes that failed, by their problem and the service that refused them." }),
    (0, common_1.Get)('failures'),
    (0, routes_js_1.Allows)('ops'),
    (0, service_1.ApiItems)(contracts_1.FailureGroup),
    openapi.ApiResponse({ status: 200 }),
    __param(0, (0, common_1.Query)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.FailuresQuery]),
    __metadata("design:returntype", Promise)
], OverviewController.prototype, "failures", null);
exports.OverviewController = OverviewController = __decorate([
    (0, swagger_1.ApiTags)('operators'),
    (0, common_1.Controller)('v1/ops'),
    __metadata("design:paramtypes", [summary_js_1.Summary,
        samples_js_1.Samples,
        lane_search_js_1.LaneSearch,
        operation_list_js_1.OperationList])
], OverviewController);
/** @returns that time, or the one that many milliseconds ago */
function since(from, agoMs) {
    return from ? new Date(from) : new Date(Date.now() - agoMs);
}
//# sourceMappingURL=overview.controller.js.map