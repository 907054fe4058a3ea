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
exports.Order = void 0;
exports.orderView = orderView;
const typeorm_1 = require("typeorm");
/** PostgreSQL's bigint comes as text; a CHECK keeps ours within what a number holds exactly. */
const bigintAsNumber = { to: (value) => value, from: Number };
let Order = class Order {
};
exports.Order = Order;
__decorate([
    (0, typeorm_1.PrimaryColumn)('uuid'),
    __metadata("design:type", String)
], Order.prototype, "id", void 0);
__decorate([
    (0, typeorm_1.Column)('uuid', { name: 'user_id' }),
    __metadata("design:type", String)
], Order.prototype, "userId", void 0);
__decorate([
    (0, typeorm_1.Column)('text'),
    __metadata("design:type", String)
], Order.prototype, "status", void 0);
__decorate([
    (0, typeorm_1.Column)('jsonb'),
    __metadata("design:type", Array)
], Order.prototype, "lines", void 0);
__decorate([
    (0, typeorm_1.Column)('bigint', { name: 'total_amount', transformer: bigintAsNumber }),
    __metadata("design:type", Number)
], Order.prototype, "totalAmount", void 0);
__decorate([
    (0, typeorm_1.Column)('char', { length: 3 }),
    __metadata("design:type", String)
], Order.prototype, "currency", void 0);
__decorate([
    (0, typeorm_1.Column)('jsonb'),
    __metadata("design:type", Function)
], Order.prototype, "delivery", void 0);
__decorate([
    (0, typeorm_1.Column)('text', { nullable: true }),
    __metadata("design:type", Object)
], Order.prototype, "reference", void 0);
__decorate([
    (0, typeorm_1.Column)('text', { name: 'payment_reference', nullable: true }),
    __metadata("design:type", Object)
], Order.prototype, "paymentReference", void 0);
__decorate([
    (0, typeorm_1.Column)('text', { name: 'tracking_number', nullable: true }),
    __metadata("design:type", Object)
], Order.prototype, "trackingNumber", void 0);
__decorate([
    (0, typeorm_1.Column)('text', { name: 'cancel_reason', nullable: true }),
    __metadata("design:type", Object)
], Order.prototype, "cancelReason", void 0);
__decorate([
    (0, typeorm_1.Column)('text', { name: 'cancelled_by', nullable: true }),
    __metadata("design:type", Object)
], Order.prototype, "cancelledBy", void 0);
__decorate([
    (0, typeorm_1.VersionColumn)(),
    __metadata("design:type", Number)
], Order.prototype, "version", void 0);
__decorate([
    (0, typeorm_1.Column)('integer'),
    __metadata("design:type", Number)
], Order.prototype, "seq", void 0);
__decorate([
    (0, typeorm_1.CreateDateColumn)({ name: 'created_at', type: 'timestamptz', precision: 3 }),
    __metadata("design:type", Date)
], Order.prototype, "createdAt", void 0);
__decorate([
    (0, typeorm_1.UpdateDateColumn)({ name: 'updated_at', type: 'timestamptz', precision: 3 }),
    __metadata("design:type", Date)
], Order.prototype, "updatedAt", void 0);
__decorate([
    (0, typeorm_1.Column)({ name: 'erased_at', type: 'timestamptz', precision: 3, nullable: true }),
    __metadata("design:type", Object)
], Order.prototype, "erasedAt", void 0);
exports.Order = Order = __decorate([
    (0, typeorm_1.Entity)('orders')
], Order);
function orderView(order) {
    const { id, userId, status, lines, delivery, reference, paymentReference, trackingNumber } = order;
    return {
        id,
        userId,
        status,
        lines,
        total: { amount: order.totalAmount, currency: order.currency },
        delivery,
        reference,
        paymentReference,
        trackingNumber,
        cancelReason: order.cancelReason,
        version: order.version,
        createdAt: order.createdAt.toISOString(),
        updatedAt: order.updatedAt.toISOString(),
    };
}
//# sourceMappingURL=order.entity.js.map