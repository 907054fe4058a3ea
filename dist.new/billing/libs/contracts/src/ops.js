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
exports.FailureGroup = exports.FailuresQuery = exports.SamplesQuery = exports.RevealedOperation = exports.OpsOperationView = exports.OpsStepView = exports.OpsOperationsQuery = exports.Sample = exports.OpsSummary = exports.ServiceHealth = exports.WorkerView = exports.PartitionView = exports.BREAKER_STATES = void 0;
const openapi = require("@nestjs/swagger");
const swagger_1 = require("@nestjs/swagger");
const class_validator_1 = require("class-validator");
const operations_js_1 = require("./operations.js");
const pages_js_1 = require("./pages.js");
const problems_js_1 = require("./problems.js");
const validation_js_1 = require("./validation.js");
/** From best to worst. */
exports.BREAKER_STATES = ['closed', 'half-open', 'open'];
/** One partition of the queue. */
class PartitionView {
    static _OPENAPI_METADATA_FACTORY() {
        return { name: { required: true, type: () => String }, waiting: { required: true, type: () => Number }, active: { required: true, type: () => Number }, delayed: { required: true, type: () => Number }, paused: { required: true, type: () => Boolean } };
    }
}
exports.PartitionView = PartitionView;
/** A process that carries writes out. */
class WorkerView {
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => String }, since: { required: true, type: () => String }, running: { required: true, type: () => Number, description: "Writes that it carries out now." }, lastSeen: { required: true, type: () => String } };
    }
}
exports.WorkerView = WorkerView;
class ServiceHealth {
    static _OPENAPI_METADATA_FACTORY() {
        return { name: { required: true, enum: ["identity", "ordering", "billing"] }, breaker: { required: true, nullable: true, description: "The worst that any process has; null while no process says.", enum: ["open", "closed", "half-open"] } };
    }
}
exports.ServiceHealth = ServiceHealth;
/** Everything at a glance. */
class OpsSummary {
    static _OPENAPI_METADATA_FACTORY() {
        return { operations: { required: true, type: "object", additionalProperties: { type: "number" }, description: "Since the ledger began." }, lanes: { required: true, type: "object", additionalProperties: { type: "number" } }, acceptedPerSecond: { required: true, type: () => Number }, finishedPerSecond: { required: true, type: () => Number }, oldestWaitingMs: { required: true, type: () => Number, nullable: true, description: "How long the oldest write that has not begun, or is in retry, has been there; null where none waits." }, partitions: { required: true, type: () => [require("./ops").PartitionView], nullable: true, description: "Null while the queue cannot be asked." }, workers: { required: true, type: () => [require("./ops").WorkerView] }, services: { required: true, type: () => [require("./ops").ServiceHealth] }, integrity: { required: true, type: () => require("./integrity").IntegrityHealth } };
    }
}
exports.OpsSummary = OpsSummary;
/** The ledger at one time, and what happened since the sample before. */
class Sample {
    static _OPENAPI_METADATA_FACTORY() {
        return { at: { required: true, type: () => String }, acceptedPerSecond: { required: true, type: () => Number }, finishedPerSecond: { required: true, type: () => Number }, unsuccessfulPerSecond: { required: true, type: () => Number }, waiting: { required: true, type: () => Number }, running: { required: true, type: () => Number }, retrying: { required: true, type: () => Number }, oldestWaitingMs: { required: true, type: () => Number, nullable: true }, p50Ms: { required: true, type: () => Number, nullable: true, description: "From acceptance to the end, of what ended since the sample before; null where nothing did." }, p95Ms: { required: true, type: () => Number, nullable: true }, p99Ms: { required: true, type: () => Number, nullable: true } };
    }
}
exports.Sample = Sample;
/** Which operations operators want to see. */
class OpsOperationsQuery extends pages_js_1.OperationsQuery {
    static _OPENAPI_METADATA_FACTORY() {
        return { userId: { required: false, type: () => String, description: "In whose lane.", format: "uuid" }, problem: { required: false, description: "The code of the problem that it failed or waits with.", enum: ["invalid-request", "invalid-json", "unauthenticated", "invalid-credentials", "forbidden", "user-suspended", "not-found", "method-not-allowed", "email-taken", "order-state-conflict", "user-deleting", "last-administrator", "user-not-deleted", "deletion-restricted", "operation-not-cancellable", "operation-pending", "user-deleted", "version-conflict", "request-timeout", "payload-too-large", "unsupported-media-type", "idempotency-key-reused", "headers-too-large", "rate-limited", "lane-full", "internal-error", "unavailable", "deadline-exceeded", "stale-fence", "undo-refused", "ended-by-operator", "lane-not-halted", "step-impossible", "step-sealed"], enum: Object.keys(problems_js_1.PROBLEMS) }, from: { required: false, type: () => String, description: "Accepted then or later." }, to: { required: false, type: () => String, description: "Accepted before." } };
    }
}
exports.OpsOperationsQuery = OpsOperationsQuery;
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsUUID)(),
    __metadata("design:type", String)
], OpsOperationsQuery.prototype, "userId", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsIn)(Object.keys(problems_js_1.PROBLEMS)),
    __metadata("design:type", String)
], OpsOperationsQuery.prototype, "problem", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, validation_js_1.Time)(),
    __metadata("design:type", String)
], OpsOperationsQuery.prototype, "from", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, validation_js_1.Time)(),
    __metadata("design:type", String)
], OpsOperationsQuery.prototype, "to", void 0);
/** A step as operators see it. */
class OpsStepView extends operations_js_1.StepView {
    static _OPENAPI_METADATA_FACTORY() {
        return { ms: { required: true, type: () => Number, nullable: true, description: "Milliseconds that its last call took; null where none was made." }, problem: { required: true, nullable: true, description: "The code of the problem that its last call ended with, or null.", enum: ["invalid-request", "invalid-json", "unauthenticated", "invalid-credentials", "forbidden", "user-suspended", "not-found", "method-not-allowed", "email-taken", "order-state-conflict", "user-deleting", "last-administrator", "user-not-deleted", "deletion-restricted", "operation-not-cancellable", "operation-pending", "user-deleted", "version-conflict", "request-timeout", "payload-too-large", "unsupported-media-type", "idempotency-key-reused", "headers-too-large", "rate-limited", "lane-full", "internal-error", "unavailable", "deadline-exceeded", "stale-fence", "undo-refused", "ended-by-operator", "lane-not-halted", "step-impossible", "step-sealed"] } };
    }
}
exports.OpsStepView = OpsStepView;
/** A write as operators see it: what is personal in it is hidden, and shown by an act of its own. */
class OpsOperationView extends (0, swagger_1.OmitType)(operations_js_1.OperationView, ['steps']) {
    static _OPENAPI_METADATA_FACTORY() {
        return { steps: { required: true, type: () => [require("./ops").OpsStepView] }, payload: { required: true, type: "object", additionalProperties: true, nullable: true, description: "Null once it was erased." }, ifMatch: { required: true, type: () => String, nullable: true }, traceparent: { required: true, type: () => String, nullable: true }, retriedBy: { required: true, type: () => String, nullable: true, description: "The newest write that repeats this one." } };
    }
}
exports.OpsOperationView = OpsOperationView;
/** What a write holds, in clear. */
class RevealedOperation {
    static _OPENAPI_METADATA_FACTORY() {
        return { payload: { required: true, type: "object", additionalProperties: true, nullable: true, description: "Null once it was erased." }, result: { required: true, type: "object", additionalProperties: true, nullable: true } };
    }
}
exports.RevealedOperation = RevealedOperation;
class SamplesQuery {
    static _OPENAPI_METADATA_FACTORY() {
        return { from: { required: false, type: () => String, description: "Left out, an hour ago." } };
    }
}
exports.SamplesQuery = SamplesQuery;
__decorate([
    (0, validation_js_1.Optional)(),
    (0, validation_js_1.Time)(),
    __metadata("design:type", String)
], SamplesQuery.prototype, "from", void 0);
class FailuresQuery {
    static _OPENAPI_METADATA_FACTORY() {
        return { from: { required: false, type: () => String, description: "Of writes that were accepted then or later; left out, in the last day." } };
    }
}
exports.FailuresQuery = FailuresQuery;
__decorate([
    (0, validation_js_1.Optional)(),
    (0, validation_js_1.Time)(),
    __metadata("design:type", String)
], FailuresQuery.prototype, "from", void 0);
/** Writes that failed for the same reason. */
class FailureGroup {
    static _OPENAPI_METADATA_FACTORY() {
        return { problem: { required: true, enum: ["invalid-request", "invalid-json", "unauthenticated", "invalid-credentials", "forbidden", "user-suspended", "not-found", "method-not-allowed", "email-taken", "order-state-conflict", "user-deleting", "last-administrator", "user-not-deleted", "deletion-restricted", "operation-not-cancellable", "operation-pending", "user-deleted", "version-conflict", "request-timeout", "payload-too-large", "unsupported-media-type", "idempotency-key-reused", "headers-too-large", "rate-limited", "lane-full", "internal-error", "unavailable", "deadline-exceeded", "stale-fence", "undo-refused", "ended-by-operator", "lane-not-halted", "step-impossible", "step-sealed"] }, service: { required: true, nullable: true, description: "Whose refusal it was, or at which service the last attempt failed; null where none was asked.", enum: ["identity", "ordering", "billing"] }, count: { required: true, type: () => Number }, latest: { required: true, type: () => ({ id: { required: true, type: () => String }, finishedAt: { required: true, type: () => String } }), description: "The newest of them." } };
    }
}
exports.FailureGroup = FailureGroup;
//# sourceMappingURL=ops.js.map