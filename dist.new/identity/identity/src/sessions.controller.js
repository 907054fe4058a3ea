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
exports.SessionsController = void 0;
const openapi = require("@nestjs/swagger");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../libs/contracts/src/index.js");
const service_1 = require("../../libs/service/src/index.js");
const class_validator_1 = require("class-validator");
const sessions_js_1 = require("./sessions.js");
class RevokedQuery {
}
__decorate([
    (0, swagger_1.ApiProperty)({ format: 'date-time' }),
    (0, class_validator_1.IsRFC3339)(),
    (0, class_validator_1.MaxLength)(40),
    __metadata("design:type", String)
], RevokedQuery.prototype, "since", void 0);
let SessionsController = class SessionsController {
    constructor(sessions) {
        this.sessions = sessions;
    }
    /** Signs in. Unknown and deleted accounts and wrong passwords cannot be told apart, not even by time. */
    signIn({ email, password }) {
        return this.sessions.signIn(email, password);
    }
    /** Spends a refresh token for a new pair of tokens; a token that was already spent ends its session. */
    refresh({ refreshToken }) {
        return this.sessions.refresh(refreshToken);
    }
    /** The sessions that ended since then, of those whose access tokens may still be alive. */
    revoked({ since }) {
        return this.sessions.revokedSince(since);
    }
    /** Signs out; whether the session was still alive makes no difference. */
    end(sid) {
        return this.sessions.end(sid);
    }
};
exports.SessionsController = SessionsController;
__decorate([
    openapi.ApiOperation({ summary: "Signs in. Unknown and deleted accounts and wrong passwords cannot be told apart, not even by time." }),
    (0, common_1.Post)(),
    openapi.ApiResponse({ status: 201, type: require("../../libs/contracts/src/sessions").SessionView }),
    __param(0, (0, common_1.Body)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.SignIn]),
    __metadata("design:returntype", Promise)
], SessionsController.prototype, "signIn", null);
__decorate([
    openapi.ApiOperation({ summary: "Spends a refresh token for a new pair of tokens; a token that was already spent ends its session." }),
    (0, common_1.Post)('refresh'),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: require("../../libs/contracts/src/sessions").SessionView }),
    __param(0, (0, common_1.Body)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.RefreshSession]),
    __metadata("design:returntype", Promise)
], SessionsController.prototype, "refresh", null);
__decorate([
    openapi.ApiOperation({ summary: "The sessions that ended since then, of those whose access tokens may still be alive." }),
    (0, common_1.Get)('revoked'),
    openapi.ApiResponse({ status: 200, type: Object }),
    __param(0, (0, common_1.Query)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [RevokedQuery]),
    __metadata("design:returntype", Promise)
], SessionsController.prototype, "revoked", null);
__decorate([
    openapi.ApiOperation({ summary: "Signs out; whether the session was still alive makes no difference." }),
    (0, common_1.Delete)(':sid'),
    (0, common_1.HttpCode)(204),
    openapi.ApiResponse({ status: 204 }),
    __param(0, (0, common_1.Param)('sid', common_1.ParseUUIDPipe)),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String]),
    __metadata("design:returntype", Promise)
], SessionsController.prototype, "end", null);
exports.SessionsController = SessionsController = __decorate([
    (0, swagger_1.ApiTags)('sessions'),
    (0, common_1.Controller)('internal/sessions'),
    (0, common_1.UseGuards)(service_1.ServiceTokenGuard),
    __metadata("design:paramtypes", [sessions_js_1.Sessions])
], SessionsController);
//# sourceMappingURL=sessions.controller.js.map