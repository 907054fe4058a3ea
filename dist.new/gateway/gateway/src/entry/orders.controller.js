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
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const uuid_1 = require("uuid");
const queries_js_1 = require("../ledger/queries.js");
const services_js_1 = require("../run/services.js");
const admit_js_1 = require("./admit.js");
const authorise_js_1 = require("./authorise.js");
const caller_js_1 = require("./caller.js");
const http_js_1 = require("./http.js");
const reads_js_1 = require("./reads.js");
const registered_js_1 = require("./registered.js");
const request_js_1 = require("./request.js");
const routes_js_1 = require("./routes.js");
/** Orders. The lane of an order is that of the user who placed it, whoever writes to it. */
let OrdersController = class OrdersController {
    constructor(admission, queries, services, reads, registered) {
        this.admission = admission;
        this.queries = queries;
        this.services = services;
        this.reads = reads;
        this.registered = registered;
    }
    /** Places an order for the caller. Without an address the customer's is copied. */
    place(body, caller, request, reply) {
        const target = { type: 'order', id: (0, uuid_1.v7)() };
        const write = {
            kind: 'order.place',
            userId: caller.userId,
            target,
            payload: { ...body },
            caller,
        };
        return this.admission.submit(write, request, reply);
    }
    /** Changes lines or address of a placed order. */
    change(id, body, caller, request, reply) {
        if (Object.keys(body).length === 0)
            throw (0, service_1.invalidRequest)([{ path: '', message: 'nothing is to be changed' }]);
        return this.write('order.change', id, body, caller, request, reply);
    }
    /** Marks a placed order as paid. */
    pay(id, body, caller, request, reply) {
        return this.write('order.pay', id, body, caller, request, reply);
    }
    /** Cancels a placed or paid order. */
    cancel(id, body, caller, request, reply) {
        return this.write('order.cancel', id, body, caller, request, reply);
    }
    /** Marks a paid order as shipped. */
    ship(id, body, caller, request, reply) {
        return this.write('order.ship', id, body, caller, request, reply);
    }
    /** Marks a shipped order as delivered. */
    deliver(id, caller, request, reply) {
        return this.write('order.deliver', id, {}, caller, request, reply);
    }
    /** One order. */
    async read(id, caller, request, reply) {
        const userId = await this.ownerOf('order.read', id, caller);
        await this.reads.after(request, caller, userId);
        const path = `/internal/orders/${id}`;
        const order = await this.services.ask('ordering', { method: 'GET', path });
        return (0, reads_js_1.sendResource)(await this.registered.order(order), request, reply);
    }
    /** The caller's orders, newest first; for administrators, with `userId`, anybody's. */
    async list(query, caller, request) {
        const userId = query.userId?.toLowerCase() ?? caller.userId;
        if (userId !== caller.userId)
            (0, authorise_js_1.authorise)('order.list-all', caller, userId);
        await this.reads.after(request, caller, userId);
        const call = { method: 'GET', path: '/internal/orders', query: { ...query, userId } };
        return this.registered.orders(await this.services.ask('ordering', call));
    }
    async write(kind, id, body, caller, request, reply) {
        const userId = await this.ownerOf(kind, id, caller);
        const target = { type: 'order', id };
        return this.admission.submit({ kind, userId, target, payload: { ...body }, caller }, request, reply);
    }
    /** By the gateway's own index, so that writes are accepted while ordering is away. */
    async ownerOf(action, id, caller) {
        const userId = await this.queries.laneOfOrder(id);
        (0, authorise_js_1.authorise)(action, caller, userId);
        if (!userId)
            throw new service_1.Problem('not-found');
        return userId;
    }
};
exports.OrdersController = OrdersController;
__decorate([
    openapi.ApiOperation({ summary: "Places an order for the caller. Without an address the customer's is copied." }),
    (0, common_1.Post)(),
    (0, http_js_1.AcceptsWrite)('order.place', contracts_1.OrderView),
    openapi.ApiResponse({ status: 201, type: Object }),
    __param(0, (0, common_1.Body)()),
    __param(1, (0, caller_js_1.CurrentCaller)()),
    __param(2, (0, common_1.Req)()),
    __param(3, (0, common_1.Res)({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.PlaceOrder, Object, Object, Object]),
    __metadata("design:returntype", void 0)
], OrdersController.prototype, "place", null);
__decorate([
    openapi.ApiOperation({ summary: "Changes lines or address of a placed order." }),
    (0, common_1.Patch)(':id'),
    (0, http_js_1.AcceptsWrite)('order.change', contracts_1.OrderView, 'order-state-conflict'),
    openapi.ApiResponse({ status: 200, type: Object }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, common_1.Body)()),
    __param(2, (0, caller_js_1.CurrentCaller)()),
    __param(3, (0, common_1.Req)()),
    __param(4, (0, common_1.Res)({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, contracts_1.ChangeOrder, Object, Object, Object]),
    __metadata("design:returntype", void 0)
], OrdersController.prototype, "change", null);
__decorate([
    openapi.ApiOperation({ summary: "Marks a placed order as paid." }),
    (0, common_1.Post)(':id/pay'),
    (0, http_js_1.AcceptsWrite)('order.pay', contracts_1.OrderView, 'order-state-conflict'),
    openapi.ApiResponse({ status: 201, type: Object }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, common_1.Body)()),
    __param(2, (0, caller_js_1.CurrentCaller)()),
    __param(3, (0, common_1.Req)()),
    __param(4, (0, common_1.Res)({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, contracts_1.PayOrder, Object, Object, Object]),
    __metadata("design:returntype", void 0)
], OrdersController.prototype, "pay", null);
__decorate([
    openapi.ApiOperation({ summary: "Cancels a placed or paid order." }),
    (0, common_1.Post)(':id/cancel'),
    (0, http_js_1.AcceptsWrite)('order.cancel', contracts_1.OrderView, 'order-state-conflict'),
    openapi.ApiResponse({ status: 201, type: Object }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, common_1.Body)()),
    __param(2, (0, caller_js_1.CurrentCaller)()),
    __param(3, (0, common_1.Req)()),
    __param(4, (0, common_1.Res)({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, contracts_1.CancelOrder, Object, Object, Object]),
    __metadata("design:returntype", void 0)
], OrdersController.prototype, "cancel", null);
__decorate([
    openapi.ApiOperation({ summary: "Marks a paid order as shipped." }),
    (0, common_1.Post)(':id/ship'),
    (0, http_js_1.AcceptsWrite)('order.ship', contracts_1.OrderView, 'order-state-conflict'),
    openapi.ApiResponse({ status: 201, type: Object }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, common_1.Body)()),
    __param(2, (0, caller_js_1.CurrentCaller)()),
    __param(3, (0, common_1.Req)()),
    __param(4, (0, common_1.Res)({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, contracts_1.ShipOrder, Object, Object, Object]),
    __metadata("design:returntype", void 0)
], OrdersController.prototype, "ship", null);
__decorate([
    openapi.ApiOperation({ summary: "Marks a shipped order as delivered." }),
    (0, common_1.Post)(':id/deliver'),
    (0, http_js_1.AcceptsWrite)('order.deliver', contracts_1.OrderView, 'order-state-conflict'),
    (0, http_js_1.TakesNoBody)(),
    openapi.ApiResponse({ status: 201, type: Object }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, caller_js_1.CurrentCaller)()),
    __param(2, (0, common_1.Req)()),
    __param(3, (0, common_1.Res)({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, Object, Object, Object]),
    __metadata("design:returntype", void 0)
], OrdersController.prototype, "deliver", null);
__decorate([
    openapi.ApiOperation({ summary: "One order." }),
    (0, common_1.Get)(':id'),
    (0, routes_js_1.Allows)('order.read'),
    (0, http_js_1.AcceptsReadAfter)(),
    (0, http_js_1.AcceptsIfNoneMatch)(contracts_1.OrderView),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/orders").OrderView }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, caller_js_1.CurrentCaller)()),
    __param(2, (0, common_1.Req)()),
    __param(3, (0, common_1.Res)({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, Object, Object, Object]),
    __metadata("design:returntype", Promise)
], OrdersController.prototype, "read", null);
__decorate([
    openapi.ApiOperation({ summary: "The caller's orders, newest first; for administrators, with `userId`, anybody's." }),
    (0, common_1.Get)(),
    (0, routes_js_1.Allows)('order.list', 'order.list-all'),
    (0, service_1.ApiPage)(contracts_1.OrderView),
    (0, http_js_1.AcceptsReadAfter)(),
    openapi.ApiResponse({ status: 200 }),
    __param(0, (0, common_1.Query)()),
    __param(1, (0, caller_js_1.CurrentCaller)()),
    __param(2, (0, common_1.Req)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.OrdersQuery, Object, Object]),
    __metadata("design:returntype", Promise)
], OrdersController.prototype, "list", null);
exports.OrdersController = OrdersController = __decorate([
    (0, swagger_1.ApiTags)('orders'),
    (0, common_1.Controller)('v1/orders'),
    __metadata("design:paramtypes", [admit_js_1.Admission,
        queries_js_1.LedgerQueries,
        services_js_1.Services,
        reads_js_1.Reads,
        registered_js_1.Registered])
], OrdersController);
//# sourceMappingURL=orders.controller.js.map