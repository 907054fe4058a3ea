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
exports.QueuesController = void 0;
const openapi = require("@nestjs/swagger");
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const service_1 = require("../../../libs/service/src/index.js");
const routes_js_1 = require("../entry/routes.js");
const board_js_1 = require("../queue/board.js");
/**
 * As narrow as its page allows: beside what the dashboard may it needs style attributes, which its parts set while it
 * runs, a worker that colours JSON, and a base for its addresses.
 */
const CONTENT_SECURITY_POLICY = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'self'",
    "form-action 'none'",
].join('; ');
/** Hashed or not, its files change with a release of the gateway only. */
const KEEP_FILES = 'private, max-age=3600';
/** Whoever is not signed in is shown where to do that, unless it is the page itself that asks for data. */
let SignInFirst = class SignInFirst extends service_1.ProblemFilter {
    catch(problem, host) {
        const request = host.switchToHttp().getRequest();
        if (problem.code !== 'unauthenticated' || below(request).startsWith('api/'))
            return super.catch(problem, host);
        void host.switchToHttp().getResponse().redirect('/ops', 303);
    }
};
SignInFirst = __decorate([
    (0, common_1.Catch)(service_1.Problem)
], SignInFirst);
/** What is in the queues, as bull-board shows it. */
let QueuesController = class QueuesController {
    constructor(board) {
        this.board = board;
    }
    page(request, reply) {
        return this.pass(request, reply);
    }
    part(request, reply) {
        return this.pass(request, reply);
    }
    async pass(request, reply) {
        const { status, type, content } = await this.board.read(request.url);
        void reply
            .status(status)
            .headers({
            'content-type': type,
            'content-security-policy': CONTENT_SECURITY_POLICY,
            ...(status === 200 && below(request).startsWith('static/') && { 'cache-control': KEEP_FILES }),
        })
            .send(content);
    }
};
exports.QueuesController = QueuesController;
__decorate([
    (0, common_1.Get)(),
    (0, routes_js_1.Allows)('ops'),
    openapi.ApiResponse({ status: 200 }),
    __param(0, (0, common_1.Req)()),
    __param(1, (0, common_1.Res)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, Object]),
    __metadata("design:returntype", Promise)
], QueuesController.prototype, "page", null);
__decorate([
    (0, common_1.Get)('*'),
    (0, routes_js_1.Allows)('ops'),
    openapi.ApiResponse({ status: 200 }),
    __param(0, (0, common_1.Req)()),
    __param(1, (0, common_1.Res)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Object, Object]),
    __metadata("design:returntype", Promise)
], QueuesController.prototype, "part", null);
exports.QueuesController = QueuesController = __decorate([
    (0, swagger_1.ApiExcludeController)(),
    (0, common_1.UseFilters)(SignInFirst),
    (0, common_1.Controller)('ops/queues'),
    __metadata("design:paramtypes", [board_js_1.QueueBoard])
], QueuesController);
function below({ params }) {
    return params['*'] ?? '';
}
//# sourceMappingURL=queues.controller.js.map