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
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const uuid_1 = require("uuid");
const services_js_1 = require("../run/services.js");
const admit_js_1 = require("./admit.js");
const authorise_js_1 = require("./authorise.js");
const caller_js_1 = require("./caller.js");
const http_js_1 = require("./http.js");
const reads_js_1 = require("./reads.js");
const registered_js_1 = require("./registered.js");
const request_js_1 = require("./request.js");
const sign_in_throttle_js_1 = require("./sign-in-throttle.js");
const routes_js_1 = require("./routes.js");
/** Users: their data is identity's, their writes go through their lane. */
let UsersController = class UsersController {
    constructor(admission, services, reads, throttle, registered) {
        this.admission = admission;
        this.services = services;
        this.reads = reads;
        this.throttle = throttle;
        this.registered = registered;
    }
    /** Registers a user. Anybody may. The 202 carries `Operation-Token`, which lets the client read the operation. */
    register(body, request, reply) {
        const { password, ...profile } = body;
        const write = {
            ...userWrite('user.register', (0, uuid_1.v7)(), null),
            payload: { ...profile, roles: [] },
            anonymousScope: body.email,
            prepare: async () => {
                const { credentialId } = await this.prepareCredential({ password });
                return { credentialId };
            },
        };
        return this.admission.submit(write, request, reply);
    }
    /** Changes e-mail address or names. */
    update(id, body, caller, request, reply) {
        if (Object.keys(body).length === 0)
            throw (0, service_1.invalidRequest)([{ path: '', message: 'nothing is to be changed' }]);
        const write = { ...userWrite('user.update', id, caller), payload: { ...body } };
        return this.admission.submit(write, request, reply);
    }
    /** Changes the password. A wrong current one is refused at once, and counts as a failed sign-in. All other sessions end. */
    changePassword(id, { currentPassword, newPassword }, caller, request, reply) {
        const write = {
            ...userWrite('user.change-password', id, caller),
            payload: { keepSession: caller.sessionId },
            prepare: async () => {
                const credential = { password: newPassword, userId: id, currentPassword };
                const { email } = await this.user(id);
                const check = () => this.prepareCredential(credential);
                return { ...(await this.throttle.check(email, request, check)) };
            },
        };
        return this.admission.submit(write, request, reply);
    }
    /** Sets the roles. The user's sessions end, since roles stand in their tokens. */
    setRoles(id, body, caller, request, reply) {
        const write = { ...userWrite('user.set-roles', id, caller), payload: { ...body } };
        return this.admission.submit(write, request, reply);
    }
    /** Sets the claims: a flat object, which replaces the one before. */
    setClaims(id, body, caller, request, reply) {
        const write = { ...userWrite('user.set-claims', id, caller), payload: { ...body } };
        return this.admission.submit(write, request, reply);
    }
    /** Deletes the user. From the acknowledgement on no other write of the user is accepted. */
    delete(id, { pending }, caller, request, reply) {
        const write = { ...userWrite('user.delete', id, caller), cancelsWaiting: pending === 'cancel' };
        return this.admission.submit(write, request, reply);
    }
    /** Brings a deleted user back within the grace period. What the deletion cancelled stays cancelled. */
    restore(id, caller, request, reply) {
        return this.admission.submit(userWrite('user.restore', id, caller), request, reply);
    }
    /** One user. */
    async read(id, caller, request, reply) {
        (0, authorise_js_1.authorise)('user.read', caller, id);
        await this.reads.after(request, caller, id);
        const user = await this.registered.user(await this.user(id));
        return (0, reads_js_1.sendResource)(user, request, reply);
    }
    /** All users, newest first. For `Read-After` a list of everybody is in the caller's own lane. */
    async list(query, caller, request) {
        await this.reads.after(request, caller, caller.userId);
        const call = { method: 'GET', path: '/internal/users', query };
        return this.registered.users(await this.services.ask('identity', call));
    }
    user(id) {
        return this.services.ask('identity', { method: 'GET', path: `/internal/users/${id}` });
    }
    prepareCredential(body) {
        return this.services.ask('identity', { method: 'POST', path: '/internal/credentials', body });
    }
};
exports.UsersController = UsersController;
__decorate([
    openapi.ApiOperation({ summary: "Registers a user. Anybody may. The 202 carries `Operation-Token`, which lets the client read the operation." }),
    (0, common_1.Post)(),
    (0, http_js_1.AcceptsWrite)('user.register', contracts_1.UserView, 'email-taken'),
    openapi.ApiResponse({ status: 201, type: Object }),
    __param(0, (0, common_1.Body)()),
    __param(1, (0, common_1.Req)()),
    __param(2, (0, common_1.Res)({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.RegisterUser, Object, Object]),
    __metadata("design:returntype", void 0)
], UsersController.prototype, "register", null);
__decorate([
    openapi.ApiOperation({ summary: "Changes e-mail address or names." }),
    (0, common_1.Patch)(':id'),
    (0, http_js_1.AcceptsWrite)('user.update', contracts_1.UserView, 'email-taken'),
    openapi.ApiResponse({ status: 200, type: Object }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, common_1.Body)()),
    __param(2, (0, caller_js_1.CurrentCaller)()),
    __param(3, (0, common_1.Req)()),
    __param(4, (0, common_1.Res)({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, contracts_1.UpdateUser, Object, Object, Object]),
    __metadata("design:returntype", void 0)
], UsersController.prototype, "update", null);
__decorate([
    openapi.ApiOperation({ summary: "Changes the password. A wrong current one is refused at once, and counts as a failed sign-in. All other sessions end." }),
    (0, common_1.Put)(':id/password'),
    (0, http_js_1.AcceptsWrite)('user.change-password', contracts_1.UserView, 'invalid-credentials'),
    openapi.ApiResponse({ status: 200, type: Object }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, common_1.Body)()),
    __param(2, (0, caller_js_1.CurrentCaller)()),
    __param(3, (0, common_1.Req)()),
    __param(4, (0, common_1.Res)({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, contracts_1.ChangePassword, Object, Object, Object]),
    __metadata("design:returntype", void 0)
], UsersController.prototype, "changePassword", null);
__decorate([
    openapi.ApiOperation({ summary: "Sets the roles. The user's sessions end, since roles stand in their tokens." }),
    (0, common_1.Put)(':id/roles'),
    (0, http_js_1.AcceptsWrite)('user.set-roles', contracts_1.UserView),
    openapi.ApiResponse({ status: 200, type: Object }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, common_1.Body)()),
    __param(2, (0, caller_js_1.CurrentCaller)()),
    __param(3, (0, common_1.Req)()),
    __param(4, (0, common_1.Res)({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, contracts_1.SetRoles, Object, Object, Object]),
    __metadata("design:returntype", void 0)
], UsersController.prototype, "setRoles", null);
__decorate([
    openapi.ApiOperation({ summary: "Sets the claims: a flat object, which replaces the one before." }),
    (0, common_1.Put)(':id/claims'),
    (0, http_js_1.AcceptsWrite)('user.set-claims', contracts_1.UserView),
    openapi.ApiResponse({ status: 200, type: Object }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, common_1.Body)()),
    __param(2, (0, caller_js_1.CurrentCaller)()),
    __param(3, (0, common_1.Req)()),
    __param(4, (0, common_1.Res)({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, contracts_1.SetClaims, Object, Object, Object]),
    __metadata("design:returntype", void 0)
], UsersController.prototype, "setClaims", null);
__decorate([
    openapi.ApiOperation({ summary: "Deletes the user. From the acknowledgement on no other write of the user is accepted." }),
    (0, common_1.Delete)(':id'),
    (0, http_js_1.AcceptsWrite)('user.delete', null, 'deletion-restricted'),
    (0, http_js_1.TakesNoBody)(),
    openapi.ApiResponse({ status: 200, type: Object }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, common_1.Query)()),
    __param(2, (0, caller_js_1.CurrentCaller)()),
    __param(3, (0, common_1.Req)()),
    __param(4, (0, common_1.Res)({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, contracts_1.DeleteUserQuery, Object, Object, Object]),
    __metadata("design:returntype", void 0)
], UsersController.prototype, "delete", null);
__decorate([
    openapi.ApiOperation({ summary: "Brings a deleted user back within the grace period. What the deletion cancelled stays cancelled." }),
    (0, common_1.Post)(':id/restore'),
    (0, http_js_1.AcceptsWrite)('user.restore', contracts_1.RestoredUser, 'user-not-deleted'),
    (0, http_js_1.TakesNoBody)(),
    openapi.ApiResponse({ status: 201, type: Object }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, caller_js_1.CurrentCaller)()),
    __param(2, (0, common_1.Req)()),
    __param(3, (0, common_1.Res)({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, Object, Object, Object]),
    __metadata("design:returntype", void 0)
], UsersController.prototype, "restore", null);
__decorate([
    openapi.ApiOperation({ summary: "One user." }),
    (0, common_1.Get)(':id'),
    (0, routes_js_1.Allows)('user.read'),
    (0, http_js_1.AcceptsReadAfter)(),
    (0, http_js_1.AcceptsIfNoneMatch)(contracts_1.UserView),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/users").UserView }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, caller_js_1.CurrentCaller)()),
    __param(2, (0, common_1.Req)()),
    __param(3, (0, common_1.Res)({ passthrough: true })),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, Object, Object, Object]),
    __metadata("design:returntype", Promise)
], UsersController.prototype, "read", null);
__decorate([
    openapi.ApiOperation({ summary: "All users, newest first. For `Read-After` a list of everybody is in the caller's own lane." }),
    (0, common_1.Get)(),
    (0, routes_js_1.Allows)('user.list'),
    (0, service_1.ApiPage)(contracts_1.UserView),
    (0, http_js_1.AcceptsReadAfter)(),
    openapi.ApiResponse({ status: 200 }),
    __param(0, (0, common_1.Query)()),
    __param(1, (0, caller_js_1.CurrentCaller)()),
    __param(2, (0, common_1.Req)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.UsersQuery, Object, Object]),
    __metadata("design:returntype", Promise)
], UsersController.prototype, "list", null);
exports.UsersController = UsersController = __decorate([
    (0, swagger_1.ApiTags)('users'),
    (0, common_1.Controller)('v1/users'),
    __metadata("design:paramtypes", [admit_js_1.Admission,
        services_js_1.Services,
        reads_js_1.Reads,
        sign_in_throttle_js_1.SignInThrottle,
        registered_js_1.Registered])
], UsersController);
function userWrite(kind, userId, caller) {
    return { kind, userId, target: { type: 'user', id: userId }, payload: {}, caller };
}
//# sourceMappingURL=users.controller.js.map