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
exports.Customer = void 0;
exports.customerView = customerView;
exports.viewIfAny = viewIfAny;
const service_1 = require("../../libs/service/src/index.js");
const typeorm_1 = require("typeorm");
/** What ordering knows of a user. */
let Customer = class Customer {
};
exports.Customer = Customer;
__decorate([
    (0, typeorm_1.PrimaryColumn)('uuid', { default: () => 'gen_random_uuid()' }),
    __metadata("design:type", String)
], Customer.prototype, "id", void 0);
__decorate([
    (0, typeorm_1.Column)('uuid', { name: 'user_id' }),
    __metadata("design:type", String)
], Customer.prototype, "userId", void 0);
__decorate([
    (0, typeorm_1.Column)('text'),
    __metadata("design:type", String)
], Customer.prototype, "name", void 0);
__decorate([
    (0, typeorm_1.Column)('text', { nullable: true }),
    __metadata("design:type", Object)
], Customer.prototype, "phone", void 0);
__decorate([
    (0, typeorm_1.Column)('jsonb', { name: 'delivery_address', nullable: true }),
    __metadata("design:type", Object)
], Customer.prototype, "deliveryAddress", void 0);
__decorate([
    (0, typeorm_1.Column)('text', { default: 'active' }),
    __metadata("design:type", String)
], Customer.prototype, "state", void 0);
__decorate([
    (0, typeorm_1.VersionColumn)(),
    __metadata("design:type", Number)
], Customer.prototype, "version", void 0);
__decorate([
    (0, typeorm_1.CreateDateColumn)({ name: 'created_at', type: 'timestamptz', precision: 3 }),
    __metadata("design:type", Date)
], Customer.prototype, "createdAt", void 0);
__decorate([
    (0, typeorm_1.UpdateDateColumn)({ name: 'updated_at', type: 'timestamptz', precision: 3 }),
    __metadata("design:type", Date)
], Customer.prototype, "updatedAt", void 0);
__decorate([
    (0, typeorm_1.Column)({ name: 'deleted_at', type: 'timestamptz', precision: 3, nullable: true }),
    __metadata("design:type", Object)
], Customer.prototype, "deletedAt", void 0);
__decorate([
    (0, typeorm_1.Column)('text', { name: 'deleted_by', nullable: true }),
    __metadata("design:type", Object)
], Customer.prototype, "deletedBy", void 0);
__decorate([
    (0, typeorm_1.Column)({ name: 'erased_at', type: 'timestamptz', precision: 3, nullable: true }),
    __metadata("design:type", Object)
], Customer.prototype, "erasedAt", void 0);
exports.Customer = Customer = __decorate([
    (0, typeorm_1.Entity)('customers')
], Customer);
/** @throws Problem `user-deleted` for a purged one, of whom there is nothing to see */
function customerView(customer) {
    const { userId, name, phone, deliveryAddress, state, version } = customer;
    if (state === 'purged')
        throw new service_1.Problem('user-deleted');
    return { userId, name, phone, deliveryAddress, state, version };
}
/** @returns the customer, or null where there is none to see */
function viewIfAny(customer) {
    return customer && customer.state !== 'purged' ? customerView(customer) : null;
}
//# sourceMappingURL=customer.entity.js.map