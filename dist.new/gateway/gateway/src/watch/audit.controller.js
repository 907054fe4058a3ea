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
exports.AuditController = void 0;
const openapi = require("@nestjs/swagger");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const routes_js_1 = require("../entry/routes.js");
const audit_trail_js_1 = require("../ledger/audit-trail.js");
let AuditController = class AuditController {
    constructor(trail) {
        this.trail = trail;
    }
    /** Who did what to whom, when, and by which operation; newest first. */
    list(query) {
        return this.trail.page(query);
    }
};
exports.AuditController = AuditController;
__decorate([
    openapi.ApiOperation({ summary: "Who did what to whom, when, and by which operation; newest first." }),
    (0, common_1.Get)(),
    (0, routes_js_1.Allows)('ops'),
    (0, service_1.ApiPage)(contracts_1.AuditEntry),
    openapi.ApiResponse({ status: 200 }),
    __param(0, (0, common_1.Query)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.AuditQuery]),
    __metadata("design:returntype", Promise)
], AuditController.prototype, "list", null);
exports.AuditController = AuditController = __decorate([
    (0, swagger_1.ApiTags)('operators'),
    (0, common_1.Controller)('v1/ops/audit'),
    __metadata("design:paramtypes", [audit_trail_js_1.AuditTrail])
], AuditController);
//# sourceMappingURL=audit.controller.js.map