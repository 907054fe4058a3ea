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
Object.defineProperty(exports, "__esModule", { value: true });
exports.InvoiceView = exports.INVOICE_STATES = exports.VoidInvoiceStep = exports.IssueInvoiceStep = exports.VoidInvoice = exports.IssueInvoice = void 0;
const openapi = require("@nestjs/swagger");
const class_validator_1 = require("class-validator");
const customers_js_1 = require("./customers.js");
const orders_js_1 = require("./orders.js");
const validation_js_1 = require("./validation.js");
/*
 * What `examples/billing` brings to the contracts: the bodies and views of its operations. Its steps, kinds and relation
 * stand with all others in steps.ts, operations.ts and relations.ts.
 */
/** Asks for the invoice of an order that is paid. */
class IssueInvoice {
    static _OPENAPI_METADATA_FACTORY() {
        return { billTo: { required: true, type: () => require("./customers").Address } };
    }
}
exports.IssueInvoice = IssueInvoice;
__decorate([
    (0, validation_js_1.Nested)(() => customers_js_1.Address),
    __metadata("design:type", customers_js_1.Address)
], IssueInvoice.prototype, "billTo", void 0);
class VoidInvoice {
    static _OPENAPI_METADATA_FACTORY() {
        return { reason: { required: false, type: () => String } };
    }
}
exports.VoidInvoice = VoidInvoice;
__decorate([
    (0, validation_js_1.Optional)(),
    (0, validation_js_1.Text)(),
    __metadata("design:type", String)
], VoidInvoice.prototype, "reason", void 0);
class IssueInvoiceStep extends IssueInvoice {
    static _OPENAPI_METADATA_FACTORY() {
        return { invoiceId: { required: true, type: () => String, format: "uuid" }, orderId: { required: true, type: () => String, format: "uuid" }, total: { required: true, type: () => require("./orders").Money, description: "The order's, which cannot change any more once it is paid." } };
    }
}
exports.IssueInvoiceStep = IssueInvoiceStep;
__decorate([
    (0, class_validator_1.IsUUID)(),
    __metadata("design:type", String)
], IssueInvoiceStep.prototype, "invoiceId", void 0);
__decorate([
    (0, class_validator_1.IsUUID)(),
    __metadata("design:type", String)
], IssueInvoiceStep.prototype, "orderId", void 0);
__decorate([
    (0, validation_js_1.Nested)(() => orders_js_1.Money),
    __metadata("design:type", orders_js_1.Money)
], IssueInvoiceStep.prototype, "total", void 0);
class VoidInvoiceStep extends VoidInvoice {
    static _OPENAPI_METADATA_FACTORY() {
        return { orderId: { required: true, type: () => String, format: "uuid" } };
    }
}
exports.VoidInvoiceStep = VoidInvoiceStep;
__decorate([
    (0, class_validator_1.IsUUID)(),
    __metadata("design:type", String)
], VoidInvoiceStep.prototype, "orderId", void 0);
exports.INVOICE_STATES = ['issued', 'void'];
class InvoiceView {
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => String }, number: { required: true, type: () => Number, description: "Of all invoices: from 1, without gaps." }, orderId: { required: true, type: () => String }, userId: { required: true, type: () => String }, state: { required: true, enum: ["issued", "void"] }, total: { required: true, type: () => require("./orders").Money }, billTo: { required: true, type: () => require("./customers").Address, nullable: true, description: "Null when the user's data was erased." }, voidReason: { required: true, type: () => String, nullable: true }, version: { required: true, type: () => Number }, issuedAt: { required: true, type: () => String } };
    }
}
exports.InvoiceView = InvoiceView;
//# sourceMappingURL=billing.js.map