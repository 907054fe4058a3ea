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
exports.HealthController = exports.READINESS_CHECKS = void 0;
const common_1 = require("@nestjs/common");
const swagger_1 = require("@nestjs/swagger");
const problem_js_1 = require("./problem.js");
const public_js_1 = require("./public.js");
const readiness_js_1 = require("./readiness.js");
const stop_signals_js_1 = require("./stop-signals.js");
exports.READINESS_CHECKS = Symbol('READINESS_CHECKS');
const CHECKS_SCHEMA = { type: 'object', additionalProperties: { type: 'boolean' } };
/** Written by hand, since the build reads no types in this file. */
function answerSchema(status, more = {}) {
    const properties = { status: { type: 'string', enum: [status] }, ...more };
    return { type: 'object', required: Object.keys(properties), properties, additionalProperties: false };
}
/** For orchestrators: `live` says that the process works, `ready` that it can be sent requests. */
let HealthController = class HealthController {
    constructor(checks) {
        this.readiness = new readiness_js_1.Readiness(checks);
    }
    live() {
        return { status: 'live' };
    }
    async ready() {
        const checks = { ...(await this.readiness.now()), ...((0, stop_signals_js_1.isStopping)() && { serving: false }) };
        if (Object.values(checks).includes(false)) {
            const waiting = `Waiting for ${this.readiness.missing().join(', ')}.`;
            const detail = (0, stop_signals_js_1.isStopping)() ? 'The process was told to stop.' : waiting;
            throw new problem_js_1.Problem('unavailable', detail, { checks }, { 'retry-after': '1' });
        }
        return { status: 'ready', checks };
    }
};
exports.HealthController = HealthController;
__decorate([
    (0, common_1.Get)('live'),
    (0, swagger_1.ApiOperation)({ summary: 'The process is alive.' }),
    (0, swagger_1.ApiOkResponse)({ description: 'It is.', schema: answerSchema('live') }),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", []),
    __metadata("design:returntype", Object)
], HealthController.prototype, "live", null);
__decorate([
    (0, common_1.Get)('ready'),
    (0, swagger_1.ApiOperation)({
        summary: 'Everything that the process needs is there; else 503, which names what is missing. One that stops is not ready.',
    }),
    (0, swagger_1.ApiOkResponse)({ description: 'It is there.', schema: answerSchema('ready', { checks: CHECKS_SCHEMA }) }),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", []),
    __metadata("design:returntype", Promise)
], HealthController.prototype, "ready", null);
exports.HealthController = HealthController = __decorate([
    (0, public_js_1.Public)(),
    (0, swagger_1.ApiTags)('health'),
    (0, common_1.Controller)('health'),
    __param(0, (0, common_1.Inject)(exports.READINESS_CHECKS)),
    __metadata("design:paramtypes", [Object])
], HealthController);
//# sourceMappingURL=health.js.map