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
exports.Lane = void 0;
const typeorm_1 = require("typeorm");
/** One user's lane: whether it takes writes, whether it carries them out, and how far it has come. */
let Lane = class Lane {
};
exports.Lane = Lane;
__decorate([
    (0, typeorm_1.PrimaryColumn)('uuid', { name: 'user_id' }),
    __metadata("design:type", String)
], Lane.prototype, "userId", void 0);
__decorate([
    (0, typeorm_1.Column)('text', { default: 'open' }),
    __metadata("design:type", String)
], Lane.prototype, "admission", void 0);
__decorate([
    (0, typeorm_1.Column)('text', { default: 'running' }),
    __metadata("design:type", String)
], Lane.prototype, "execution", void 0);
__decorate([
    (0, typeorm_1.Column)('integer', { name: 'last_seq', default: 0 }),
    __metadata("design:type", Number)
], Lane.prototype, "lastSeq", void 0);
__decorate([
    (0, typeorm_1.Column)('integer', { name: 'ended_to', default: 0 }),
    __metadata("design:type", Number)
], Lane.prototype, "endedTo", void 0);
__decorate([
    (0, typeorm_1.Column)('integer', { default: 0 }),
    __metadata("design:type", Number)
], Lane.prototype, "depth", void 0);
__decorate([
    (0, typeorm_1.Column)('integer', { default: 0 }),
    __metadata("design:type", Number)
], Lane.prototype, "failed", void 0);
__decorate([
    (0, typeorm_1.Column)('integer', { default: 0 }),
    __metadata("design:type", Number)
], Lane.prototype, "cancelled", void 0);
__decorate([
    (0, typeorm_1.Column)('integer', { default: 0 }),
    __metadata("design:type", Number)
], Lane.prototype, "rejected", void 0);
__decorate([
    (0, typeorm_1.Column)('text', { nullable: true }),
    __metadata("design:type", Object)
], Lane.prototype, "reason", void 0);
__decorate([
    (0, typeorm_1.Column)('uuid', { name: 'paused_by', nullable: true }),
    __metadata("design:type", Object)
], Lane.prototype, "pausedBy", void 0);
__decorate([
    (0, typeorm_1.Column)('timestamptz', { name: 'paused_at', nullable: true }),
    __metadata("design:type", Object)
], Lane.prototype, "pausedAt", void 0);
__decorate([
    (0, typeorm_1.Column)('timestamptz', { name: 'sessions_valid_from', nullable: true }),
    __metadata("design:type", Object)
], Lane.prototype, "sessionsValidFrom", void 0);
__decorate([
    (0, typeorm_1.Column)('timestamptz', { name: 'deleted_at', nullable: true }),
    __metadata("design:type", Object)
], Lane.prototype, "deletedAt", void 0);
__decorate([
    (0, typeorm_1.Column)('timestamptz', { name: 'decided_at', nullable: true }),
    __metadata("design:type", Object)
], Lane.prototype, "decidedAt", void 0);
__decorate([
    (0, typeorm_1.Column)('timestamptz', { name: 'created_at', default: () => 'now()' }),
    __metadata("design:type", Date)
], Lane.prototype, "createdAt", void 0);
exports.Lane = Lane = __decorate([
    (0, typeorm_1.Entity)('lanes')
], Lane);
//# sourceMappingURL=lane.entity.js.map