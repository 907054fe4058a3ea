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
exports.PageController = void 0;
const openapi = require("@nestjs/swagger");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const service_1 = require("../../../libs/service/src/index.js");
const page_files_js_1 = require("./page-files.js");
/** The page loads only what comes with it, is framed by nobody, and sends nothing elsewhere. */
const CONTENT_SECURITY_POLICY = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "font-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
].join('; ');
/** The dashboard. Everything below its address is the one page, which reads from the address what it shows. */
let PageController = class PageController {
    constructor(files) {
        this.files = files;
    }
    page(request, reply) {
        send(this.files.index(), request, reply);
    }
    below(path, request, reply) {
        const file = this.files.find(path);
        // A page that is older than the build asks for what is no more: the page itself would be no script.
        if (!file && path.startsWith('assets/'))
            throw new service_1.Problem('not-found');
        send(file ?? this.files.index(), request, reply);
    }
};
exports.PageController = PageController;
__decorate([
    (0, common_1.Get)(),
    openapi.ApiResponse({ status: 200 }),
    __param(0, (0, common_1.Req)()),
    __param(1, (0, common_1.Res)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, Object]),
    __metadata("design:returntype", void 0)
], PageController.prototype, "page", null);
__decorate([
    (0, common_1.Get)('*'),
    openapi.ApiResponse({ status: 200 }),
    __param(0, (0, common_1.Param)('*')),
    __param(1, (0, common_1.Req)()),
    __param(2, (0, common_1.Res)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [String, Object, Object]),
    __metadata("design:returntype", void 0)
], PageController.prototype, "below", null);
exports.PageController = PageController = __decorate([
    (0, swagger_1.ApiExcludeController)(),
    (0, service_1.Public)(),
    (0, common_1.Controller)('ops'),
    __metadata("design:paramtypes", [page_files_js_1.PageFiles])
], PageController);
function send(file, { headers }, reply) {
    const zipped = /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''));
    void reply
        .headers({
        'content-type': file.type,
        'cache-control': file.isHashed ? 'public, max-age=31536000, immutable' : 'no-store',
        'content-security-policy': CONTENT_SECURITY_POLICY,
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        vary: 'accept-encoding',
        ...(zipped && { 'content-encoding': 'gzip' }),
    })
        .send(zipped ? file.zipped : file.content);
}
//# sourceMappingURL=page.controller.js.map