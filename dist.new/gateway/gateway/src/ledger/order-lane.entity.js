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
exports.OrderLane = void 0;
const typeorm_1 = require("typeorm");
/** The gateway's own index of orders: whose lane an order's writes go to, known while ordering is away. */
let OrderLane = class OrderLane {
};
exports.OrderLane = OrderLane;
__decorate([
    (0, typeorm_1.PrimaryColumn)('uuid', { name: 'order_id' }),
    __metadata("design:type", String)
], OrderLane.prototype, "orderId", void 0);
__decorate([
    (0, typeorm_1.Column)('uuid', { name: 'user_id' }),
    __metadata("design:type", String)
], OrderLane.prototype, "userId", void 0);
exports.OrderLane = OrderLane = __decorate([
    (0, typeorm_1.Entity)('order_lanes')
], OrderLane);
//# sourceMappingURL=order-lane.entity.js.map