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
exports.InvoiceStepsController = void 0;
const openapi = require("@nestjs/swagger");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const invoices_js_1 = require("./invoices.js");
let InvoiceStepsController = class InvoiceStepsController {
    constructor(steps, invoices) {
        this.steps = steps;
        this.invoices = invoices;
    }
    /** An order that is paid gets its invoice. */
    issue(call, body) {
        return this.steps.apply(call, (tx) => this.invoices.issue(tx, call, body));
    }
    /** The invoice is void; its number stays taken. */
    void(call, body, ifMatch) {
        return this.steps.apply(call, (tx) => this.invoices.void(tx, body, ifMatch));
    }
    /** The user is purged: the invoices stay, without name and address. */
    purge(call) {
        return this.steps.apply(call, (tx) => this.invoices.purge(tx, call), { tombstone: 'ignored' });
    }
    /** The invoices agree with the user as identity has one. */
    follow(call, body) {
        return this.steps.apply(call, (tx) => this.invoices.follow(tx, call, body), { tombstone: 'ignored' });
    }
};
exports.InvoiceStepsController = InvoiceStepsController;
__decorate([
    openapi.ApiOperation({ summary: "An order that is paid gets its invoice." }),
    (0, common_1.Post)('billing.issue-invoice'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/service/src/inbox").RecordedAnswer }),
    __param(0, (0, service_1.Call)()),
    __param(1, (0, common_1.Body)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, contracts_1.IssueInvoiceStep]),
    __metadata("design:returntype", Promise)
], InvoiceStepsController.prototype, "issue", null);
__decorate([
    openapi.ApiOperation({ summary: "The invoice is void; its number stays taken." }),
    (0, common_1.Post)('billing.void-invoice'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/service/src/inbox").RecordedAnswer }),
    __param(0, (0, service_1.Call)()),
    __param(1, (0, common_1.Body)()),
    __param(2, (0, service_1.IfMatch)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, contracts_1.VoidInvoiceStep, String]),
    __metadata("design:returntype", Promise)
], InvoiceStepsController.prototype, "void", null);
__decorate([
    openapi.ApiOperation({ summary: "The user is purged: the invoices stay, without name and address." }),
    (0, common_1.Post)('billing.purge-user'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/service/src/inbox").RecordedAnswer }),
    __param(0, (0, service_1.Call)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object]),
    __metadata("design:returntype", Promise)
], InvoiceStepsController.prototype, "purge", null);
__decorate([
    openapi.ApiOperation({ summary: "The invoices agree with the user as identity has one." }),
    (0, common_1.Post)('billing.follow-user'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/service/src/inbox").RecordedAnswer }),
    __param(0, (0, service_1.Call)()),
    __param(1, (0, common_1.Body)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, contracts_1.FollowUserStep]),
    __metadata("design:returntype", Promise)
], InvoiceStepsController.prototype, "follow", null);
exports.InvoiceStepsController = InvoiceStepsController = __decorate([
    (0, swagger_1.ApiTags)('steps'),
    (0, common_1.Controller)(contracts_1.STEPS_PATH),
    (0, common_1.UseGuards)(service_1.ServiceTokenGuard),
    (0, common_1.UseInterceptors)(service_1.RecordedAnswers),
    __metadata("design:paramtypes", [service_1.Steps,
        invoices_js_1.Invoices])
], InvoiceStepsController);
//# sourceMappingURL=invoice-steps.controller.js.map