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
exports.JwksController = void 0;
const openapi = require("@nestjs/swagger");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const contracts_1 = require("../../libs/contracts/src/index.js");
const service_1 = require("../../libs/service/src/index.js");
const tokens_js_1 = require("./tokens.js");
let JwksController = class JwksController {
    constructor(tokens) {
        this.tokens = tokens;
    }
    /** The public keys that users' access tokens are verified with. */
    jwks() {
        return this.tokens.jwks;
    }
};
exports.JwksController = JwksController;
__decorate([
    openapi.ApiOperation({ summary: "The public keys that users' access tokens are verified with." }),
    (0, service_1.Public)(),
    (0, common_1.Get)('jwks.json'),
    (0, swagger_1.ApiOkResponse)({ type: contracts_1.KeySet }),
    (0, common_1.Header)('cache-control', 'public, max-age=60'),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", []),
    __metadata("design:returntype", Object)
], JwksController.prototype, "jwks", null);
exports.JwksController = JwksController = __decorate([
    (0, swagger_1.ApiTags)('sessions'),
    (0, common_1.Controller)('.well-known'),
    __metadata("design:paramtypes", [tokens_js_1.AccessTokens])
], JwksController);
//# sourceMappingURL=jwks.controller.js.map