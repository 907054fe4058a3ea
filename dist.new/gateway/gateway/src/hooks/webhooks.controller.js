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
exports.WebhooksController = void 0;
const openapi = require("@nestjs/swagger");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const caller_js_1 = require("../entry/caller.js");
const fingerprint_js_1 = require("../entry/fingerprint.js");
const once_js_1 = require("../entry/once.js");
const request_js_1 = require("../entry/request.js");
const routes_js_1 = require("../entry/routes.js");
const webhook_admin_js_1 = require("./webhook-admin.js");
const PATH = 'v1/ops/webhooks';
const LOCATION = {
    Location: { description: 'Where to read it', required: true, schema: { type: 'string' } },
};
/** Who outside is told of what has happened. */
let WebhooksController = class WebhooksController {
    constructor(admin, fingerprints) {
        this.admin = admin;
        this.fingerprints = fingerprints;
    }
    /** Subscribes somebody. The secret is shown this once. */
    async create({ reason, ...wanted }, caller, request, reply) {
        const made = await this.admin.create(wanted, this.askedBy(caller, reason, request));
        const webhook = (0, once_js_1.madeOnce)(made, reply);
        void reply.header('location', `/${PATH}/${webhook.id}`);
        return webhook;
    }
    /** All of them, newest first. */
    list(query) {
        return this.admin.list(query);
    }
    /** One webhook, without its secret. */
    webhook(id) {
        return this.admin.find(id);
    }
    /** Changes where it is, what it is told, or whether; one that is enabled again goes on where it stopped. */
    change(id, { reason, ...wanted }, caller) {
        return this.admin.change(id, wanted, by(caller, reason));
    }
    /** Ends a subscription; what was not delivered never is. */
    remove(id, { reason }, caller) {
        return this.admin.remove(id, by(caller, reason));
    }
    /** Makes a new secret, which is shown this once. For a day the one before it signs, too. */
    async rotate(id, { reason }, caller, request, reply) {
        return (0, once_js_1.madeOnce)(await this.admin.rotate(id, this.askedBy(caller, reason, request)), reply);
    }
    /** Sends an event of the type `webhook.test`. */
    test(id, { reason }, caller) {
        return this.admin.test(id, by(caller, reason));
    }
    /** What was sent to it, or is still to be, newest first. */
    deliveries(id, query) {
        return this.admin.listDeliveries(id, query);
    }
    /** Sends one again, before what happened to its user later and is not sent yet. */
    replay(id, deliveryId, { reason }, caller) {
        return this.admin.replay(id, deliveryId, by(caller, reason));
    }
    /** Sends again what happened from then on, or in that time, in its order. */
    replayRange(id, { reason, ...range }, caller) {
        return this.admin.replayRange(id, range, by(caller, reason));
    }
    askedBy(caller, reason, request) {
        return { ...by(caller, reason), clientKey: this.fingerprints.clientKeyOf((0, once_js_1.scopeOf)(caller), request) };
    }
};
exports.WebhooksController = WebhooksController;
__decorate([
    openapi.ApiOperation({ summary: "Subscribes somebody. The secret is shown this once." }),
    (0, common_1.Post)(),
    (0, routes_js_1.Allows)('ops'),
    (0, once_js_1.MakesOnce)(),
    (0, swagger_1.ApiCreatedResponse)({ type: contracts_1.WebhookWithSecret, description: 'The webhook.', headers: LOCATION }),
    __param(0, (0, common_1.Body)()),
    __param(1, (0, caller_js_1.CurrentCaller)()),
    __param(2, (0, common_1.Req)()),
    __param(3, (0, common_1.Res)({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.CreateWebhook, Object, Object, Object]),
    __metadata("design:returntype", Promise)
], WebhooksController.prototype, "create", null);
__decorate([
    openapi.ApiOperation({ summary: "All of them, newest first." }),
    (0, common_1.Get)(),
    (0, routes_js_1.Allows)('ops'),
    (0, service_1.ApiPage)(contracts_1.Webhook),
    openapi.ApiResponse({ status: 200 }),
    __param(0, (0, common_1.Query)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.PageQuery]),
    __metadata("design:returntype", Promise)
], WebhooksController.prototype, "list", null);
__decorate([
    openapi.ApiOperation({ summary: "One webhook, without its secret." }),
    (0, common_1.Get)(':id'),
    (0, routes_js_1.Allows)('ops'),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/webhooks").Webhook }),
    __param(0, (0, request_js_1.Id)('id')),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String]),
    __metadata("design:returntype", Promise)
], WebhooksController.prototype, "webhook", null);
__decorate([
    openapi.ApiOperation({ summary: "Changes where it is, what it is told, or whether; one that is enabled again goes on where it stopped." }),
    (0, common_1.Patch)(':id'),
    (0, routes_js_1.Allows)('ops'),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/webhooks").Webhook }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, common_1.Body)()),
    __param(2, (0, caller_js_1.CurrentCaller)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, contracts_1.ChangeWebhook, Object]),
    __metadata("design:returntype", Promise)
], WebhooksController.prototype, "change", null);
__decorate([
    openapi.ApiOperation({ summary: "Ends a subscription; what was not delivered never is." }),
    (0, common_1.Delete)(':id'),
    (0, routes_js_1.Allows)('ops'),
    (0, common_1.HttpCode)(204),
    (0, swagger_1.ApiNoContentResponse)({ description: 'It is gone.' }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, common_1.Query)()),
    __param(2, (0, caller_js_1.CurrentCaller)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, contracts_1.Reason, Object]),
    __metadata("design:returntype", Promise)
], WebhooksController.prototype, "remove", null);
__decorate([
    openapi.ApiOperation({ summary: "Makes a new secret, which is shown this once. For a day the one before it signs, too." }),
    (0, common_1.Post)(':id/rotate-secret'),
    (0, routes_js_1.Allows)('ops'),
    (0, once_js_1.MakesOnce)(),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/webhooks").WebhookWithSecret }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, common_1.Body)()),
    __param(2, (0, caller_js_1.CurrentCaller)()),
    __param(3, (0, common_1.Req)()),
    __param(4, (0, common_1.Res)({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, contracts_1.Reason, Object, Object, Object]),
    __metadata("design:returntype", Promise)
], WebhooksController.prototype, "rotate", null);
__decorate([
    openapi.ApiOperation({ summary: "Sends an event of the type `webhook.test`." }),
    (0, common_1.Post)(':id/test'),
    (0, routes_js_1.Allows)('ops'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/webhooks").WebhookDelivery }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, common_1.Body)()),
    __param(2, (0, caller_js_1.CurrentCaller)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, contracts_1.Reason, Object]),
    __metadata("design:returntype", Promise)
], WebhooksController.prototype, "test", null);
__decorate([
    openapi.ApiOperation({ summary: "What was sent to it, or is still to be, newest first." }),
    (0, common_1.Get)(':id/deliveries'),
    (0, routes_js_1.Allows)('ops'),
    (0, service_1.ApiPage)(contracts_1.WebhookDelivery),
    openapi.ApiResponse({ status: 200 }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, common_1.Query)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, contracts_1.DeliveriesQuery]),
    __metadata("design:returntype", Promise)
], WebhooksController.prototype, "deliveries", null);
__decorate([
    openapi.ApiOperation({ summary: "Sends one again, before what happened to its user later and is not sent yet." }),
    (0, common_1.Post)(':id/deliveries/:deliveryId/replay'),
    (0, routes_js_1.Allows)('ops'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/webhooks").WebhookDelivery }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, request_js_1.Id)('deliveryId')),
    __param(2, (0, common_1.Body)()),
    __param(3, (0, caller_js_1.CurrentCaller)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, String, contracts_1.Reason, Object]),
    __metadata("design:returntype", Promise)
], WebhooksController.prototype, "replay", null);
__decorate([
    openapi.ApiOperation({ summary: "Sends again what happened from then on, or in that time, in its order." }),
    (0, common_1.Post)(':id/replay'),
    (0, routes_js_1.Allows)('ops'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/webhooks").Replayed }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, common_1.Body)()),
    __param(2, (0, caller_js_1.CurrentCaller)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, contracts_1.ReplayRange, Object]),
    __metadata("design:returntype", Promise)
], WebhooksController.prototype, "replayRange", null);
exports.WebhooksController = WebhooksController = __decorate([
    (0, swagger_1.ApiTags)('webhooks'),
    (0, common_1.Controller)(PATH),
    __metadata("design:paramtypes", [webhook_admin_js_1.WebhookAdmin,
        fingerprint_js_1.Fingerprints])
], WebhooksController);
function by({ userId }, reason) {
    return { actorId: userId, reason: reason ?? null };
}
//# sourceMappingURL=webhooks.controller.js.map