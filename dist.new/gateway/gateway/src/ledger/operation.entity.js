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
exports.Operation = void 0;
const typeorm_1 = require("typeorm");
/** A write and its place in the lane. */
let Operation = class Operation {
};
exports.Operation = Operation;
__decorate([
    (0, typeorm_1.PrimaryColumn)('uuid', { name: 'user_id' }),
    __metadata("design:type", String)
], Operation.prototype, "userId", void 0);
__decorate([
    (0, typeorm_1.PrimaryColumn)('integer'),
    __metadata("design:type", Number)
], Operation.prototype, "seq", void 0);
__decorate([
    (0, typeorm_1.Column)('uuid'),
    __metadata("design:type", String)
], Operation.prototype, "id", void 0);
__decorate([
    (0, typeorm_1.Column)('text'),
    __metadata("design:type", String)
], Operation.prototype, "kind", void 0);
__decorate([
    (0, typeorm_1.Column)('text', { default: 'queued' }),
    __metadata("design:type", String)
], Operation.prototype, "state", void 0);
__decorate([
    (0, typeorm_1.Column)('uuid', { name: 'actor_id', nullable: true }),
    __metadata("design:type", Object)
], Operation.prototype, "actorId", void 0);
__decorate([
    (0, typeorm_1.Column)('text', { name: 'target_type' }),
    __metadata("design:type", String)
], Operation.prototype, "targetType", void 0);
__decorate([
    (0, typeorm_1.Column)('uuid', { name: 'target_id' }),
    __metadata("design:type", String)
], Operation.prototype, "targetId", void 0);
__decorate([
    (0, typeorm_1.Column)('jsonb'),
    __metadata("design:type", Object)
], Operation.prototype, "payload", void 0);
__decorate([
    (0, typeorm_1.Column)('text', { name: 'if_match', nullable: true }),
    __metadata("design:type", Object)
], Operation.prototype, "ifMatch", void 0);
__decorate([
    (0, typeorm_1.Column)('integer', { default: 0 }),
    __metadata("design:type", Number)
], Operation.prototype, "epoch", void 0);
__decorate([
    (0, typeorm_1.Column)('integer', { default: 0 }),
    __metadata("design:type", Number)
], Operation.prototype, "attempts", void 0);
__decorate([
    (0, typeorm_1.Column)('integer', { default: 0 }),
    __metadata("design:type", Number)
], Operation.prototype, "crashes", void 0);
__decorate([
    (0, typeorm_1.Column)('boolean', { name: 'cancel_requested', default: false }),
    __metadata("design:type", Boolean)
], Operation.prototype, "cancelRequested", void 0);
__decorate([
    (0, typeorm_1.Column)('integer', { default: 0 }),
    __metadata("design:type", Number)
], Operation.prototype, "release", void 0);
__decorate([
    (0, typeorm_1.Column)('timestamptz', { name: 'released_at', nullable: true }),
    __metadata("design:type", Object)
], Operation.prototype, "releasedAt", void 0);
__decorate([
    (0, typeorm_1.Column)('text', { nullable: true }),
    __metadata("design:type", Object)
], Operation.prototype, "worker", void 0);
__decorate([
    (0, typeorm_1.Column)('timestamptz', { name: 'lease_until', nullable: true }),
    __metadata("design:type", Object)
], Operation.prototype, "leaseUntil", void 0);
__decorate([
    (0, typeorm_1.Column)('timestamptz', { name: 'next_attempt_at', nullable: true }),
    __metadata("design:type", Object)
], Operation.prototype, "nextAttemptAt", void 0);
__decorate([
    (0, typeorm_1.Column)('timestamptz', { name: 'deadline_at', nullable: true }),
    __metadata("design:type", Object)
], Operation.prototype, "deadlineAt", void 0);
__decorate([
    (0, typeorm_1.Column)('jsonb', { nullable: true }),
    __metadata("design:type", Object)
], Operation.prototype, "result", void 0);
__decorate([
    (0, typeorm_1.Column)('jsonb', { nullable: true }),
    __metadata("design:type", Object)
], Operation.prototype, "problem", void 0);
__decorate([
    (0, typeorm_1.Column)('jsonb', { nullable: true }),
    __metadata("design:type", Object)
], Operation.prototype, "cause", void 0);
__decorate([
    (0, typeorm_1.Column)('uuid', { name: 'retry_of', nullable: true }),
    __metadata("design:type", Object)
], Operation.prototype, "retryOf", void 0);
__decorate([
    (0, typeorm_1.Column)('uuid', { nullable: true }),
    __metadata("design:type", Object)
], Operation.prototype, "repeats", void 0);
__decorate([
    (0, typeorm_1.Column)('uuid', { name: 'ended_by', nullable: true }),
    __metadata("design:type", Object)
], Operation.prototype, "endedBy", void 0);
__decorate([
    (0, typeorm_1.Column)('text', { nullable: true }),
    __metadata("design:type", Object)
], Operation.prototype, "traceparent", void 0);
__decorate([
    (0, typeorm_1.Column)('timestamptz', { name: 'created_at', default: () => 'now()' }),
    __metadata("design:type", Date)
], Operation.prototype, "createdAt", void 0);
__decorate([
    (0, typeorm_1.Column)('timestamptz', { name: 'started_at', nullable: true }),
    __metadata("design:type", Object)
], Operation.prototype, "startedAt", void 0);
__decorate([
    (0, typeorm_1.Column)('timestamptz', { name: 'finished_at', nullable: true }),
    __metadata("design:type", Object)
], Operation.prototype, "finishedAt", void 0);
__decorate([
    (0, typeorm_1.Column)('jsonb'),
    __metadata("design:type", Array)
], Operation.prototype, "steps", void 0);
__decorate([
    (0, typeorm_1.Column)('bigint', { array: true, default: () => "'{}'" }),
    __metadata("design:type", Array)
], Operation.prototype, "changes", void 0);
exports.Operation = Operation = __decorate([
    (0, typeorm_1.Entity)('operations')
], Operation);
//# sourceMappingURL=operation.entity.js.map