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
exports.OpsController = void 0;
const openapi = require("@nestjs/swagger");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const caller_js_1 = require("../entry/caller.js");
const request_js_1 = require("../entry/request.js");
const routes_js_1 = require("../entry/routes.js");
const actions_js_1 = require("./actions.js");
const closer_look_js_1 = require("./closer-look.js");
/** What operators do: look at a lane, stop it and let it go on, withdraw or repeat a write. */
let OpsController = class OpsController {
    constructor(actions, closerLook) {
        this.actions = actions;
        this.closerLook = closerLook;
    }
    /** One lane: whether it takes writes, whether it carries them out, and its head. */
    lane(userId) {
        return this.actions.lane(userId);
    }
    /** Nothing more of the lane begins, a deletion neither; what runs goes on. */
    pause(userId, { reason }, caller) {
        return this.actions.pause(userId, caller.userId, reason ?? null);
    }
    /** A paused lane goes on. */
    resume(userId, { reason }, caller) {
        return this.actions.resume(userId, caller.userId, reason ?? null);
    }
    /** A halted lane goes on; `action` says what becomes of the write at which it halted. */
    release(userId, release, caller) {
        return this.actions.release(userId, caller.userId, release);
    }
    /** One write in full; what people have written into it is hidden. */
    operation(id) {
        return this.closerLook.at(id);
    }
    /** Shows what is hidden of a write; the audit trail tells of it. */
    reveal(id, { reason }, caller) {
        return this.closerLook.reveal(id, caller.userId, reason);
    }
    /** A failed write once more: a new operation at the end of the lane, because its successors may have run. */
    retry(id, { reason }, caller) {
        return this.actions.retry(id, caller.userId, reason ?? null);
    }
    /** Withdraws a write that has not begun, or that waits for a retry and turns out not to be applied. */
    cancel(id, { reason }, caller) {
        return this.actions.cancel(id, caller.userId, reason ?? null);
    }
};
exports.OpsController = OpsController;
__decorate([
    openapi.ApiOperation({ summary: "One lane: whether it takes writes, whether it carries them out, and its head." }),
    (0, common_1.Get)('lanes/:userId'),
    (0, routes_js_1.Allows)('ops'),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/lanes").LaneView }),
    __param(0, (0, request_js_1.Id)('userId')),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String]),
    __metadata("design:returntype", Promise)
], OpsController.prototype, "lane", null);
__decorate([
    openapi.ApiOperation({ summary: "Nothing more of the lane begins, a deletion neither; what runs goes on." }),
    (0, common_1.Post)('lanes/:userId/pause'),
    (0, routes_js_1.Allows)('ops'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/lanes").LaneView }),
    __param(0, (0, request_js_1.Id)('userId')),
    __param(1, (0, common_1.Body)()),
    __param(2, (0, caller_js_1.CurrentCaller)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, contracts_1.Reason, Object]),
    __metadata("design:returntype", Promise)
], OpsController.prototype, "pause", null);
__decorate([
    openapi.ApiOperation({ summary: "A paused lane goes on." }),
    (0, common_1.Post)('lanes/:userId/resume'),
    (0, routes_js_1.Allows)('ops'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/lanes").LaneView }),
    __param(0, (0, request_js_1.Id)('userId')),
    __param(1, (0, common_1.Body)()),
    __param(2, (0, caller_js_1.CurrentCaller)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, contracts_1.Reason, Object]),
    __metadata("design:returntype", Promise)
], OpsController.prototype, "resume", null);
__decorate([
    openapi.ApiOperation({ summary: "A halted lane goes on; `action` says what becomes of the write at which it halted." }),
    (0, common_1.Post)('lanes/:userId/release'),
    (0, routes_js_1.Allows)('ops'),
    (0, service_1.ApiProblems)('lane-not-halted', 'operation-not-cancellable'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/lanes").LaneView }),
    __param(0, (0, request_js_1.Id)('userId')),
    __param(1, (0, common_1.Body)()),
    __param(2, (0, caller_js_1.CurrentCaller)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, contracts_1.ReleaseLane, Object]),
    __metadata("design:returntype", Promise)
], OpsController.prototype, "release", null);
__decorate([
    openapi.ApiOperation({ summary: "One write in full; what people have written into it is hidden." }),
    (0, common_1.Get)('operations/:id'),
    (0, routes_js_1.Allows)('ops'),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/ops").OpsOperationView }),
    __param(0, (0, request_js_1.Id)('id')),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String]),
    __metadata("design:returntype", Promise)
], OpsController.prototype, "operation", null);
__decorate([
    openapi.ApiOperation({ summary: "Shows what is hidden of a write; the audit trail tells of it." }),
    (0, common_1.Post)('operations/:id/reveal'),
    (0, routes_js_1.Allows)('ops'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/ops").RevealedOperation }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, common_1.Body)()),
    __param(2, (0, caller_js_1.CurrentCaller)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, contracts_1.StatedReason, Object]),
    __metadata("design:returntype", Promise)
], OpsController.prototype, "reveal", null);
__decorate([
    openapi.ApiOperation({ summary: "A failed write once more: a new operation at the end of the lane, because its successors may have run." }),
    (0, common_1.Post)('operations/:id/retry'),
    (0, routes_js_1.Allows)('ops'),
    (0, service_1.ApiProblems)('user-deleting', 'user-deleted', 'lane-full'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/operations").OperationView }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, common_1.Body)()),
    __param(2, (0, caller_js_1.CurrentCaller)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, contracts_1.Reason, Object]),
    __metadata("design:returntype", Promise)
], OpsController.prototype, "retry", null);
__decorate([
    openapi.ApiOperation({ summary: "Withdraws a write that has not begun, or that waits for a retry and turns out not to be applied." }),
    (0, common_1.Post)('operations/:id/cancel'),
    (0, routes_js_1.Allows)('ops'),
    (0, service_1.ApiProblems)('operation-not-cancellable'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../../libs/contracts/src/operations").OperationView }),
    __param(0, (0, request_js_1.Id)('id')),
    __param(1, (0, common_1.Body)()),
    __param(2, (0, caller_js_1.CurrentCaller)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, contracts_1.Reason, Object]),
    __metadata("design:returntype", Promise)
], OpsController.prototype, "cancel", null);
exports.OpsController = OpsController = __decorate([
    (0, swagger_1.ApiTags)('operators'),
    (0, common_1.Controller)('v1/ops'),
    __metadata("design:paramtypes", [actions_js_1.Actions,
        closer_look_js_1.CloserLook])
], OpsController);
//# sourceMappingURL=ops.controller.js.map