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
exports.OperationsQuery = exports.OrdersQuery = exports.UsersQuery = exports.PageQuery = void 0;
exports.encodeCursor = encodeCursor;
exports.decodeCursor = decodeCursor;
const openapi = require("@nestjs/swagger");
const class_validator_1 = require("class-validator");
const kinds_js_1 = require("./kinds.js");
const orders_js_1 = require("./orders.js");
const validation_js_1 = require("./validation.js");
class PageQuery {
    constructor() {
        this.limit = 50;
    }
    static _OPENAPI_METADATA_FACTORY() {
        return { cursor: { required: false, type: () => String, description: "`nextCursor` of the page before.", maxLength: validation_js_1.MAX_STRING }, limit: { required: true, type: () => Number, default: 50, minimum: 1, maximum: 200 } };
    }
}
exports.PageQuery = PageQuery;
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsString)(),
    (0, class_validator_1.MaxLength)(validation_js_1.MAX_STRING),
    __metadata("design:type", String)
], PageQuery.prototype, "cursor", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, validation_js_1.FromDigits)(),
    (0, class_validator_1.IsInt)(),
    (0, class_validator_1.Min)(1),
    (0, class_validator_1.Max)(200),
    __metadata("design:type", Number)
], PageQuery.prototype, "limit", void 0);
class UsersQuery extends PageQuery {
    static _OPENAPI_METADATA_FACTORY() {
        return { search: { required: false, type: () => String, description: "Part of an e-mail address or of a name.", maxLength: validation_js_1.MAX_STRING } };
    }
}
exports.UsersQuery = UsersQuery;
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsString)(),
    (0, class_validator_1.MaxLength)(validation_js_1.MAX_STRING),
    __metadata("design:type", String)
], UsersQuery.prototype, "search", void 0);
class OrdersQuery extends PageQuery {
    static _OPENAPI_METADATA_FACTORY() {
        return { status: { required: false, enum: ["cancelled", "placed", "paid", "shipped", "delivered"], enum: orders_js_1.ORDER_STATUSES }, userId: { required: false, type: () => String, description: "Administrators: whose orders; left out, the caller's own.", format: "uuid" } };
    }
}
exports.OrdersQuery = OrdersQuery;
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsIn)(orders_js_1.ORDER_STATUSES),
    __metadata("design:type", String)
], OrdersQuery.prototype, "status", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsUUID)(),
    __metadata("design:type", String)
], OrdersQuery.prototype, "userId", void 0);
class OperationsQuery extends PageQuery {
    static _OPENAPI_METADATA_FACTORY() {
        return { state: { required: false, enum: ["queued", "running", "retrying", "succeeded", "failed", "cancelled", "rejected"], enum: kinds_js_1.OPERATION_STATES }, kind: { required: false, enum: ["user.register", "user.update", "user.change-password", "user.set-roles", "user.set-claims", "user.delete", "user.restore", "user.purge", "customer.update", "order.place", "order.change", "order.pay", "order.cancel", "order.ship", "order.deliver", "invoice.issue", "invoice.void", "event.user-deleted", "event.user-updated", "repair.user"], enum: kinds_js_1.OPERATION_KINDS } };
    }
}
exports.OperationsQuery = OperationsQuery;
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsIn)(kinds_js_1.OPERATION_STATES),
    __metadata("design:type", String)
], OperationsQuery.prototype, "state", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsIn)(kinds_js_1.OPERATION_KINDS),
    __metadata("design:type", String)
], OperationsQuery.prototype, "kind", void 0);
/** @returns an opaque cursor that decodeCursor gives back; the position is made of the sort keys of the last row. */
function encodeCursor(position) {
    return Buffer.from(JSON.stringify(position)).toString('base64url');
}
/** @returns the position in that cursor, or null if it is not one of `parts` strings. */
function decodeCursor(cursor, parts) {
    try {
        const position = JSON.parse(Buffer.from(cursor, 'base64url').toString());
        const valid = Array.isArray(position) &&
            position.length === parts &&
            position.every((part) => typeof part === 'string');
        return valid ? position : null;
    }
    catch {
        return null;
    }
}
//# sourceMappingURL=pages.js.map