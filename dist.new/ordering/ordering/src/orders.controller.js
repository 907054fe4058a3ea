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
exports.OrdersController = void 0;
const openapi = require("@nestjs/swagger");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../libs/contracts/src/index.js");
const service_1 = require("../../libs/service/src/index.js");
const orders_js_1 = require("./orders.js");
let OrdersController = class OrdersController {
    constructor(orders) {
        this.orders = orders;
    }
    /** Orders, newest first: of one user, or everybody's. */
    list(query) {
        return this.orders.list(query);
    }
    /** One order, whoever's it is: who may see it is for the gateway to say. */
    find(id) {
        return this.orders.find(id);
    }
};
exports.OrdersController = OrdersController;
__decorate([
    openapi.ApiOperation({ summary: "Orders, newest first: of one user, or everybody's." }),
    (0, common_1.Get)(),
    (0, service_1.ApiPage)(contracts_1.OrderView),
    openapi.ApiResponse({ status: 200 }),
    __param(0, (0, common_1.Query)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.OrdersQuery]),
    __metadata("design:returntype", Promise)
], OrdersController.prototype, "list", null);
__decorate([
    openapi.ApiOperation({ summary: "One order, whoever's it is: who may see it is for the gateway to say." }),
    (0, common_1.Get)(':id'),
    openapi.ApiResponse({ status: 200, type: require("../../libs/contracts/src/orders").OrderView }),
    __param(0, (0, common_1.Param)('id', new common_1.ParseUUIDPipe({ exceptionFactory: orders_js_1.noOrder }))),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String]),
    __metadata("design:returntype", Promise)
], OrdersController.prototype, "find", null);
exports.OrdersController = OrdersController = __decorate([
    (0, swagger_1.ApiTags)('orders'),
    (0, common_1.Controller)('internal/orders'),
    (0, common_1.UseGuards)(service_1.ServiceTokenGuard),
    __metadata("design:paramtypes", [orders_js_1.Orders])
], OrdersController);
//# sourceMappingURL=orders.controller.js.map