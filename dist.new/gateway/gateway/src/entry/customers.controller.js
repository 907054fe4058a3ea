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
const contracts_1 = require("../../../libs/contracts/src/index.js");
const services_js_1 = require("../run/services.js");
const admit_js_1 = require("./admit.js");
const authorise_js_1 = require("./authorise.js");
const caller_js_1 = require("./caller.js");
const http_js_1 = require("./http.js");
const reads_js_1 = require("./reads.js");
const registered_js_1 = require("./registered.js");
const request_js_1 = require("./request.js");
const routes_js_1 = require("./routes.js");
/** What ordering knows of a user: a copy of the name, an address, a telephone number. */
let CustomersController = class CustomersController {
    constructor(admission, services, reads, registered) {
        this.admission = admission;
        this.services = services;
        this.reads = reads;
        this.registered = registered;
    }
    /** Replaces address and telephone number: what is left out is removed. */
    update(userId, body, caller, request, reply) {
        const target = { type: 'customer', id: userId };
        const write = { kind: 'customer.update', userId, target, payload: { ...body }, caller };
        return this.admission.submit(write, request, reply);
    }
    /** The customer that belongs to that user. */
    async read(userId, caller, request, reply) {
        (0, authorise_js_1.authorise)('customer.read', caller, userId);
        await this.reads.after(request, caller, userId);
        const path = `/internal/customers/${userId}`;
        const customer = await this.services.ask('ordering', { method: 'GET', path });
        return (0, reads_js_1.sendResource)(await this.registered.customer(customer), request, reply);
    }
};
exports.CustomersController = CustomersController;
__decorate([
    openapi.ApiOperation({ summary: "Replaces address and telephone number: what is left out is removed." }),
    (0, common_1.Put)(':userId'),
    (0, http_js_1.AcceptsWrite)('customer.update', contracts_1.CustomerView),
    openapi.ApiResponse({ status: 200, type: Object }),
    __param(0, (0, request_js_1.Id)('userId')),
    __param(1, (0, common_1.Body)()),
    __param(2, (0, caller_js_1.CurrentCaller)()),
    __param(3, (0, common_1.Req)()),
    __param(4, (0, common_1.Res)({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, contracts_1.UpdateCustomer, Object, Object, Object]),
    __metadata("design:returntype", void 0)
], CustomersController.prototype, "update", null);
__decorate([
    openapi.ApiOperation({ summary: "The customer that belongs to that user." }),
    (0, common_1.Get)(':userId'),
    (0, routes_js_1.Allows)('customer.read'),
    (0, http_js_1.AcceptsReadAfter)(),
    (0, http_js_1.AcceptsIfNoneMatch)(contracts_1.CustomerView),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/customers").CustomerView }),
    __param(0, (0, request_js_1.Id)('userId')),
    __param(1, (0, caller_js_1.CurrentCaller)()),
    __param(2, (0, common_1.Req)()),
    __param(3, (0, common_1.Res)({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, Object, Object, Object]),
    __metadata("design:returntype", Promise)
], CustomersController.prototype, "read", null);
exports.CustomersController = CustomersController = __decorate([
    (0, swagger_1.ApiTags)('customers'),
    (0, common_1.Controller)('v1/customers'),
    __metadata("design:paramtypes", [admit_js_1.Admission,
        services_js_1.Services,
        reads_js_1.Reads,
        registered_js_1.Registered])
], CustomersController);
//# sourceMappingURL=customers.controller.js.map