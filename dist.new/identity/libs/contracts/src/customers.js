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
exports.CustomerView = exports.CUSTOMER_STATES = exports.UpdateCustomer = exports.Address = void 0;
const openapi = require("@nestjs/swagger");
const class_validator_1 = require("class-validator");
const validation_js_1 = require("./validation.js");
class Address {
    static _OPENAPI_METADATA_FACTORY() {
        return { name: { required: false, type: () => String, description: "Who receives it; left out, the customer." }, line1: { required: true, type: () => String }, line2: { required: false, type: () => String, maxLength: validation_js_1.MAX_STRING }, city: { required: true, type: () => String }, postalCode: { required: true, type: () => String }, country: { required: true, type: () => String, description: "ISO 3166-1 alpha-2, upper case.", pattern: "^[A-Z]{2}$" } };
    }
}
exports.Address = Address;
__decorate([
    (0, validation_js_1.Optional)(),
    (0, validation_js_1.Text)(),
    __metadata("design:type", String)
], Address.prototype, "name", void 0);
__decorate([
    (0, validation_js_1.Text)(),
    __metadata("design:type", String)
], Address.prototype, "line1", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsString)(),
    (0, class_validator_1.MaxLength)(validation_js_1.MAX_STRING),
    __metadata("design:type", String)
], Address.prototype, "line2", void 0);
__decorate([
    (0, validation_js_1.Text)(),
    __metadata("design:type", String)
], Address.prototype, "city", void 0);
__decorate([
    (0, validation_js_1.Text)(),
    __metadata("design:type", String)
], Address.prototype, "postalCode", void 0);
__decorate([
    (0, class_validator_1.IsISO31661Alpha2)(),
    (0, class_validator_1.Matches)(/^[A-Z]{2}$/),
    __metadata("design:type", String)
], Address.prototype, "country", void 0);
/** Replaces what is known of the customer beside the name: what is left out is removed. */
class UpdateCustomer {
    static _OPENAPI_METADATA_FACTORY() {
        return { deliveryAddress: { required: false, type: () => require("./customers").Address }, phone: { required: false, type: () => String } };
    }
}
exports.UpdateCustomer = UpdateCustomer;
__decorate([
    (0, validation_js_1.Optional)(),
    (0, validation_js_1.Nested)(() => Address),
    __metadata("design:type", Address)
], UpdateCustomer.prototype, "deliveryAddress", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, validation_js_1.Text)(),
    __metadata("design:type", String)
], UpdateCustomer.prototype, "phone", void 0);
exports.CUSTOMER_STATES = ['active', 'deleted'];
class CustomerView {
    static _OPENAPI_METADATA_FACTORY() {
        return { userId: { required: true, type: () => String }, name: { required: true, type: () => String }, phone: { required: true, type: () => String, nullable: true }, deliveryAddress: { required: true, type: () => require("./customers").Address, nullable: true }, state: { required: true, enum: ["active", "deleted"] }, version: { required: true, type: () => Number } };
    }
}
exports.CustomerView = CustomerView;
//# sourceMappingURL=customers.js.map