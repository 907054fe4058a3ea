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
exports.Invoice = void 0;
exports.invoiceView = invoiceView;
const typeorm_1 = require("typeorm");
let Invoice = class Invoice {
};
exports.Invoice = Invoice;
__decorate([
    (0, typeorm_1.PrimaryColumn)('uuid'),
    __metadata("design:type", String)
], Invoice.prototype, "id", void 0);
__decorate([
    (0, typeorm_1.Column)('integer'),
    __metadata("design:type", Number)
], Invoice.prototype, "number", void 0);
__decorate([
    (0, typeorm_1.Column)('uuid', { name: 'order_id' }),
    __metadata("design:type", String)
], Invoice.prototype, "orderId", void 0);
__decorate([
    (0, typeorm_1.Column)('uuid', { name: 'user_id' }),
    __metadata("design:type", String)
], Invoice.prototype, "userId", void 0);
__decorate([
    (0, typeorm_1.Column)('text', { default: 'issued' }),
    __metadata("design:type", String)
], Invoice.prototype, "state", void 0);
__decorate([
    (0, typeorm_1.Column)('bigint', { name: 'total_amount', transformer: { to: (value) => value, from: Number } }),
    __metadata("design:type", Number)
], Invoice.prototype, "totalAmount", void 0);
__decorate([
    (0, typeorm_1.Column)('char', { length: 3 }),
    __metadata("design:type", String)
], Invoice.prototype, "currency", void 0);
__decorate([
    (0, typeorm_1.Column)('jsonb', { name: 'bill_to', nullable: true }),
    __metadata("design:type", Object)
], Invoice.prototype, "billTo", void 0);
__decorate([
    (0, typeorm_1.Column)('text', { name: 'void_reason', nullable: true }),
    __metadata("design:type", Object)
], Invoice.prototype, "voidReason", void 0);
__decorate([
    (0, typeorm_1.VersionColumn)(),
    __metadata("design:type", Number)
], Invoice.prototype, "version", void 0);
__decorate([
    (0, typeorm_1.CreateDateColumn)({ name: 'issued_at', type: 'timestamptz', precision: 3 }),
    __metadata("design:type", Date)
], Invoice.prototype, "issuedAt", void 0);
exports.Invoice = Invoice = __decorate([
    (0, typeorm_1.Entity)('invoices')
], Invoice);
function invoiceView({ totalAmount, currency, issuedAt, ...invoice }) {
    return {
        ...invoice,
        total: { amount: totalAmount, currency },
        issuedAt: issuedAt.toISOString(),
    };
}
//# sourceMappingURL=invoice.entity.js.map