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
exports.CustomerFollowed = exports.CustomerPurged = exports.CustomerDeletedAgain = exports.CustomerRestored = exports.CustomerUndeleted = exports.CustomerDeleted = void 0;
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../libs/contracts/src/index.js");
/** The answer to a deletion. The customer is null when there was none. */
class CustomerDeleted {
}
exports.CustomerDeleted = CustomerDeleted;
__decorate([
    (0, swagger_1.ApiProperty)({ type: contracts_1.CustomerView, nullable: true }),
    __metadata("design:type", Object)
], CustomerDeleted.prototype, "customer", void 0);
__decorate([
    (0, swagger_1.ApiProperty)({ type: [String], description: 'The orders that it cancelled.' }),
    __metadata("design:type", Array)
], CustomerDeleted.prototype, "cancelled", void 0);
/** The answer to the undo of a deletion. */
class CustomerUndeleted {
}
exports.CustomerUndeleted = CustomerUndeleted;
__decorate([
    (0, swagger_1.ApiProperty)({ type: contracts_1.CustomerView, nullable: true }),
    __metadata("design:type", Object)
], CustomerUndeleted.prototype, "customer", void 0);
__decorate([
    (0, swagger_1.ApiProperty)({ type: [String], description: 'The orders that are placed or paid again.' }),
    __metadata("design:type", Array)
], CustomerUndeleted.prototype, "reopened", void 0);
/** The answer to a restore. */
class CustomerRestored {
}
exports.CustomerRestored = CustomerRestored;
__decorate([
    (0, swagger_1.ApiProperty)({ type: contracts_1.CustomerView }),
    __metadata("design:type", contracts_1.CustomerView)
], CustomerRestored.prototype, "customer", void 0);
__decorate([
    (0, swagger_1.ApiProperty)({ type: [String], description: 'The orders that the deletion cancelled.' }),
    __metadata("design:type", Array)
], CustomerRestored.prototype, "staysCancelled", void 0);
/** The answer to the undo of a restore. */
class CustomerDeletedAgain {
}
exports.CustomerDeletedAgain = CustomerDeletedAgain;
__decorate([
    (0, swagger_1.ApiProperty)({ type: contracts_1.CustomerView }),
    __metadata("design:type", contracts_1.CustomerView)
], CustomerDeletedAgain.prototype, "customer", void 0);
/** The answer to a purge. */
class CustomerPurged {
}
exports.CustomerPurged = CustomerPurged;
__decorate([
    (0, swagger_1.ApiProperty)({
        type: 'array',
        items: { type: 'object' },
        description: 'What was erased of which relation, and what was kept of it.',
    }),
    __metadata("design:type", Array)
], CustomerPurged.prototype, "erasures", void 0);
/** The answer to following a user. Where the user is absent there is no customer, and all is erased. */
class CustomerFollowed extends CustomerPurged {
}
exports.CustomerFollowed = CustomerFollowed;
__decorate([
    (0, swagger_1.ApiProperty)({ type: contracts_1.CustomerView, nullable: true }),
    __metadata("design:type", Object)
], CustomerFollowed.prototype, "customer", void 0);
__decorate([
    (0, swagger_1.ApiProperty)({ type: [String], description: 'The orders that it cancelled.' }),
    __metadata("design:type", Array)
], CustomerFollowed.prototype, "cancelled", void 0);
//# sourceMappingURL=deletion-answers.js.map