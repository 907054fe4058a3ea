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
exports.CredentialsController = void 0;
const openapi = require("@nestjs/swagger");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../libs/contracts/src/index.js");
const service_1 = require("../../libs/service/src/index.js");
const credentials_js_1 = require("./credentials.js");
let CredentialsController = class CredentialsController {
    constructor(credentials) {
        this.credentials = credentials;
    }
    /**
     * Turns a password into a credential, which a registration or a change of password then names. For a change
     * it checks the current password first. It is not a step: what is prepared and never used does no harm.
     */
    prepare(request) {
        return this.credentials.prepare(request);
    }
};
exports.CredentialsController = CredentialsController;
__decorate([
    openapi.ApiOperation({ summary: "Turns a password into a credential, which a registration or a change of password then names. For a change\nit checks the current password first. It is not a step: what is prepared and never used does no harm." }),
    (0, common_1.Post)(),
    (0, common_1.HttpCode)(200),
    openapi.ApiResponse({ status: 200, type: Object }),
    __param(0, (0, common_1.Body)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [contracts_1.PrepareCredential]),
    __metadata("design:returntype", Promise)
], CredentialsController.prototype, "prepare", null);
exports.CredentialsController = CredentialsController = __decorate([
    (0, swagger_1.ApiTags)('credentials'),
    (0, common_1.Controller)('internal/credentials'),
    (0, common_1.UseGuards)(service_1.ServiceTokenGuard),
    __metadata("design:paramtypes", [credentials_js_1.Credentials])
], CredentialsController);
//# sourceMappingURL=credentials.controller.js.map