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
exports.CustomersController = void 0;
const openapi = require("@nestjs/swagger");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const service_1 = require("../../libs/service/src/index.js");
const customers_js_1 = require("./customers.js");
let CustomersController = class CustomersController {
    constructor(customers) {
        this.customers = customers;
    }
    /** The customer of that user, also a deleted one. */
    find(userId) {
        return this.customers.find(userId);
    }
};
exports.CustomersController = CustomersController;
__decorate([
    openapi.ApiOperation({ summary: "The customer of that user, also a deleted one." }),
    (0, common_1.Get)(':userId'),
    openapi.ApiResponse({ status: 200, type: require("../../libs/contracts/src/customers").CustomerView }),
    __param(0, (0, common_1.Param)('userId', new common_1.ParseUUIDPipe({ exceptionFactory: customers_js_1.noCustomer }))),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String]),
    __metadata("design:returntype", Promise)
], CustomersController.prototype, "find", null);
exports.CustomersController = CustomersController = __decorate([
    (0, swagger_1.ApiTags)('customers'),
    (0, common_1.Controller)('internal/customers'),
    (0, common_1.UseGuards)(service_1.ServiceTokenGuard),
    __metadata("design:paramtypes", [customers_js_1.Customers])
], CustomersController);
//# sourceMappingURL=customers.controller.js.map