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
const uuid_1 = require("uuid");
const queries_js_1 = require("../ledger/queries.js");
const services_js_1 = require("../run/services.js");
const admit_js_1 = require("./admit.js");
const authorise_js_1 = require("./authorise.js");
const caller_js_1 = require("./caller.js");
const http_js_1 = require("./http.js");
const reads_js_1 = require("./reads.js");
const registered_js_1 = require("./registered.js");
const request_js_1 = require("./request.js");
const routes_js_1 = require("./routes.js");
/** The invoice of an order, where billing takes part. Its lane is the order's. */
let InvoicesController = class InvoicesController {
    constructor(admission, queries, services, reads, registered) {
        this.admission = admission;
        this.queries = queries;
        this.services = services;
        this.reads = reads;
        this.registered = registered;
    }
    /** Issues the invoice of an order that is paid; an order has one. */
    async issue(orderId, body, caller, request, reply) {
        const userId = await this.ownerOf('invoice.issue', orderId, caller);
        const invoiceId = (0, uuid_1.v7)();
        const write = {
            ...{ kind: 'invoice.issue', userId, caller },
            target: { type: 'invoice', id: invoiceId },
            payload: { ...body, invoiceId, orderId },
            prepare: async () => ({ total: await this.paidTotalOf(orderId) }),
        };
        return this.admission.submit(write, request, reply);
    }
    /** Voids the invoice. Its number stays taken. */
    async void(orderId, body, caller, request, reply) {
        const userId = await this.ownerOf('invoice.void', orderId, caller);
        const write = {
            ...{ kind: 'invoice.void', userId, caller },
            target: { type: 'order', id: orderId },
            payload: { ...body, orderId },
        };
        return this.admission.submit(write, request, reply);
    }
    /** The invoice. */
    async read(orderId, caller, request, reply) {
        const userId = await this.ownerOf('invoice.read', orderId, caller);
        await this.reads.after(request, caller, userId);
        const path = `/internal/orders/${orderId}/invoice`;
        const invoice = await this.services.ask('billing', { method: 'GET', path });
        return (0, reads_js_1.sendResource)(await this.registered.invoice(invoice), request, reply);
    }
    /** Of an order that is paid nothing changes that an invoice has in it. */
    async paidTotalOf(orderId) {
        const path = `/internal/orders/${orderId}`;
        const { status, total } = await this.services.ask('ordering', { method: 'GET', path });
        if (['paid', 'shipped', 'delivered'].includes(status))
            return total;
        throw new service_1.Problem('order-state-conflict', `There is no invoice of an order that is ${status}.`);
    }
    async ownerOf(action, orderId, caller) {
        const userId = await this.queries.laneOfOrder(orderId);
        (0, authorise_js_1.authorise)(action, caller, userId);
        if (!userId)
            throw new service_1.Problem('not-found');
        return userId;
    }
};
exports.InvoicesController = InvoicesController;
__decorate([
    openapi.ApiOperation({ summary: "Issues the invoice of an order that is paid; an order has one." }),
    (0, common_1.Post)(),
    (0, http_js_1.AcceptsWrite)('invoice.issue', contracts_1.InvoiceView, 'order-state-conflict'),
    openapi.ApiResponse({ status: 201, type: Object }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, common_1.Body)()),
    __param(2, (0, caller_js_1.CurrentCaller)()),
    __param(3, (0, common_1.Req)()),
    __param(4, (0, common_1.Res)({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, contracts_1.IssueInvoice, Object, Object, Object]),
    __metadata("design:returntype", Promise)
], InvoicesController.prototype, "issue", null);
__decorate([
    openapi.ApiOperation({ summary: "Voids the invoice. Its number stays taken." }),
    (0, common_1.Post)('void'),
    (0, http_js_1.AcceptsWrite)('invoice.void', contracts_1.InvoiceView, 'order-state-conflict'),
    openapi.ApiResponse({ status: 201, type: Object }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, common_1.Body)()),
    __param(2, (0, caller_js_1.CurrentCaller)()),
    __param(3, (0, common_1.Req)()),
    __param(4, (0, common_1.Res)({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, contracts_1.VoidInvoice, Object, Object, Object]),
    __metadata("design:returntype", Promise)
], InvoicesController.prototype, "void", null);
__decorate([
    openapi.ApiOperation({ summary: "The invoice." }),
    (0, common_1.Get)(),
    (0, routes_js_1.Allows)('invoice.read'),
    (0, http_js_1.AcceptsReadAfter)(),
    (0, http_js_1.AcceptsIfNoneMatch)(contracts_1.InvoiceView),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/billing").InvoiceView }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, caller_js_1.CurrentCaller)()),
    __param(2, (0, common_1.Req)()),
    __param(3, (0, common_1.Res)({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, Object, Object, Object]),
    __metadata("design:returntype", Promise)
], InvoicesController.prototype, "read", null);
exports.InvoicesController = InvoicesController = __decorate([
    (0, swagger_1.ApiTags)('invoices'),
    (0, common_1.Controller)('v1/orders/:id/invoice'),
    __metadata("design:paramtypes", [admit_js_1.Admission,
        queries_js_1.LedgerQueries,
        services_js_1.Services,
        reads_js_1.Reads,
        registered_js_1.Registered])
], InvoicesController);
//# sourceMappingURL=invoices.controller.js.map