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
exports.InvoicesController = void 0;
const openapi = require("@nestjs/swagger");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const invoices_js_1 = require("./invoices.js");
let InvoicesController = class InvoicesController {
    constructor(invoices) {
        this.invoices = invoices;
    }
    /** The invoice of that order. */
    find(orderId) {
        return this.invoices.find(orderId);
    }
    /** The invoices that refer to a user, in the order of their ids, for comparison with the users. */
    async references(query) {
        return { items: await this.invoices.references(query) };
    }
};
exports.InvoicesController = InvoicesController;
__decorate([
    openapi.ApiOperation({ summary: "The invoice of that order." }),
    (0, common_1.Get)('orders/:orderId/invoice'),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/billing").InvoiceView }),
    __param(0, (0, common_1.Param)('orderId', new common_1.ParseUUIDPipe({ exceptionFactory: invoices_js_1.noInvoice }))),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String]),
    __metadata("design:returntype", Promise)
], InvoicesController.prototype, "find", null);
__decorate([
    openapi.ApiOperation({ summary: "The invoices that refer to a user, in the order of their ids, for comparison with the users." }),
    (0, common_1.Get)('integrity/invoices'),
    (0, service_1.ApiItems)(contracts_1.IntegrityRow),
    openapi.ApiResponse({ status: 200 }),
    __param(0, (0, common_1.Query)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.IntegrityQuery]),
    __metadata("design:returntype", Promise)
], InvoicesController.prototype, "references", null);
exports.InvoicesController = InvoicesController = __decorate([
    (0, swagger_1.ApiTags)('invoices'),
    (0, common_1.Controller)('internal'),
    (0, common_1.UseGuards)(service_1.ServiceTokenGuard),
    __metadata("design:paramtypes", [invoices_js_1.Invoices])
], InvoicesController);
//# sourceMappingURL=invoices.controller.js.map