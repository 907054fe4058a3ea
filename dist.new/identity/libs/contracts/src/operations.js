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
exports.OperationView = exports.OperationCause = exports.OperationLinks = exports.WaitingView = exports.StepView = exports.OperationTarget = void 0;
const openapi = require("@nestjs/swagger");
const swagger_1 = require("@nestjs/swagger");
class OperationTarget {
    static _OPENAPI_METADATA_FACTORY() {
        return { type: { required: true, enum: ["user", "customer", "order", "invoice"] }, id: { required: true, type: () => String } };
    }
}
exports.OperationTarget = OperationTarget;
class StepView {
    static _OPENAPI_METADATA_FACTORY() {
        return { name: { required: true, type: () => String }, service: { required: true, enum: ["identity", "ordering", "billing"] }, state: { required: true, enum: ["pending", "applied", "refused", "sealed", "undone"] }, attempts: { required: true, type: () => Number } };
    }
}
exports.StepView = StepView;
class WaitingView {
    static _OPENAPI_METADATA_FACTORY() {
        return { behind: { required: true, type: () => String, nullable: true, description: "The operation that is carried out before this one, or null for the head of the lane." }, position: { required: true, type: () => Number, description: "How many unfinished writes of this user come before it." }, reason: { required: true, enum: ["turn", "retry", "paused", "halted", "breaker"] }, since: { required: true, type: () => String }, expectedAt: { required: true, type: () => String, nullable: true } };
    }
}
exports.WaitingView = WaitingView;
class OperationLinks {
    static _OPENAPI_METADATA_FACTORY() {
        return { self: { required: true, type: () => String }, events: { required: true, type: () => String } };
    }
}
exports.OperationLinks = OperationLinks;
/** Why the last attempt to carry a step out failed. It stays, whatever the write ends with. */
class OperationCause {
    static _OPENAPI_METADATA_FACTORY() {
        return { service: { required: true, enum: ["identity", "ordering", "billing"] }, step: { required: true, type: () => String }, status: { required: true, type: () => Number, nullable: true, description: "The HTTP status of the service's answer; null where there was none." }, code: { required: true, type: () => String, description: "The code of the service's problem, or why there was no answer: `ECONNREFUSED`, `timeout`." }, detail: { required: true, type: () => String, nullable: true }, requestId: { required: true, type: () => String, nullable: true, description: "The request id by which the service's log tells of it." }, at: { required: true, type: () => String } };
    }
}
exports.OperationCause = OperationCause;
/** A write and what has become of it. */
class OperationView {
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => String }, kind: { required: true, enum: ["user.register", "user.update", "user.change-password", "user.set-roles", "user.set-claims", "user.delete", "user.restore", "user.purge", "customer.update", "order.place", "order.change", "order.pay", "order.cancel", "order.ship", "order.deliver", "invoice.issue", "invoice.void", "event.user-deleted", "event.user-updated", "repair.user"] }, userId: { required: true, type: () => String, description: "Whose lane it runs in." }, actorId: { required: true, type: () => String, nullable: true, description: "Who asked for it; null for an anonymous registration and for what the system does by itself." }, seq: { required: true, type: () => Number, description: "Its place in the lane: from 1, without gaps." }, state: { required: true, enum: ["queued", "running", "retrying", "succeeded", "failed", "cancelled", "rejected"] }, attempts: { required: true, type: () => Number, description: "How often it was begun." }, target: { required: true, type: () => require("./operations").OperationTarget }, steps: { required: true, type: () => [require("./operations").StepView] }, createdAt: { required: true, type: () => String }, startedAt: { required: true, type: () => String, nullable: true }, finishedAt: { required: true, type: () => String, nullable: true }, nextAttemptAt: { required: true, type: () => String, nullable: true }, result: { required: true, type: "object", additionalProperties: true, nullable: true, description: "The resource as the write left it." }, problem: { required: true, type: () => Object, nullable: true }, cause: { required: true, type: () => require("./operations").OperationCause, nullable: true, description: "Null where no attempt has failed." }, retryOf: { required: false, type: () => String }, waiting: { required: false, type: () => require("./operations").WaitingView }, links: { required: true, type: () => require("./operations").OperationLinks } };
    }
}
exports.OperationView = OperationView;
__decorate([
    (0, swagger_1.ApiProperty)({ allOf: [{ $ref: '#/components/schemas/Problem' }] }),
    __metadata("design:type", Object)
], OperationView.prototype, "problem", void 0);
//# sourceMappingURL=operations.js.map