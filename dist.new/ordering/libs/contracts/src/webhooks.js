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
exports.WEBHOOK_ACTIONS = exports.Replayed = exports.ReplayRange = exports.DeliveriesQuery = exports.WebhookDelivery = exports.DELIVERY_ERRORS = exports.DELIVERY_STATES = exports.WebhookWithSecret = exports.Webhook = exports.DISABLED_BECAUSE = exports.ChangeWebhook = exports.CreateWebhook = exports.TEST_EVENT = exports.WEBHOOK_EVENTS = exports.ALL_EVENTS = void 0;
const openapi = require("@nestjs/swagger");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const class_validator_1 = require("class-validator");
const events_js_1 = require("./events.js");
const lanes_js_1 = require("./lanes.js");
const pages_js_1 = require("./pages.js");
const steps_js_1 = require("./steps.js");
const validation_js_1 = require("./validation.js");
/*
 * Webhooks: who outside is told what has happened, by the convention of standardwebhooks.com. What is sent has ids and
 * states only; who wants to know more reads it, and is authorised as every reader is.
 */
/** How an operation ended. */
const OPERATION_EVENTS = ['succeeded', 'failed', 'cancelled', 'rejected'].map((end) => `operation.${end}`);
/** What the services report. */
const DOMAIN_EVENTS = Object.values(steps_js_1.STEPS).flatMap(({ event, undo }) => {
    if (event === null)
        return [];
    const type = `${events_js_1.EVENT_TYPE_PREFIX}${event}`;
    return undo ? [type, `${type}.undone`] : [type];
});
/** Everything that there is. */
exports.ALL_EVENTS = '*';
/** What can be subscribed to. */
exports.WEBHOOK_EVENTS = [exports.ALL_EVENTS, ...OPERATION_EVENTS, ...DOMAIN_EVENTS];
/** What an operator has sent to try a webhook; nobody subscribes to it. */
exports.TEST_EVENT = 'webhook.test';
/** Browsers and proxies take no longer one for granted. */
const MAX_URL = 2000;
/** The description learns of the types by the last: it does not look into a decorator that is made of others. */
function EventTypes({ required = true } = {}) {
    return (0, common_1.applyDecorators)((0, class_validator_1.IsArray)(), (0, class_validator_1.ArrayMinSize)(1), (0, class_validator_1.ArrayMaxSize)(exports.WEBHOOK_EVENTS.length), (0, class_validator_1.ArrayUnique)(), (0, class_validator_1.IsIn)(exports.WEBHOOK_EVENTS, { each: true }), (0, swagger_1.ApiProperty)({ required, isArray: true, enum: exports.WEBHOOK_EVENTS }));
}
class CreateWebhook extends lanes_js_1.Reason {
    static _OPENAPI_METADATA_FACTORY() {
        return { url: { required: true, type: () => String, description: "https; http outside production only. Addresses that are not public are refused.", maxLength: MAX_URL }, events: { required: true, type: () => [String], description: "Types of events; `*` is all." }, description: { required: false, type: () => String, maxLength: validation_js_1.MAX_STRING } };
    }
}
exports.CreateWebhook = CreateWebhook;
__decorate([
    (0, class_validator_1.IsString)(),
    (0, class_validator_1.MaxLength)(MAX_URL),
    __metadata("design:type", String)
], CreateWebhook.prototype, "url", void 0);
__decorate([
    EventTypes(),
    __metadata("design:type", Array)
], CreateWebhook.prototype, "events", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsString)(),
    (0, class_validator_1.MaxLength)(validation_js_1.MAX_STRING),
    __metadata("design:type", String)
], CreateWebhook.prototype, "description", void 0);
class ChangeWebhook extends lanes_js_1.Reason {
    static _OPENAPI_METADATA_FACTORY() {
        return { url: { required: false, type: () => String, maxLength: MAX_URL }, events: { required: false, type: () => [String] }, description: { required: false, type: () => String, maxLength: validation_js_1.MAX_STRING }, enabled: { required: false, type: () => Boolean, description: "One that is enabled again goes on where it stopped." } };
    }
}
exports.ChangeWebhook = ChangeWebhook;
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsString)(),
    (0, class_validator_1.MaxLength)(MAX_URL),
    __metadata("design:type", String)
], ChangeWebhook.prototype, "url", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    EventTypes({ required: false }),
    __metadata("design:type", Array)
], ChangeWebhook.prototype, "events", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsString)(),
    (0, class_validator_1.MaxLength)(validation_js_1.MAX_STRING),
    __metadata("design:type", String)
], ChangeWebhook.prototype, "description", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsBoolean)(),
    __metadata("design:type", Boolean)
], ChangeWebhook.prototype, "enabled", void 0);
/** Why a webhook is disabled: an operator did it, its receiver answered 410, or has failed for days. */
exports.DISABLED_BECAUSE = ['operator', 'gone', 'failing'];
/** A subscriber. */
class Webhook {
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => String }, url: { required: true, type: () => String }, description: { required: true, type: () => String }, events: { required: true, type: () => [String] }, enabled: { required: true, type: () => Boolean }, disabledBecause: { required: true, nullable: true, enum: ["operator", "gone", "failing"] }, failingSince: { required: true, type: () => String, nullable: true, description: "Since when nothing was accepted that was sent." }, previousSecretUntil: { required: true, type: () => String, nullable: true, description: "Until when the secret before this one signs, too." }, createdAt: { required: true, type: () => String }, updatedAt: { required: true, type: () => String } };
    }
}
exports.Webhook = Webhook;
/** The same with what it is signed with, which is shown this once. */
class WebhookWithSecret extends Webhook {
    static _OPENAPI_METADATA_FACTORY() {
        return { secret: { required: true, type: () => String } };
    }
}
exports.WebhookWithSecret = WebhookWithSecret;
exports.DELIVERY_STATES = ['pending', 'delivered', 'failed'];
/** What came of an attempt that was not accepted. */
exports.DELIVERY_ERRORS = ['status', 'timeout', 'unreachable', 'address-refused'];
/** One event on its way to one webhook. */
class WebhookDelivery {
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => String, description: "The header `webhook-id`: of an operation or a domain event its own id." }, type: { required: true, type: () => String }, userId: { required: true, type: () => String, nullable: true, description: "Whose event it is; those of one user are sent one after the other. Null for a test." }, state: { required: true, enum: ["failed", "pending", "delivered"] }, attempts: { required: true, type: () => Number }, lastStatus: { required: true, type: () => Number, nullable: true, description: "Of the last attempt." }, lastError: { required: true, nullable: true, enum: ["status", "timeout", "unreachable", "address-refused"] }, occurredAt: { required: true, type: () => String }, nextAttemptAt: { required: true, type: () => String, nullable: true, description: "Null while it waits for another of its user, and when it is over." }, finishedAt: { required: true, type: () => String, nullable: true } };
    }
}
exports.WebhookDelivery = WebhookDelivery;
class DeliveriesQuery extends pages_js_1.PageQuery {
    static _OPENAPI_METADATA_FACTORY() {
        return { state: { required: false, enum: ["failed", "pending", "delivered"], enum: exports.DELIVERY_STATES }, userId: { required: false, type: () => String, format: "uuid" } };
    }
}
exports.DeliveriesQuery = DeliveriesQuery;
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsIn)(exports.DELIVERY_STATES),
    __metadata("design:type", String)
], DeliveriesQuery.prototype, "state", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsUUID)(),
    __metadata("design:type", String)
], DeliveriesQuery.prototype, "userId", void 0);
/** What is to be sent again: all that is over, of what happened in that time. */
class ReplayRange extends lanes_js_1.Reason {
    static _OPENAPI_METADATA_FACTORY() {
        return { from: { required: true, type: () => String }, to: { required: false, type: () => String, description: "Left out, now." } };
    }
}
exports.ReplayRange = ReplayRange;
__decorate([
    (0, validation_js_1.Time)(),
    __metadata("design:type", String)
], ReplayRange.prototype, "from", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, validation_js_1.Time)(),
    __metadata("design:type", String)
], ReplayRange.prototype, "to", void 0);
class Replayed {
    static _OPENAPI_METADATA_FACTORY() {
        return { count: { required: true, type: () => Number } };
    }
}
exports.Replayed = Replayed;
/** What is done to webhooks; the system itself disables one. */
exports.WEBHOOK_ACTIONS = [
    'webhook.create',
    'webhook.change',
    'webhook.delete',
    'webhook.disable',
    'webhook.rotate-secret',
    'webhook.test',
    'webhook.replay',
];
//# sourceMappingURL=webhooks.js.map