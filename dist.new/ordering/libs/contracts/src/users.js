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
exports.RestoredUser = exports.UserView = exports.REGISTERED_STATES = exports.CONFIRMED_STATES = exports.USER_STATES = exports.DeleteUserQuery = exports.SetClaims = exports.SetRoles = exports.ChangePassword = exports.UpdateUser = exports.RegisterUser = exports.PASSWORD_LENGTH = exports.ROLES = void 0;
const openapi = require("@nestjs/swagger");
const class_validator_1 = require("class-validator");
const validation_js_1 = require("./validation.js");
/**
 * The roles: `operator` looks at everything that operators see, `operator.act` acts on it too, `operator.reveal` opens
 * sealed payloads too, `admin` may do all of this and what the shop's administrators do.
 */
exports.ROLES = ['operator', 'operator.act', 'operator.reveal', 'admin'];
/** The most bytes of JSON that a user's claims may have. */
const MAX_CLAIMS_BYTES = 4096;
/** NIST SP 800-63B: length and a list of common passwords, no rules of composition. */
exports.PASSWORD_LENGTH = { min: 10, max: 128 };
function isFlatClaims(value) {
    return (typeof value === 'object' &&
        value !== null &&
        !Array.isArray(value) &&
        Object.values(value).every((item) => ['string', 'number', 'boolean'].includes(typeof item)) &&
        Buffer.byteLength(JSON.stringify(value)) <= MAX_CLAIMS_BYTES);
}
class RegisterUser {
    static _OPENAPI_METADATA_FACTORY() {
        return { email: { required: true, type: () => String }, password: { required: true, type: () => String, minLength: exports.PASSWORD_LENGTH.min, maxLength: exports.PASSWORD_LENGTH.max }, firstName: { required: true, type: () => String }, lastName: { required: true, type: () => String } };
    }
}
exports.RegisterUser = RegisterUser;
__decorate([
    (0, validation_js_1.Email)(),
    __metadata("design:type", String)
], RegisterUser.prototype, "email", void 0);
__decorate([
    (0, class_validator_1.IsString)(),
    (0, class_validator_1.Length)(exports.PASSWORD_LENGTH.min, exports.PASSWORD_LENGTH.max),
    __metadata("design:type", String)
], RegisterUser.prototype, "password", void 0);
__decorate([
    (0, validation_js_1.Text)(),
    __metadata("design:type", String)
], RegisterUser.prototype, "firstName", void 0);
__decorate([
    (0, validation_js_1.Text)(),
    __metadata("design:type", String)
], RegisterUser.prototype, "lastName", void 0);
class UpdateUser {
    static _OPENAPI_METADATA_FACTORY() {
        return { email: { required: false, type: () => String }, firstName: { required: false, type: () => String }, lastName: { required: false, type: () => String } };
    }
}
exports.UpdateUser = UpdateUser;
__decorate([
    (0, validation_js_1.Optional)(),
    (0, validation_js_1.Email)(),
    __metadata("design:type", String)
], UpdateUser.prototype, "email", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, validation_js_1.Text)(),
    __metadata("design:type", String)
], UpdateUser.prototype, "firstName", void 0);
__decorate([
    (0, validation_js_1.Optional)(),
    (0, validation_js_1.Text)(),
    __metadata("design:type", String)
], UpdateUser.prototype, "lastName", void 0);
class ChangePassword {
    static _OPENAPI_METADATA_FACTORY() {
        return { currentPassword: { required: true, type: () => String, minLength: 1, maxLength: exports.PASSWORD_LENGTH.max }, newPassword: { required: true, type: () => String, minLength: exports.PASSWORD_LENGTH.min, maxLength: exports.PASSWORD_LENGTH.max } };
    }
}
exports.ChangePassword = ChangePassword;
__decorate([
    (0, class_validator_1.IsString)(),
    (0, class_validator_1.Length)(1, exports.PASSWORD_LENGTH.max),
    __metadata("design:type", String)
], ChangePassword.prototype, "currentPassword", void 0);
__decorate([
    (0, class_validator_1.IsString)(),
    (0, class_validator_1.Length)(exports.PASSWORD_LENGTH.min, exports.PASSWORD_LENGTH.max),
    __metadata("design:type", String)
], ChangePassword.prototype, "newPassword", void 0);
class SetRoles {
    static _OPENAPI_METADATA_FACTORY() {
        return { roles: { required: true, type: () => [Object], enum: ["operator", "operator.act", "operator.reveal", "admin"], isArray: true, enum: exports.ROLES, isArray: true, uniqueItems: true } };
    }
}
exports.SetRoles = SetRoles;
__decorate([
    (0, class_validator_1.IsArray)(),
    (0, class_validator_1.ArrayUnique)(),
    (0, class_validator_1.ArrayMaxSize)(exports.ROLES.length),
    (0, class_validator_1.IsIn)(exports.ROLES, { each: true }),
    __metadata("design:type", Array)
], SetRoles.prototype, "roles", void 0);
class SetClaims {
    static _OPENAPI_METADATA_FACTORY() {
        return { claims: { required: true, type: "object", additionalProperties: true, description: "A flat object of strings, numbers and booleans, at most 4 KiB." } };
    }
}
exports.SetClaims = SetClaims;
__decorate([
    (0, validation_js_1.Rule)('flatClaims', `claims must be a flat object of strings, numbers and booleans of at most ${MAX_CLAIMS_BYTES} bytes`, isFlatClaims),
    __metadata("design:type", Object)
], SetClaims.prototype, "claims", void 0);
class DeleteUserQuery {
    constructor() {
        /** What happens to the writes that wait before the deletion: they run, or are cancelled. */
        this.pending = 'run';
    }
    static _OPENAPI_METADATA_FACTORY() {
        return { pending: { required: true, description: "What happens to the writes that wait before the deletion: they run, or are cancelled.", default: "run", enum: ["run", "cancel"], enum: ['run', 'cancel'] } };
    }
}
exports.DeleteUserQuery = DeleteUserQuery;
__decorate([
    (0, validation_js_1.Optional)(),
    (0, class_validator_1.IsIn)(['run', 'cancel']),
    __metadata("design:type", String)
], DeleteUserQuery.prototype, "pending", void 0);
exports.USER_STATES = ['active', 'deleted'];
/** What `identity.confirm` answers. `absent` is who never was, or is purged. */
exports.CONFIRMED_STATES = [...exports.USER_STATES, 'absent'];
/** What the ledger, which is the register of deletions, says of a user whom it has decided about. */
exports.REGISTERED_STATES = ['active', 'deleted', 'purged'];
class UserView {
    static _OPENAPI_METADATA_FACTORY() {
        return { id: { required: true, type: () => String }, email: { required: true, type: () => String }, firstName: { required: true, type: () => String }, lastName: { required: true, type: () => String }, roles: { required: true, type: () => [Object], enum: ["operator", "operator.act", "operator.reveal", "admin"], isArray: true }, claims: { required: true, type: "object", additionalProperties: true }, state: { required: true, enum: ["active", "deleted"] }, version: { required: true, type: () => Number }, createdAt: { required: true, type: () => String }, updatedAt: { required: true, type: () => String }, deletedAt: { required: false, type: () => String, description: "Only of a deleted user." } };
    }
}
exports.UserView = UserView;
class RestoredUser extends UserView {
    static _OPENAPI_METADATA_FACTORY() {
        return { staysCancelled: { required: true, type: () => [String], description: "The orders that the deletion has cancelled, and that stay so." } };
    }
}
exports.RestoredUser = RestoredUser;
//# sourceMappingURL=users.js.map