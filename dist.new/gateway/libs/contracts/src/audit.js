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
exports.AuditEntry = exports.AuditQuery = exports.AUDIT_ACTIONS = exports.NOTICES = exports.INTERVENTIONS = void 0;
const openapi = require("@nestjs/swagger");
const class_validator_1 = require("class-validator");
const kinds_js_1 = require("./kinds.js");
const pages_js_1 = require("./pages.js");
const validation_js_1 = require("./validation.js");
const webhooks_js_1 = require("./webhooks.js");
/** What an operator does to a lane or to a write in it. */
exports.INTERVENTIONS = [
    'lane.pause',
    'lane.resume',
    'lane.release',
    'operation.retry',
    'operation.cancel',
    'operation.reveal',
];
/** What the system notices by itself: a database that was put back as it was before. */
exports.NOTICES = ['service.went-back', 'ledger.went-back'];
/** How the trail tells that a write has ended without success: `order.pay failed`. */
const UNSUCCESSFUL = ['failed', 'cancelled', 'rejected'];
/** Everything that the trail tells of: interventions, webhooks, notices, and the end of every write by its kind. */
exports.AUDIT_ACTIONS = [
    ...exports.INTERVENTIONS,
    ...webhooks_js_1.WEBHOOK_ACTIONS,
    ...exports.NOTICES,
    ...kinds_js_1.OPERATION_KINDS.flatMap((kind) => [kind, ...UNSUCCESSFUL.map((end) => `${kind} ${end}`)]),
];
class AuditQuery extends pages_js_1.PageQuery {
    static _OPENAPI_METADATA_FACTORY() {
        return { userId: { required: false, type: () => String, description: "To whom it was done.", format: "uuid" }, actorId: { required: false, type: () => String, description: "Who did it.", format: "uuid" }, action: { required: false, type: () => String, enum: exports.AUDIT_ACTIONS } };
    }
}
exports.AuditQuery = AuditQuery;
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsUUID)(),
    __metadata("design:type", String)
], AuditQuery.prototype, "userId", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsUUID)(),
    __metadata("design:type", String)
], AuditQuery.prototype, "actorId", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsIn)(exports.AUDIT_ACTIONS),
    __metadata("design:type", String)
], AuditQuery.prototype, "action", void 0);
/** Who did what to whom, when, and by which operation. */
class AuditEntry {
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => String, description: "Grows with the trail." }, at: { required: true, type: () => String }, actorId: { required: true, type: () => String, nullable: true, description: "Null for what the system does by itself, an anonymous registration, and `npm run ledger`." }, action: { required: true, type: () => String }, userId: { required: true, type: () => String, nullable: true, description: "Null for what is done to no user." }, operationId: { required: true, type: () => String, nullable: true }, reason: { required: true, type: () => String, nullable: true }, before: { required: true, type: "object", additionalProperties: true, nullable: true, description: "Names and addresses, settings, or how a halted write stood; null where it is not about them, and after the purge." }, after: { required: true, type: "object", additionalProperties: true, nullable: true } };
    }
}
exports.AuditEntry = AuditEntry;
//# sourceMappingURL=audit.js.map