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
exports.BulkRun = exports.BulkRefusals = exports.BULK_RUN_STATES = exports.BulkCount = exports.BulkRequest = exports.BulkFilter = exports.BULK_STATES = exports.BULK_ACTIONS = void 0;
const openapi = require("@nestjs/swagger");
const class_validator_1 = require("class-validator");
const kinds_js_1 = require("./kinds.js");
const problems_js_1 = require("./problems.js");
const validation_js_1 = require("./validation.js");
exports.BULK_ACTIONS = ['retry', 'cancel'];
/** The states in which a write can be repeated, or withdrawn. */
exports.BULK_STATES = {
    retry: ['failed'],
    cancel: ['queued', 'retrying'],
};
/** Which writes; left out, any. What has been repeated already is not repeated again. */
class BulkFilter {
    static _OPENAPI_METADATA_FACTORY() {
        return { state: { required: false, enum: ["queued", "retrying", "failed"], enum: Object.values(exports.BULK_STATES).flat() }, kind: { required: false, enum: ["user.register", "user.update", "user.change-password", "user.set-roles", "user.set-claims", "user.delete", "user.restore", "customer.update", "order.place", "order.change", "order.pay", "order.cancel", "order.ship", "order.deliver", "invoice.issue", "invoice.void"], enum: kinds_js_1.CLIENT_KINDS }, userId: { required: false, type: () => String, format: "uuid" }, problem: { required: false, enum: ["invalid-request", "invalid-json", "unauthenticated", "invalid-credentials", "forbidden", "user-suspended", "not-found", "method-not-allowed", "email-taken", "order-state-conflict", "user-deleting", "last-administrator", "user-not-deleted", "deletion-restricted", "operation-not-cancellable", "operation-pending", "user-deleted", "version-conflict", "request-timeout", "payload-too-large", "unsupported-media-type", "idempotency-key-reused", "headers-too-large", "rate-limited", "lane-full", "internal-error", "unavailable", "deadline-exceeded", "stale-fence", "undo-refused", "ended-by-operator", "lane-not-halted", "step-impossible", "step-sealed"], enum: Object.keys(problems_js_1.PROBLEMS) }, from: { required: false, type: () => String, description: "Accepted then or later." }, to: { required: false, type: () => String, description: "Accepted before; left out, before the request." } };
    }
}
exports.BulkFilter = BulkFilter;
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsIn)(Object.values(exports.BULK_STATES).flat()),
    __metadata("design:type", String)
], BulkFilter.prototype, "state", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsIn)(kinds_js_1.CLIENT_KINDS),
    __metadata("design:type", String)
], BulkFilter.prototype, "kind", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsUUID)(),
    __metadata("design:type", String)
], BulkFilter.prototype, "userId", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsIn)(Object.keys(problems_js_1.PROBLEMS)),
    __metadata("design:type", String)
], BulkFilter.prototype, "problem", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, validation_js_1.Time)(),
    __metadata("design:type", String)
], BulkFilter.prototype, "from", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, validation_js_1.Time)(),
    __metadata("design:type", String)
], BulkFilter.prototype, "to", void 0);
class BulkRequest {
    static _OPENAPI_METADATA_FACTORY() {
        return { action: { required: true, enum: ["retry", "cancel"], enum: exports.BULK_ACTIONS }, filter: { required: true, type: () => require("./bulk").BulkFilter }, reason: { required: true, type: () => String }, dryRun: { required: false, type: () => Boolean, description: "Only says how many writes it would be." } };
    }
}
exports.BulkRequest = BulkRequest;
__decorate([
    (0, class_validator_1.IsIn)(exports.BULK_ACTIONS),
    __metadata("design:type", String)
], BulkRequest.prototype, "action", void 0);
__decorate([
    (0, validation_js_1.Nested)(() => BulkFilter),
    __metadata("design:type", BulkFilter)
], BulkRequest.prototype, "filter", void 0);
__decorate([
    (0, validation_js_1.Text)(),
    __metadata("design:type", String)
], BulkRequest.prototype, "reason", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsBoolean)(),
    __metadata("design:type", Boolean)
], BulkRequest.prototype, "dryRun", void 0);
class BulkCount {
    static _OPENAPI_METADATA_FACTORY() {
        return { count: { required: true, type: () => Number } };
    }
}
exports.BulkCount = BulkCount;
exports.BULK_RUN_STATES = ['running', 'done', 'aborted'];
/** Why so many were not done: the code of the problem that each got. */
class BulkRefusals {
    static _OPENAPI_METADATA_FACTORY() {
        return { code: { required: true, enum: ["invalid-request", "invalid-json", "unauthenticated", "invalid-credentials", "forbidden", "user-suspended", "not-found", "method-not-allowed", "email-taken", "order-state-conflict", "user-deleting", "last-administrator", "user-not-deleted", "deletion-restricted", "operation-not-cancellable", "operation-pending", "user-deleted", "version-conflict", "request-timeout", "payload-too-large", "unsupported-media-type", "idempotency-key-reused", "headers-too-large", "rate-limited", "lane-full", "internal-error", "unavailable", "deadline-exceeded", "stale-fence", "undo-refused", "ended-by-operator", "lane-not-halted", "step-impossible", "step-sealed"] }, count: { required: true, type: () => Number } };
    }
}
exports.BulkRefusals = BulkRefusals;
/** Many writes repeated or withdrawn, one after the other. */
class BulkRun {
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => String }, action: { required: true, enum: ["retry", "cancel"] }, filter: { required: true, type: () => require("./bulk").BulkFilter }, reason: { required: true, type: () => String }, actorId: { required: true, type: () => String }, state: { required: true, enum: ["done", "running", "aborted"] }, total: { required: true, type: () => Number, description: "How many there were when it began." }, done: { required: true, type: () => Number }, refused: { required: true, type: () => Number }, refusals: { required: true, type: () => [require("./bulk").BulkRefusals] }, startedAt: { required: true, type: () => String }, finishedAt: { required: true, type: () => String, nullable: true } };
    }
}
exports.BulkRun = BulkRun;
//# sourceMappingURL=bulk.js.map