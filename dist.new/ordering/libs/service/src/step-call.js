"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.RecordedAnswers = exports.IfMatch = exports.Call = void 0;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../contracts/src/index.js");
const rxjs_1 = require("rxjs");
const fence_js_1 = require("./fence.js");
const inbox_js_1 = require("./inbox.js");
const problem_js_1 = require("./problem.js");
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** The `Idempotency-Key`, `Lane-User` and `Lane-Fence` of a step. @throws Problem 400 when one is missing. */
exports.Call = (0, common_1.createParamDecorator)((_data, context) => {
    const { headers } = context.switchToHttp().getRequest();
    const key = headers[contracts_1.HEADERS.idempotencyKey];
    const userId = headers[contracts_1.HEADERS.laneUser];
    const fence = (0, fence_js_1.parseFence)(String(headers[contracts_1.HEADERS.laneFence]));
    if (!isStepKey(key) || typeof userId !== 'string' || !UUID.test(userId) || !fence) {
        throw new problem_js_1.Problem('invalid-request', 'A step needs Idempotency-Key, Lane-User and Lane-Fence.');
    }
    return { key, userId, fence };
});
function isStepKey(key) {
    return typeof key === 'string' && (0, contracts_1.readStepKey)(key) !== null;
}
/** The `If-Match` of a step, as the client of the gateway sent it. */
exports.IfMatch = (0, common_1.createParamDecorator)((_data, context) => {
    const { headers } = context.switchToHttp().getRequest();
    return headers[contracts_1.HEADERS.ifMatch];
});
/** Sends a recorded answer with its own status, marked as final. */
let RecordedAnswers = class RecordedAnswers {
    intercept(context, next) {
        const reply = context.switchToHttp().getResponse();
        return next.handle().pipe((0, rxjs_1.map)((answer) => {
            if (!(answer instanceof inbox_js_1.RecordedAnswer))
                return answer;
            void reply.status(answer.status).header(contracts_1.HEADERS.stepRecorded, 'true');
            if (answer.status >= 400)
                void reply.type('application/problem+json');
            return answer.body;
        }));
    }
};
exports.RecordedAnswers = RecordedAnswers;
exports.RecordedAnswers = RecordedAnswers = __decorate([
    (0, common_1.Injectable)()
], RecordedAnswers);
//# sourceMappingURL=step-call.js.map