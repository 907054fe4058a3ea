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
exports.SettleController = void 0;
const openapi = require("@nestjs/swagger");
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../contracts/src/index.js");
const fence_js_1 = require("./fence.js");
const service_token_js_1 = require("./service-token.js");
const step_call_js_1 = require("./step-call.js");
const steps_js_1 = require("./steps.js");
/** Settling is the same in every service: it concerns the key alone. */
let SettleController = class SettleController {
    constructor(steps) {
        this.steps = steps;
    }
    /** The first answer of that key; if there is none, the key is sealed and answers `step-sealed` for ever. */
    settle({ key, fence }, user) {
        // A caller that does not name the lane gets one of the operation's own: the key is sealed all the same.
        const userId = user ?? key.slice(0, key.indexOf('/'));
        return this.steps.settle({ key, userId, fence: (0, fence_js_1.parseFence)(fence) });
    }
};
exports.SettleController = SettleController;
__decorate([
    openapi.ApiOperation({ summary: "The first answer of that key; if there is none, the key is sealed and answers `step-sealed` for ever." }),
    (0, common_1.Post)('settle'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("./inbox").RecordedAnswer }),
    __param(0, (0, common_1.Body)()),
    __param(1, (0, common_1.Headers)(contracts_1.HEADERS.laneUser)),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.SettleStep, String]),
    __metadata("design:returntype", Promise)
], SettleController.prototype, "settle", null);
exports.SettleController = SettleController = __decorate([
    (0, common_1.Controller)(contracts_1.STEPS_PATH),
    (0, common_1.UseGuards)(service_token_js_1.ServiceTokenGuard),
    (0, common_1.UseInterceptors)(step_call_js_1.RecordedAnswers),
    __metadata("design:paramtypes", [steps_js_1.Steps])
], SettleController);
//# sourceMappingURL=settle.controller.js.map