"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var ProblemFilter_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.ProblemFilter = exports.Problem = void 0;
exports.unavailable = unavailable;
exports.problemOf = problemOf;
exports.sendProblem = sendProblem;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../contracts/src/index.js");
const redact_js_1 = require("./redact.js");
const request_spans_js_1 = require("./request-spans.js");
const step_ids_js_1 = require("./step-ids.js");
const unavailable_js_1 = require("./unavailable.js");
/** Seconds after which a client may ask again when something behind this process is away. */
const RETRY_AFTER_SECONDS = 1;
/** An answer other than success. Throw it anywhere below a controller. */
class Problem extends Error {
    /**
     * @param detail for people; never carries a secret
     * @param extensions members of the body beyond the standard ones
     * @param headers sent with the answer
     */
    constructor(code, detail, extensions = {}, headers = {}) {
        super(detail ?? code);
        this.code = code;
        this.headers = headers;
        this.name = 'Problem';
        this.body = (0, contracts_1.problemBody)(code, detail, extensions);
    }
}
exports.Problem = Problem;
/** @returns the problem that says that something this process needs is away for the moment. */
function unavailable(detail, retryAfterSeconds = RETRY_AFTER_SECONDS) {
    return new Problem('unavailable', detail, {}, { 'retry-after': String(retryAfterSeconds) });
}
/** Fastify's own refusals, by the code of the error. */
const FASTIFY_PROBLEMS = {
    FST_ERR_CTP_BODY_TOO_LARGE: 'payload-too-large',
    FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
    FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid-json',
    FST_ERR_CTP_INVALID_JSON_BODY: 'invalid-json',
    FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid-request',
    FST_ERR_BAD_URL: 'not-found',
    FST_ERR_MAX_PARAM_LENGTH: 'not-found',
};
const STATUS_PROBLEMS = {
    400: 'invalid-request',
    401: 'unauthenticated',
    403: 'forbidden',
    404: 'not-found',
    405: 'method-not-allowed',
    413: 'payload-too-large',
    415: 'unsupported-media-type',
    503: 'unavailable',
};
/** @returns the problem that answers whatever was thrown; what nobody foresaw is `internal-error` and tells nothing. */
function problemOf(error) {
    if (error instanceof Problem)
        return error;
    if (error instanceof common_1.HttpException) {
        return new Problem(STATUS_PROBLEMS[error.getStatus()] ?? 'internal-error');
    }
    if ((0, unavailable_js_1.isUnavailable)(error))
        return unavailable('A database or service that this needs does not answer.');
    const { code, statusCode } = (error ?? {});
    if (error instanceof SyntaxError && statusCode === 400)
        return new Problem('invalid-json');
    const known = FASTIFY_PROBLEMS[code ?? ''] ?? (statusCode ? STATUS_PROBLEMS[statusCode] : undefined);
    return new Problem(known ?? 'internal-error');
}
/** Sends a problem; the request id goes into `instance`, so that a report can be matched with the log. */
function sendProblem(problem, request, reply) {
    // RFC 9110 asks for a challenge; a token that was sent and is not good has one of its own.
    const challenge = problem.body.status === 401 ? { 'www-authenticate': 'Bearer' } : {};
    void reply
        .status(problem.body.status)
        .headers({ ...challenge, ...problem.headers })
        .header(contracts_1.HEADERS.requestId, request.id)
        .type('application/problem+json')
        .send({ ...problem.body, instance: request.id });
}
/** Answers everything that is thrown as application/problem+json, and logs what nobody foresaw. */
let ProblemFilter = ProblemFilter_1 = class ProblemFilter {
    constructor() {
        this.logger = new common_1.Logger(ProblemFilter_1.name);
    }
    catch(error, host) {
        const request = host.switchToHttp().getRequest();
        const reply = host.switchToHttp().getResponse();
        const problem = problemOf(error);
        if (problem.code === 'internal-error') {
            const ids = { requestId: request.id, ...(0, request_spans_js_1.traceIdsOf)(request), ...(0, step_ids_js_1.stepIdsOf)(request) };
            this.logger.error({ ...ids, ...(0, redact_js_1.describeError)(error) });
        }
        sendProblem(problem, request, reply);
    }
};
exports.ProblemFilter = ProblemFilter;
exports.ProblemFilter = ProblemFilter = ProblemFilter_1 = __decorate([
    (0, common_1.Catch)()
], ProblemFilter);
//# sourceMappingURL=problem.js.map