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
exports.OrderStepsController = void 0;
const openapi = require("@nestjs/swagger");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../libs/contracts/src/index.js");
const service_1 = require("../../libs/service/src/index.js");
const orders_js_1 = require("./orders.js");
let OrderStepsController = class OrderStepsController {
    constructor(steps, orders) {
        this.steps = steps;
        this.orders = orders;
    }
    /** A customer orders; the delivery is copied. */
    place(call, body) {
        return this.steps.apply(call, (tx) => this.orders.place(tx, call, body));
    }
    /** Replaces the lines of a placed order, or where it goes, or both. */
    change(call, body, ifMatch) {
        return this.steps.apply(call, (tx) => this.orders.change(tx, call, body, ifMatch));
    }
    /** A placed order is paid. */
    pay(call, body, ifMatch) {
        return this.steps.apply(call, (tx) => this.orders.pay(tx, call, body, ifMatch));
    }
    /** A placed or paid order is cancelled. */
    cancel(call, body, ifMatch) {
        return this.steps.apply(call, (tx) => this.orders.cancel(tx, call, body, ifMatch));
    }
    /** A paid order is on its way. */
    ship(call, body, ifMatch) {
        return this.steps.apply(call, (tx) => this.orders.ship(tx, call, body, ifMatch));
    }
    /** A shipped order has arrived. */
    deliver(call, body, ifMatch) {
        return this.steps.apply(call, (tx) => this.orders.deliver(tx, call, body, ifMatch));
    }
};
exports.OrderStepsController = OrderStepsController;
__decorate([
    openapi.ApiOperation({ summary: "A customer orders; the delivery is copied." }),
    (0, common_1.Post)('ordering.place'),
    (0, common_1.HttpCode)(200),
    (0, swagger_1.ApiOkResponse)({ type: contracts_1.OrderView }),
    __param(0, (0, service_1.Call)()),
    __param(1, (0, common_1.Body)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, contracts_1.PlaceOrderStep]),
    __metadata("design:returntype", Promise)
], OrderStepsController.prototype, "place", null);
__decorate([
    openapi.ApiOperation({ summary: "Replaces the lines of a placed order, or where it goes, or both." }),
    (0, common_1.Post)('ordering.change'),
    (0, common_1.HttpCode)(200),
    (0, swagger_1.ApiOkResponse)({ type: contracts_1.OrderView }),
    __param(0, (0, service_1.Call)()),
    __param(1, (0, common_1.Body)()),
    __param(2, (0, service_1.IfMatch)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, contracts_1.ChangeOrderStep, String]),
    __metadata("design:returntype", Promise)
], OrderStepsController.prototype, "change", null);
__decorate([
    openapi.ApiOperation({ summary: "A placed order is paid." }),
    (0, common_1.Post)('ordering.pay'),
    (0, common_1.HttpCode)(200),
    (0, swagger_1.ApiOkResponse)({ type: contracts_1.OrderView }),
    __param(0, (0, service_1.Call)()),
    __param(1, (0, common_1.Body)()),
    __param(2, (0, service_1.IfMatch)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, contracts_1.PayOrderStep, String]),
    __metadata("design:returntype", Promise)
], OrderStepsController.prototype, "pay", null);
__decorate([
    openapi.ApiOperation({ summary: "A placed or paid order is cancelled." }),
    (0, common_1.Post)('ordering.cancel'),
    (0, common_1.HttpCode)(200),
    (0, swagger_1.ApiOkResponse)({ type: contracts_1.OrderView }),
    __param(0, (0, service_1.Call)()),
    __param(1, (0, common_1.Body)()),
    __param(2, (0, service_1.IfMatch)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, contracts_1.CancelOrderStep, String]),
    __metadata("design:returntype", Promise)
], OrderStepsController.prototype, "cancel", null);
__decorate([
    openapi.ApiOperation({ summary: "A paid order is on its way." }),
    (0, common_1.Post)('ordering.ship'),
    (0, common_1.HttpCode)(200),
    (0, swagger_1.ApiOkResponse)({ type: contracts_1.OrderView }),
    __param(0, (0, service_1.Call)()),
    __param(1, (0, common_1.Body)()),
    __param(2, (0, service_1.IfMatch)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, contracts_1.ShipOrderStep, String]),
    __metadata("design:returntype", Promise)
], OrderStepsController.prototype, "ship", null);
__decorate([
    openapi.ApiOperation({ summary: "A shipped order has arrived." }),
    (0, common_1.Post)('ordering.deliver'),
    (0, common_1.HttpCode)(200),
    (0, swagger_1.ApiOkResponse)({ type: contracts_1.OrderView }),
    __param(0, (0, service_1.Call)()),
    __param(1, (0, common_1.Body)()),
    __param(2, (0, service_1.IfMatch)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, contracts_1.DeliverOrderStep, String]),
    __metadata("design:returntype", Promise)
], OrderStepsController.prototype, "deliver", null);
exports.OrderStepsController = OrderStepsController = __decorate([
    (0, swagger_1.ApiTags)('steps: orders'),
    (0, common_1.Controller)(contracts_1.STEPS_PATH),
    (0, common_1.UseGuards)(service_1.ServiceTokenGuard),
    (0, common_1.UseInterceptors)(service_1.RecordedAnswers),
    __metadata("design:paramtypes", [service_1.Steps,
        orders_js_1.Orders])
], OrderStepsController);
//# sourceMappingURL=order-steps.controller.js.map