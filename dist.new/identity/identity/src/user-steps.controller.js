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
exports.UserStepsController = void 0;
const openapi = require("@nestjs/swagger");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../libs/contracts/src/index.js");
const service_1 = require("../../libs/service/src/index.js");
const confirmation_js_1 = require("./confirmation.js");
const deletion_js_1 = require("./deletion.js");
const purge_js_1 = require("./purge.js");
const users_js_1 = require("./users.js");
/** Identity's steps. Every answer that carries `Step-Recorded` is final and is given again for its key. */
let UserStepsController = class UserStepsController {
    constructor(steps, users, deletion, purging, confirmation) {
        this.steps = steps;
        this.users = users;
        this.deletion = deletion;
        this.purging = purging;
        this.confirmation = confirmation;
    }
    /** Makes the user of the lane, with a credential that was prepared before. */
    register(call, registration) {
        return this.steps.apply(call, (tx) => this.users.register(tx, call.userId, registration));
    }
    /** The user has never been: address and credential go too. */
    undoRegister(call) {
        return this.steps.undo(call, (0, contracts_1.undoneKey)(call.key), (tx) => this.users.undoRegister(tx, call.userId));
    }
    /** Changes names and address. An address that is given up stays reserved until `identity.release-email`. */
    update(call, ifMatch, changes) {
        const target = { userId: call.userId, ifMatch };
        return this.steps.apply(call, (tx) => this.users.update(tx, target, changes));
    }
    /** Names and address are as they were before; the version is a new one. */
    undoUpdate(call) {
        return this.steps.undo(call, (0, contracts_1.undoneKey)(call.key), (tx, before) => this.users.undoUpdate(tx, call.userId, before));
    }
    /** Frees the address that `identity.update` gave up. */
    releaseEmail(call) {
        return this.steps.apply(call, (tx) => this.users.releaseEmail(tx, call.userId));
    }
    /** Exchanges the credential, if it is still the one that was checked, and ends the other sessions. */
    changePassword(call, ifMatch, change) {
        const target = { userId: call.userId, ifMatch };
        return this.steps.apply(call, (tx) => this.users.changePassword(tx, target, change));
    }
    /** Replaces the roles. When they are others than before, the user's sessions end. */
    setRoles(call, ifMatch, roles) {
        const target = { userId: call.userId, ifMatch };
        return this.steps.apply(call, (tx) => this.users.setRoles(tx, target, roles));
    }
    /** Replaces the claims. */
    setClaims(call, ifMatch, claims) {
        const target = { userId: call.userId, ifMatch };
        return this.steps.apply(call, (tx) => this.users.setClaims(tx, target, claims));
    }
    /** Deletes the user softly and ends all sessions; from now on only a restore is carried out. */
    delete(call, ifMatch) {
        const target = { userId: call.userId, ifMatch };
        return this.steps.apply(call, (tx) => this.deletion.delete(tx, target), { tombstone: 'ignored' });
    }
    /** Brings a deleted user back; the sessions of before stay ended. */
    restore(call, ifMatch) {
        const target = { userId: call.userId, ifMatch };
        return this.steps.apply(call, (tx) => this.deletion.restore(tx, target), { tombstone: 'ignored' });
    }
    /** The user is deleted again, as of the time of the first deletion. */
    undoRestore(call) {
        return this.steps.undo(call, (0, contracts_1.undoneKey)(call.key), (tx, before) => this.deletion.undoRestore(tx, call.userId, before));
    }
    /** Nothing personal is left of a deleted user, and nobody brings one back: the answer says what was erased. */
    purge(call, body) {
        return this.steps.apply(call, (tx) => this.purging.purge(tx, call, body), { tombstone: 'ignored' });
    }
    /** Makes the user agree with the register, where it says something, and answers how the user is then. */
    confirm(call, body) {
        return this.steps.apply(call, (tx) => this.confirmation.confirm(tx, call, body), {
            tombstone: 'ignored',
        });
    }
    /** To have looked needs nothing taken back. */
    undoConfirm(call) {
        return this.steps.undo(call, (0, contracts_1.undoneKey)(call.key), async () => ({ body: {} }));
    }
};
exports.UserStepsController = UserStepsController;
__decorate([
    openapi.ApiOperation({ summary: "Makes the user of the lane, with a credential that was prepared before." }),
    (0, common_1.Post)('identity.register'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../libs/service/src/inbox").RecordedAnswer }),
    __param(0, (0, service_1.Call)()),
    __param(1, (0, common_1.Body)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, contracts_1.RegisterStep]),
    __metadata("design:returntype", Promise)
], UserStepsController.prototype, "register", null);
__decorate([
    openapi.ApiOperation({ summary: "The user has never been: address and credential go too." }),
    (0, common_1.Post)('identity.register/undo'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../libs/service/src/inbox").RecordedAnswer }),
    __param(0, (0, service_1.Call)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object]),
    __metadata("design:returntype", Promise)
], UserStepsController.prototype, "undoRegister", null);
__decorate([
    openapi.ApiOperation({ summary: "Changes names and address. An address that is given up stays reserved until `identity.release-email`." }),
    (0, common_1.Post)('identity.update'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../libs/service/src/inbox").RecordedAnswer }),
    __param(0, (0, service_1.Call)()),
    __param(1, (0, service_1.IfMatch)()),
    __param(2, (0, common_1.Body)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, Object, contracts_1.UpdateUser]),
    __metadata("design:returntype", Promise)
], UserStepsController.prototype, "update", null);
__decorate([
    openapi.ApiOperation({ summary: "Names and address are as they were before; the version is a new one." }),
    (0, common_1.Post)('identity.update/undo'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../libs/service/src/inbox").RecordedAnswer }),
    __param(0, (0, service_1.Call)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object]),
    __metadata("design:returntype", Promise)
], UserStepsController.prototype, "undoUpdate", null);
__decorate([
    openapi.ApiOperation({ summary: "Frees the address that `identity.update` gave up." }),
    (0, common_1.Post)('identity.release-email'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../libs/service/src/inbox").RecordedAnswer }),
    __param(0, (0, service_1.Call)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object]),
    __metadata("design:returntype", Promise)
], UserStepsController.prototype, "releaseEmail", null);
__decorate([
    openapi.ApiOperation({ summary: "Exchanges the credential, if it is still the one that was checked, and ends the other sessions." }),
    (0, common_1.Post)('identity.change-password'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../libs/service/src/inbox").RecordedAnswer }),
    __param(0, (0, service_1.Call)()),
    __param(1, (0, service_1.IfMatch)()),
    __param(2, (0, common_1.Body)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, Object, contracts_1.ChangePasswordStep]),
    __metadata("design:returntype", Promise)
], UserStepsController.prototype, "changePassword", null);
__decorate([
    openapi.ApiOperation({ summary: "Replaces the roles. When they are others than before, the user's sessions end." }),
    (0, common_1.Post)('identity.set-roles'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../libs/service/src/inbox").RecordedAnswer }),
    __param(0, (0, service_1.Call)()),
    __param(1, (0, service_1.IfMatch)()),
    __param(2, (0, common_1.Body)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, Object, contracts_1.SetRoles]),
    __metadata("design:returntype", Promise)
], UserStepsController.prototype, "setRoles", null);
__decorate([
    openapi.ApiOperation({ summary: "Replaces the claims." }),
    (0, common_1.Post)('identity.set-claims'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../libs/service/src/inbox").RecordedAnswer }),
    __param(0, (0, service_1.Call)()),
    __param(1, (0, service_1.IfMatch)()),
    __param(2, (0, common_1.Body)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, Object, contracts_1.SetClaims]),
    __metadata("design:returntype", Promise)
], UserStepsController.prototype, "setClaims", null);
__decorate([
    openapi.ApiOperation({ summary: "Deletes the user softly and ends all sessions; from now on only a restore is carried out." }),
    (0, common_1.Post)('identity.delete'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../libs/service/src/inbox").RecordedAnswer }),
    __param(0, (0, service_1.Call)()),
    __param(1, (0, service_1.IfMatch)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, Object]),
    __metadata("design:returntype", Promise)
], UserStepsController.prototype, "delete", null);
__decorate([
    openapi.ApiOperation({ summary: "Brings a deleted user back; the sessions of before stay ended." }),
    (0, common_1.Post)('identity.restore'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../libs/service/src/inbox").RecordedAnswer }),
    __param(0, (0, service_1.Call)()),
    __param(1, (0, service_1.IfMatch)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, Object]),
    __metadata("design:returntype", Promise)
], UserStepsController.prototype, "restore", null);
__decorate([
    openapi.ApiOperation({ summary: "The user is deleted again, as of the time of the first deletion." }),
    (0, common_1.Post)('identity.restore/undo'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../libs/service/src/inbox").RecordedAnswer }),
    __param(0, (0, service_1.Call)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object]),
    __metadata("design:returntype", Promise)
], UserStepsController.prototype, "undoRestore", null);
__decorate([
    openapi.ApiOperation({ summary: "Nothing personal is left of a deleted user, and nobody brings one back: the answer says what was erased." }),
    (0, common_1.Post)('identity.purge'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../libs/service/src/inbox").RecordedAnswer }),
    __param(0, (0, service_1.Call)()),
    __param(1, (0, common_1.Body)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, contracts_1.PurgeUserStep]),
    __metadata("design:returntype", Promise)
], UserStepsController.prototype, "purge", null);
__decorate([
    openapi.ApiOperation({ summary: "Makes the user agree with the register, where it says something, and answers how the user is then." }),
    (0, common_1.Post)('identity.confirm'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../libs/service/src/inbox").RecordedAnswer }),
    __param(0, (0, service_1.Call)()),
    __param(1, (0, common_1.Body)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, contracts_1.ConfirmUserStep]),
    __metadata("design:returntype", Promise)
], UserStepsController.prototype, "confirm", null);
__decorate([
    openapi.ApiOperation({ summary: "To have looked needs nothing taken back." }),
    (0, common_1.Post)('identity.confirm/undo'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../libs/service/src/inbox").RecordedAnswer }),
    __param(0, (0, service_1.Call)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object]),
    __metadata("design:returntype", Promise)
], UserStepsController.prototype, "undoConfirm", null);
exports.UserStepsController = UserStepsController = __decorate([
    (0, swagger_1.ApiTags)('steps'),
    (0, common_1.Controller)(contracts_1.STEPS_PATH),
    (0, common_1.UseGuards)(service_1.ServiceTokenGuard),
    (0, common_1.UseInterceptors)(service_1.RecordedAnswers),
    __metadata("design:paramtypes", [service_1.Steps,
        users_js_1.Users,
        deletion_js_1.Deletion,
        purge_js_1.Purge,
        confirmation_js_1.Confirmation])
], UserStepsController);
//# sourceMappingURL=user-steps.controller.js.map