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
exports.ReleaseLane = exports.WAYS_OUT = exports.Reason = exports.StatedReason = exports.LanesQuery = exports.LaneView = exports.LaneHold = exports.HOLD_REASONS = exports.LaneHead = exports.LANE_STATES = void 0;
const openapi = require("@nestjs/swagger");
const class_validator_1 = require("class-validator");
const pages_js_1 = require("./pages.js");
const validation_js_1 = require("./validation.js");
exports.LANE_STATES = ['open', 'paused', 'halted', 'deleting', 'deleted'];
class LaneHead {
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => String }, seq: { required: true, type: () => Number }, kind: { required: true, enum: ["user.register", "user.update", "user.change-password", "user.set-roles", "user.set-claims", "user.delete", "user.restore", "user.purge", "customer.update", "order.place", "order.change", "order.pay", "order.cancel", "order.ship", "order.deliver", "invoice.issue", "invoice.void", "event.user-deleted", "event.user-updated", "repair.user"] }, state: { required: true, enum: ["queued", "running", "retrying", "succeeded", "failed", "cancelled", "rejected"] }, nextAttemptAt: { required: true, type: () => String, nullable: true } };
    }
}
exports.LaneHead = LaneHead;
/**
 * What a running lane stands at: a service that fails (`retry`) or whose calls are held back (`breaker`), a worker that
 * has gone silent (`lease`), or that no worker takes its head (`worker`).
 */
exports.HOLD_REASONS = ['retry', 'breaker', 'lease', 'worker'];
class LaneHold {
    static _OPENAPI_METADATA_FACTORY() {
        return { reason: { required: true, enum: ["retry", "breaker", "lease", "worker"] }, service: { required: true, nullable: true, enum: ["identity", "ordering", "billing"] }, since: { required: true, type: () => String } };
    }
}
exports.LaneHold = LaneHold;
/** A lane as operators see it. */
class LaneView {
    static _OPENAPI_METADATA_FACTORY() {
        return { userId: { required: true, type: () => String }, state: { required: true, enum: ["paused", "halted", "deleted", "open", "deleting"] }, paused: { required: true, type: () => Boolean }, pausedBy: { required: true, type: () => String, nullable: true }, reason: { required: true, type: () => String, nullable: true, description: "Why it is paused or halted." }, depth: { required: true, type: () => Number, description: "How many writes have not ended." }, lastSeq: { required: true, type: () => Number }, head: { required: true, type: () => require("./lanes").LaneHead, nullable: true }, hold: { required: true, type: () => require("./lanes").LaneHold, nullable: true, description: "Why nothing of it goes on though neither a pause nor a halt holds it; null where it goes on." }, oldestQueuedAt: { required: true, type: () => String, nullable: true } };
    }
}
exports.LaneView = LaneView;
/** Which lanes operators want to see. */
class LanesQuery extends pages_js_1.PageQuery {
    constructor() {
        super(...arguments);
        /** The deepest first, or those whose head is the oldest. */
        this.sort = 'depth';
    }
    static _OPENAPI_METADATA_FACTORY() {
        return { state: { required: false, description: "`busy`: those in which something waits or runs.", enum: ["paused", "halted", "deleted", "open", "deleting", "busy"], enum: [...exports.LANE_STATES, 'busy'] }, search: { required: false, type: () => String, description: "A user's id, or part of an e-mail address or of a name.", maxLength: validation_js_1.MAX_STRING }, sort: { required: true, description: "The deepest first, or those whose head is the oldest.", default: "depth", enum: ["depth", "age"], enum: ['depth', 'age'] } };
    }
}
exports.LanesQuery = LanesQuery;
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsIn)([...exports.LANE_STATES, 'busy']),
    __metadata("design:type", String)
], LanesQuery.prototype, "state", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsString)(),
    (0, class_validator_1.MaxLength)(validation_js_1.MAX_STRING),
    __metadata("design:type", String)
], LanesQuery.prototype, "search", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsIn)(['depth', 'age']),
    __metadata("design:type", String)
], LanesQuery.prototype, "sort", void 0);
/** Why somebody has to see what is hidden. */
class StatedReason {
    static _OPENAPI_METADATA_FACTORY() {
        return { reason: { required: true, type: () => String } };
    }
}
exports.StatedReason = StatedReason;
__decorate([
    (0, validation_js_1.Text)(),
    __metadata("design:type", String)
], StatedReason.prototype, "reason", void 0);
/** Why an operator intervenes. */
class Reason {
    static _OPENAPI_METADATA_FACTORY() {
        return { reason: { required: false, type: () => String } };
    }
}
exports.Reason = Reason;
__decorate([
    (0, validation_js_1.Optional)(),
    (0, validation_js_1.Text)(),
    __metadata("design:type", String)
], Reason.prototype, "reason", void 0);
/** What an operator makes of the write at which a lane is halted. */
exports.WAYS_OUT = ['retry', 'skip', 'fail', 'succeed'];
/** How a halted lane goes on. */
class ReleaseLane extends Reason {
    static _OPENAPI_METADATA_FACTORY() {
        return { action: { required: false, description: "`retry` carries the write at which it halted out again, `skip` goes on without it, `fail` and `succeed` end it by\nhand. Left out, the lane goes on as it stood: what it stopped at is tried again.", enum: ["retry", "skip", "fail", "succeed"], enum: exports.WAYS_OUT }, operationId: { required: false, type: () => String, description: "Only if the lane is halted at that write: an act that is sent twice then never meets the next halt.", format: "uuid" } };
    }
}
exports.ReleaseLane = ReleaseLane;
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsIn)(exports.WAYS_OUT),
    __metadata("design:type", String)
], ReleaseLane.prototype, "action", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsUUID)(),
    __metadata("design:type", String)
], ReleaseLane.prototype, "operationId", void 0);
//# sourceMappingURL=lanes.js.map