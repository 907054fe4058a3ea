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
var __param = (this && this.__param) || function (paramIndex, decorator) {
    return function (target, key) { decorator(target, key, paramIndex); }
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.UsersController = void 0;
const openapi = require("@nestjs/swagger");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../libs/contracts/src/index.js");
const service_1 = require("../../libs/service/src/index.js");
const deletion_js_1 = require("./deletion.js");
const users_js_1 = require("./users.js");
class EmailQuery {
}
__decorate([
    (0, swagger_1.ApiProperty)({ format: 'email' }),
    (0, contracts_1.Email)(),
    __metadata("design:type", String)
], EmailQuery.prototype, "email", void 0);
class UserId {
}
__decorate([
    (0, swagger_1.ApiProperty)({ format: 'uuid' }),
    __metadata("design:type", String)
], UserId.prototype, "id", void 0);
class RenameUser extends (0, swagger_1.PickType)(contracts_1.UpdateUser, ['firstName', 'lastName']) {
}
/** Users as they are read; and, for administrators' scripts, changes that begin here and that the lanes follow. */
let UsersController = class UsersController {
    constructor(steps, users, deletion) {
        this.steps = steps;
        this.users = users;
        this.deletion = deletion;
    }
    /** Users, deleted ones too, newest first; `search` finds parts of addresses and of names. */
    list(query) {
        return this.users.list(query);
    }
    /** Whose present address that is, in whatever case it is written. */
    findIdByEmail({ email }) {
        return this.users.findIdByEmail(email);
    }
    /** A user who is not purged; `deletedAt` stands only in a deleted one. */
    find(id) {
        return this.users.find(id);
    }
    /** Deletes a user at once, beside the lane. One who is deleted already is left as is. */
    delete(id) {
        return this.steps.beside(id, 'identity.delete', (tx) => this.deletion.deleteBeside(tx, id));
    }
    /** Renames a user at once, beside the lane. */
    rename(id, names) {
        return this.steps.beside(id, 'identity.update', (tx) => this.users.update(tx, { userId: id }, names));
    }
};
exports.UsersController = UsersController;
__decorate([
    openapi.ApiOperation({ summary: "Users, deleted ones too, newest first; `search` finds parts of addresses and of names." }),
    (0, common_1.Get)(),
    (0, service_1.ApiPage)(contracts_1.UserView),
    openapi.ApiResponse({ status: 200 }),
    __param(0, (0, common_1.Query)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.UsersQuery]),
    __metadata("design:returntype", Promise)
], UsersController.prototype, "list", null);
__decorate([
    openapi.ApiOperation({ summary: "Whose present address that is, in whatever case it is written." }),
    (0, common_1.Get)('by-email'),
    (0, swagger_1.ApiOkResponse)({ type: UserId, description: 'The user.' }),
    __param(0, (0, common_1.Query)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [EmailQuery]),
    __metadata("design:returntype", Promise)
], UsersController.prototype, "findIdByEmail", null);
__decorate([
    openapi.ApiOperation({ summary: "A user who is not purged; `deletedAt` stands only in a deleted one." }),
    (0, common_1.Get)(':id'),
    openapi.ApiResponse({ status: 200, type: require("../../libs/contracts/src/users").UserView }),
    __param(0, (0, common_1.Param)('id', common_1.ParseUUIDPipe)),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String]),
    __metadata("design:returntype", Promise)
], UsersController.prototype, "find", null);
__decorate([
    openapi.ApiOperation({ summary: "Deletes a user at once, beside the lane. One who is deleted already is left as is." }),
    (0, common_1.Delete)(':id'),
    (0, common_1.HttpCode)(204),
    openapi.ApiResponse({ status: 204 }),
    __param(0, (0, common_1.Param)('id', common_1.ParseUUIDPipe)),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String]),
    __metadata("design:returntype", Promise)
], UsersController.prototype, "delete", null);
__decorate([
    openapi.ApiOperation({ summary: "Renames a user at once, beside the lane." }),
    (0, common_1.Patch)(':id'),
    (0, common_1.HttpCode)(204),
    openapi.ApiResponse({ status: 204 }),
    __param(0, (0, common_1.Param)('id', common_1.ParseUUIDPipe)),
    __param(1, (0, common_1.Body)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, RenameUser]),
    __metadata("design:returntype", Promise)
], UsersController.prototype, "rename", null);
exports.UsersController = UsersController = __decorate([
    (0, swagger_1.ApiTags)('users'),
    (0, common_1.Controller)('internal/users'),
    (0, common_1.UseGuards)(service_1.ServiceTokenGuard),
    __metadata("design:paramtypes", [service_1.Steps,
        users_js_1.Users,
        deletion_js_1.Deletion])
], UsersController);
//# sourceMappingURL=users.controller.js.map