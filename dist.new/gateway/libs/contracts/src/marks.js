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
exports.FenceView = exports.FencesQuery = exports.MarkKept = exports.SetMark = exports.MarkView = exports.ExpectedFence = exports.Mark = exports.FENCES_PER_MARK = exports.FENCES_PER_PAGE = exports.FENCES_PATH = exports.MARK_PATH = void 0;
const openapi = require("@nestjs/swagger");
const class_validator_1 = require("class-validator");
const validation_js_1 = require("./validation.js");
/*
 * How the gateway notices that a database was put back as it was before (a restored backup). Every few seconds it
 * writes a mark into each service's database and into its ledger; of the two sides the one with the older mark went
 * back in time.
 */
/** `GET` and `PUT /internal/mark` of a service. */
exports.MARK_PATH = '/internal/mark';
/** `GET /internal/fences` of a service: how far it has come with each user, page by page. */
exports.FENCES_PATH = '/internal/fences';
/** The most fences of one page. */
exports.FENCES_PER_PAGE = 1000;
/** The most fences that come with a mark: the newest are lost first. */
exports.FENCES_PER_MARK = 50;
const MAX_SEQ = 2 ** 31 - 1;
/** A sign that the gateway leaves in a service's database. */
class Mark {
    static _OPENAPI_METADATA_FACTORY() {
        return { number: { required: true, type: () => Number, description: "Greater than that of every mark before.", minimum: 1, maximum: Number.MAX_SAFE_INTEGER }, token: { required: true, type: () => String, description: "Random: two histories that count alike differ in it.", format: "uuid" }, at: { required: true, type: () => String, description: "When it was made, on the ledger's clock." } };
    }
}
exports.Mark = Mark;
__decorate([
    (0, class_validator_1.IsInt)(),
    (0, class_validator_1.Min)(1),
    (0, class_validator_1.Max)(Number.MAX_SAFE_INTEGER),
    __metadata("design:type", Number)
], Mark.prototype, "number", void 0);
__decorate([
    (0, class_validator_1.IsUUID)(),
    __metadata("design:type", String)
], Mark.prototype, "token", void 0);
__decorate([
    (0, validation_js_1.Time)(),
    __metadata("design:type", String)
], Mark.prototype, "at", void 0);
/** Up to where the service must have come in a user's lane, since it has answered a step of that place. */
class ExpectedFence {
    static _OPENAPI_METADATA_FACTORY() {
        return { userId: { required: true, type: () => String, format: "uuid" }, seq: { required: true, type: () => Number, minimum: 1, maximum: MAX_SEQ } };
    }
}
exports.ExpectedFence = ExpectedFence;
__decorate([
    (0, class_validator_1.IsUUID)(),
    __metadata("design:type", String)
], ExpectedFence.prototype, "userId", void 0);
__decorate([
    (0, class_validator_1.IsInt)(),
    (0, class_validator_1.Min)(1),
    (0, class_validator_1.Max)(MAX_SEQ),
    __metadata("design:type", Number)
], ExpectedFence.prototype, "seq", void 0);
/** What a service answers to `GET /internal/mark`. */
class MarkView {
    static _OPENAPI_METADATA_FACTORY() {
        return { mark: { required: true, type: () => require("./marks").Mark, nullable: true, description: "Null before the first, and in a database that is older than it." } };
    }
}
exports.MarkView = MarkView;
/** `PUT /internal/mark`: a new mark, kept only where the service has come as far as the ledger says. */
class SetMark {
    static _OPENAPI_METADATA_FACTORY() {
        return { mark: { required: true, type: () => require("./marks").Mark }, fences: { required: true, type: () => [require("./marks").ExpectedFence] } };
    }
}
exports.SetMark = SetMark;
__decorate([
    (0, validation_js_1.Nested)(() => Mark),
    __metadata("design:type", Mark)
], SetMark.prototype, "mark", void 0);
__decorate([
    (0, class_validator_1.IsArray)(),
    (0, class_validator_1.ArrayMaxSize)(exports.FENCES_PER_MARK),
    (0, validation_js_1.Nested)(() => ExpectedFence, { each: true }),
    __metadata("design:type", Array)
], SetMark.prototype, "fences", void 0);
/** Whether the mark was kept. */
class MarkKept {
    static _OPENAPI_METADATA_FACTORY() {
        return { behind: { required: true, type: () => [String], description: "The users whose fences are behind: with one of them the mark was not kept." } };
    }
}
exports.MarkKept = MarkKept;
/** Pages in the order of the users' ids. */
class FencesQuery {
    constructor() {
        this.limit = 500;
    }
    static _OPENAPI_METADATA_FACTORY() {
        return { after: { required: false, type: () => String, description: "The last user of the page before.", format: "uuid" }, limit: { required: true, type: () => Number, default: 500, minimum: 1, maximum: exports.FENCES_PER_PAGE } };
    }
}
exports.FencesQuery = FencesQuery;
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsUUID)(),
    __metadata("design:type", String)
], FencesQuery.prototype, "after", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, validation_js_1.FromDigits)(),
    (0, class_validator_1.IsInt)(),
    (0, class_validator_1.Min)(1),
    (0, class_validator_1.Max)(exports.FENCES_PER_PAGE),
    __metadata("design:type", Number)
], FencesQuery.prototype, "limit", void 0);
/** How far a service has come with a user. */
class FenceView {
    static _OPENAPI_METADATA_FACTORY() {
        return { userId: { required: true, type: () => String }, seq: { required: true, type: () => Number, description: "The newest place of the user's lane that it has seen." }, tombstoned: { required: true, type: () => Boolean, description: "Whether the user is deleted or purged as far as the service knows." } };
    }
}
exports.FenceView = FenceView;
//# sourceMappingURL=marks.js.map