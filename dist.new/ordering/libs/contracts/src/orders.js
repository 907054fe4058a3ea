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
exports.OrderView = exports.Delivery = exports.ShipOrder = exports.CancelOrder = exports.PayOrder = exports.ChangeOrder = exports.PlaceOrder = exports.OrderLine = exports.Money = exports.ORDER_STATUSES = void 0;
exports.totalOf = totalOf;
const openapi = require("@nestjs/swagger");
const class_validator_1 = require("class-validator");
const customers_js_1 = require("./customers.js");
const validation_js_1 = require("./validation.js");
exports.ORDER_STATUSES = ['placed', 'paid', 'shipped', 'delivered', 'cancelled'];
const MAX_LINES = 100;
const MAX_QUANTITY = 10_000;
class Money {
    static _OPENAPI_METADATA_FACTORY() {
        return { amount: { required: true, type: () => Number, description: "In minor units: 1999 is 19.99 EUR.", minimum: 0, maximum: Number.MAX_SAFE_INTEGER }, currency: { required: true, type: () => String, description: "ISO 4217, upper case.", pattern: "^[A-Z]{3}$" } };
    }
}
exports.Money = Money;
__decorate([
    (0, class_validator_1.IsInt)(),
    (0, class_validator_1.Min)(0),
    (0, class_validator_1.Max)(Number.MAX_SAFE_INTEGER),
    __metadata("design:type", Number)
], Money.prototype, "amount", void 0);
__decorate([
    (0, class_validator_1.IsISO4217CurrencyCode)(),
    (0, class_validator_1.Matches)(/^[A-Z]{3}$/),
    __metadata("design:type", String)
], Money.prototype, "currency", void 0);
class OrderLine {
    static _OPENAPI_METADATA_FACTORY() {
        return { sku: { required: true, type: () => String }, name: { required: true, type: () => String }, quantity: { required: true, type: () => Number, minimum: 1, maximum: MAX_QUANTITY }, unitPrice: { required: true, type: () => require("./orders").Money } };
    }
}
exports.OrderLine = OrderLine;
__decorate([
    (0, validation_js_1.Text)(),
    __metadata("design:type", String)
], OrderLine.prototype, "sku", void 0);
__decorate([
    (0, validation_js_1.Text)(),
    __metadata("design:type", String)
], OrderLine.prototype, "name", void 0);
__decorate([
    (0, class_validator_1.IsInt)(),
    (0, class_validator_1.Min)(1),
    (0, class_validator_1.Max)(MAX_QUANTITY),
    __metadata("design:type", Number)
], OrderLine.prototype, "quantity", void 0);
__decorate([
    (0, validation_js_1.Nested)(() => Money),
    __metadata("design:type", Money)
], OrderLine.prototype, "unitPrice", void 0);
/** @returns the sum over the lines, in the currency of the first. */
function totalOf(lines) {
    const amount = lines.reduce((sum, line) => sum + line.quantity * line.unitPrice.amount, 0);
    return { amount, currency: lines[0]?.unitPrice.currency ?? 'XXX' };
}
/** The rules that hold over all lines together; what is wrong within one line is reported by its own fields. */
function haveOneCurrency(value) {
    if (!Array.isArray(value))
        return true;
    const currencies = value.map((line) => line?.unitPrice?.currency);
    return new Set(currencies).size <= 1;
}
function haveExactTotal(value) {
    if (!Array.isArray(value))
        return true;
    const amounts = value.map((line) => (line?.quantity ?? 0) * (line?.unitPrice?.amount ?? 0));
    // A sum beyond this is no longer exact in JSON's numbers.
    return !(amounts.reduce((sum, amount) => sum + amount, 0) > Number.MAX_SAFE_INTEGER);
}
function OrderLines() {
    const decorators = [
        (0, class_validator_1.IsArray)(),
        (0, class_validator_1.ArrayMinSize)(1),
        (0, class_validator_1.ArrayMaxSize)(MAX_LINES),
        (0, validation_js_1.Nested)(() => OrderLine, { each: true }),
        (0, validation_js_1.Rule)('oneCurrency', 'lines must have one currency', haveOneCurrency),
        (0, validation_js_1.Rule)('exactTotal', 'lines have a total that is too large', haveExactTotal),
    ];
    return (target, property) => decorators.forEach((decorate) => decorate(target, property));
}
class PlaceOrder {
    static _OPENAPI_METADATA_FACTORY() {
        return { lines: { required: true, type: () => [require("./orders").OrderLine] }, deliveryAddress: { required: false, type: () => require("./customers").Address, description: "Left out: a copy of the customer's." }, reference: { required: false, type: () => String, description: "The client's own name for the order; comes back in reads." } };
    }
}
exports.PlaceOrder = PlaceOrder;
__decorate([
    OrderLines(),
    __metadata("design:type", Array)
], PlaceOrder.prototype, "lines", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, validation_js_1.Nested)(() => customers_js_1.Address),
    __metadata("design:type", customers_js_1.Address)
], PlaceOrder.prototype, "deliveryAddress", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, validation_js_1.Text)(64),
    __metadata("design:type", String)
], PlaceOrder.prototype, "reference", void 0);
class ChangeOrder {
    static _OPENAPI_METADATA_FACTORY() {
        return { lines: { required: false, type: () => [require("./orders").OrderLine] }, deliveryAddress: { required: false, type: () => require("./customers").Address } };
    }
}
exports.ChangeOrder = ChangeOrder;
__decorate([
    (0, validation_js_1.Optional)(),
    OrderLines(),
    __metadata("design:type", Array)
], ChangeOrder.prototype, "lines", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, validation_js_1.Nested)(() => customers_js_1.Address),
    __metadata("design:type", customers_js_1.Address)
], ChangeOrder.prototype, "deliveryAddress", void 0);
class PayOrder {
    static _OPENAPI_METADATA_FACTORY() {
        return { paymentReference: { required: true, type: () => String } };
    }
}
exports.PayOrder = PayOrder;
__decorate([
    (0, validation_js_1.Text)(),
    __metadata("design:type", String)
], PayOrder.prototype, "paymentReference", void 0);
class CancelOrder {
    static _OPENAPI_METADATA_FACTORY() {
        return { reason: { required: false, type: () => String } };
    }
}
exports.CancelOrder = CancelOrder;
__decorate([
    (0, validation_js_1.Optional)(),
    (0, validation_js_1.Text)(),
    __metadata("design:type", String)
], CancelOrder.prototype, "reason", void 0);
class ShipOrder {
    static _OPENAPI_METADATA_FACTORY() {
        return { trackingNumber: { required: true, type: () => String } };
    }
}
exports.ShipOrder = ShipOrder;
__decorate([
    (0, validation_js_1.Text)(),
    __metadata("design:type", String)
], ShipOrder.prototype, "trackingNumber", void 0);
/** Where an order goes: a copy of name and address as they were when it was placed. */
class Delivery {
    static _OPENAPI_METADATA_FACTORY() {
        return { name: { required: true, type: () => String }, line1: { required: false, type: () => String }, line2: { required: false, type: () => String }, city: { required: false, type: () => String }, postalCode: { required: false, type: () => String }, country: { required: false, type: () => String } };
    }
}
exports.Delivery = Delivery;
class OrderView {
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => String }, userId: { required: true, type: () => String }, status: { required: true, enum: ["cancelled", "placed", "paid", "shipped", "delivered"] }, lines: { required: true, type: () => [require("./orders").OrderLine] }, total: { required: true, type: () => require("./orders").Money }, delivery: { required: true, type: () => require("./orders").Delivery }, reference: { required: true, type: () => String, nullable: true }, paymentReference: { required: true, type: () => String, nullable: true }, trackingNumber: { required: true, type: () => String, nullable: true }, cancelReason: { required: true, type: () => String, nullable: true }, version: { required: true, type: () => Number }, createdAt: { required: true, type: () => String }, updatedAt: { required: true, type: () => String } };
    }
}
exports.OrderView = OrderView;
//# sourceMappingURL=orders.js.map