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
exports.Repair = exports.IntegrityHealth = exports.INTEGRITY_VERDICTS = exports.FindingCount = exports.IntegrityRun = exports.Finding = exports.RUN_STATES = exports.IntegrityRow = exports.IntegrityUser = exports.IntegrityQuery = exports.INTEGRITY_ROWS_PER_PAGE = exports.INTEGRITY_PATH = exports.FINDING_KINDS = void 0;
const openapi = require("@nestjs/swagger");
const swagger_1 = require("@nestjs/swagger");
const class_validator_1 = require("class-validator");
const validation_js_1 = require("./validation.js");
/**
 * What is wrong with a row: its user is not there, it is not there itself (or not in force), it holds an old copy, it
 * outlived its user, or it is (or belongs to) a user who is deleted or purged by the ledger.
 */
exports.FINDING_KINDS = [
    'dangling',
    'missing',
    'stale-copy',
    'live-after-delete',
    'resurrected',
];
/** Where a service lists its rows for a comparison: `GET /internal/integrity/{users|customers|orders}`. */
exports.INTEGRITY_PATH = '/internal/integrity';
/** The most rows of one page. */
exports.INTEGRITY_ROWS_PER_PAGE = 1000;
/** Pages in the order of the keys. */
class IntegrityQuery {
    constructor() {
        this.limit = 500;
    }
    static _OPENAPI_METADATA_FACTORY() {
        return { after: { required: false, type: () => String, description: "The last key of the page before.", format: "uuid" }, limit: { required: true, type: () => Number, default: 500, minimum: 1, maximum: exports.INTEGRITY_ROWS_PER_PAGE }, userId: { required: false, type: () => String, description: "The rows of this one user alone.", format: "uuid" } };
    }
}
exports.IntegrityQuery = IntegrityQuery;
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsUUID)(),
    __metadata("design:type", String)
], IntegrityQuery.prototype, "after", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, validation_js_1.FromDigits)(),
    (0, class_validator_1.IsInt)(),
    (0, class_validator_1.Min)(1),
    (0, class_validator_1.Max)(exports.INTEGRITY_ROWS_PER_PAGE),
    __metadata("design:type", Number)
], IntegrityQuery.prototype, "limit", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsUUID)(),
    __metadata("design:type", String)
], IntegrityQuery.prototype, "userId", void 0);
/** A user, as far as others refer to one. Purged users are not listed. */
class IntegrityUser {
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => String }, state: { required: true, enum: ["active", "deleted"] }, name: { required: true, type: () => String } };
    }
}
exports.IntegrityUser = IntegrityUser;
/** A row that refers to a user. What a purge has anonymised is not listed. */
class IntegrityRow {
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => String, description: "Its own key, by which the pages are ordered; the user's id where each user has one such row." }, relation: { required: true, type: () => String, description: "A relation of relations.ts." }, userId: { required: true, type: () => String }, live: { required: true, type: () => Boolean, description: "Whether it is in force, as nothing of a deleted user may be." }, name: { required: false, type: () => String, description: "The copy of the user's name, where the relation has one that follows the user." } };
    }
}
exports.IntegrityRow = IntegrityRow;
exports.RUN_STATES = ['running', 'done', 'failed'];
class Finding {
    static _OPENAPI_METADATA_FACTORY() {
        return { relation: { required: true, type: () => String }, kind: { required: true, enum: ["dangling", "missing", "stale-copy", "live-after-delete", "resurrected"] }, id: { required: true, type: () => String }, userId: { required: true, type: () => String } };
    }
}
exports.Finding = Finding;
/** One comparison of the services' data. */
class IntegrityRun {
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => String }, state: { required: true, enum: ["done", "running", "failed"] }, checked: { required: true, type: () => Number, description: "Rows that were compared." }, startedAt: { required: true, type: () => String }, finishedAt: { required: true, type: () => String, nullable: true }, findings: { required: true, type: () => [require("./integrity").Finding] }, problem: { required: true, type: () => Object, nullable: true, description: "Of a failed run: why. `service` and `table` name what could not be compared, if it was one." }, current: { required: true, type: () => Boolean, description: "Whether what it says is so now: it is done, not long ago, and no later run has ended in another way." } };
    }
}
exports.IntegrityRun = IntegrityRun;
__decorate([
    (0, swagger_1.ApiProperty)({ allOf: [{ $ref: '#/components/schemas/Problem' }] }),
    __metadata("design:type", Object)
], IntegrityRun.prototype, "problem", void 0);
/** How many findings of a kind there are. */
class FindingCount {
    static _OPENAPI_METADATA_FACTORY() {
        return { relation: { required: true, type: () => String }, kind: { required: true, enum: ["dangling", "missing", "stale-copy", "live-after-delete", "resurrected"] }, count: { required: true, type: () => Number } };
    }
}
exports.FindingCount = FindingCount;
exports.INTEGRITY_VERDICTS = ['agree', 'findings', 'unknown'];
/** What is known of the services' agreement. */
class IntegrityHealth {
    static _OPENAPI_METADATA_FACTORY() {
        return { verdict: { required: true, description: "`agree` only where the newest run is done, not long ago, and has found nothing.", enum: ["agree", "findings", "unknown"] }, lastSuccessAt: { required: true, type: () => String, nullable: true, description: "When a run last compared everything; null before the first." }, findings: { required: true, type: () => [require("./integrity").FindingCount], description: "Of the last run that is done and of those after it; what is not named was not found." }, problem: { required: true, type: () => Object, nullable: true, description: "Why the newest run failed; null where it did not." } };
    }
}
exports.IntegrityHealth = IntegrityHealth;
__decorate([
    (0, swagger_1.ApiProperty)({ allOf: [{ $ref: '#/components/schemas/Problem' }] }),
    __metadata("design:type", Object)
], IntegrityHealth.prototype, "problem", void 0);
/** `POST /v1/ops/integrity/runs/{id}/repair`: the writes that mend what the run has found, one for each user. */
class Repair {
    static _OPENAPI_METADATA_FACTORY() {
        return { items: { required: true, type: () => [require("./operations").OperationView] } };
    }
}
exports.Repair = Repair;
//# sourceMappingURL=integrity.js.map