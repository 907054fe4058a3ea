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
var Services_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.Services = void 0;
const node_crypto_1 = require("node:crypto");
const axios_1 = require("@nestjs/axios");
const common_1 = require("@nestjs/common");
const api_1 = require("@opentelemetry/api");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const axios_2 = require("axios");
const config_js_1 = require("../config.js");
const breakers_js_1 = require("./breakers.js");
/** In the addresses of resources. */
const ID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
/** A page has 1 MiB; one of a service of the version before has 200 orders, each as large as a request may be: 50 MiB. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/**
 * Reads that clients have asked for and that the services have to answer at a time. One user has a few of them, so that
 * the connections and the databases of the services are there for the others.
 */
const READS = {
    ...{ places: 64, placesEach: 8, patienceMs: 1800 },
    late: () => (0, service_1.unavailable)('There is more to read than the services can answer.'),
};
/** The services behind the gateway, over HTTP. Nothing else in the gateway knows their addresses. */
let Services = Services_1 = class Services {
    constructor(http, signer, breakers, config) {
        this.http = http;
        this.signer = signer;
        this.breakers = breakers;
        this.config = config;
        this.reads = new service_1.FairQueue(READS);
        this.logger = new common_1.Logger(Services_1.name);
    }
    /** Sends a step. */
    apply(step, body, context) {
        return this.step(step, step, body, context);
    }
    /** Takes a step back, under the undo's own key. */
    undo(step, context) {
        return this.step(step, `${step}/undo`, {}, context);
    }
    /** Asks for the first answer of that key of the step, or of its undo, or seals the key. */
    settle(step, context) {
        const body = { key: context.key, fence: (0, service_1.formatFence)(context.fence) };
        return this.step(step, 'settle', body, context);
    }
    /**
     * Asks a service for something that is not a step.
     * @returns the body of its answer
     * @throws Problem the service's own, or `unavailable` when there is no answer in time
     */
    ask(service, call) {
        const isSomebodysRead = call.method === 'GET' && (0, service_1.currentOwner)() !== null;
        const ask = () => this.askNow(service, call);
        return isSomebodysRead ? this.reads.run(ask) : ask();
    }
    async askNow(service, call) {
        const response = await this.send(service, call).catch((error) => {
            const reason = error.message;
            if (!call.quiet)
                this.logger.warn(`${service} did not answer ${call.method} ${call.path}: ${reason}`);
            throw (0, service_1.unavailable)(`${service} does not answer.`);
        });
        if (response.status < 300)
            return response.data;
        const problem = problemIn(response);
        if (!problem || response.status >= 500)
            throw (0, service_1.unavailable)(`${service} cannot answer at the moment (${response.status}).`);
        if (isAboutTheCall(problem.code, response))
            throw this.refused(service, call, problem);
        const { type: _type, title: _title, status: _status, code, detail, instance: _i, ...extensions } = problem;
        throw new service_1.Problem(code, detail, extensions);
    }
    /** Ours to mend and not the client's, who would only throw a good session away. */
    refused(service, { method, path, quiet }, { code }) {
        const cause = code === 'unauthenticated'
            ? `does not accept the gateway's token: compare both clocks, SERVICE_SIGNING_KEY and the service's GATEWAY_URL`
            : `refuses the call itself (${code}): look at what stands between the two`;
        if (!quiet)
            this.logger.warn(`${service} ${cause}. It was ${method} ${path.replaceAll(ID, '{id}')}.`);
        return (0, service_1.unavailable)(`${service} does not accept the gateway.`);
    }
    async step(step, path, body, context) {
        const { service } = contracts_1.STEPS[step];
        try {
            const response = await this.send(service, {
                method: 'POST',
                path: `${contracts_1.STEPS_PATH}/${path}`,
                body,
                headers: stepHeaders(context),
                traceparent: context.traceparent,
                signal: context.signal,
            });
            return answerOf(service, path, response);
        }
        catch (error) {
            if ((0, breakers_js_1.isBroken)(error))
                return heldBack(service);
            return unanswered(service, error);
        }
    }
    async send(service, call) {
        const authorization = `Bearer ${await this.signer.tokenFor(service)}`;
        const callId = (0, node_crypto_1.randomUUID)();
        const baseURL = this.config.services[service];
        const send = async (span) => {
            const response = await this.http.axiosRef.request({
                baseURL,
                url: call.path,
                method: call.method,
                data: call.body,
                params: call.query,
                headers: {
                    ...call.headers,
                    ...(0, service_1.traceHeaders)(call.traceparent),
                    authorization,
                    [contracts_1.HEADERS.callId]: callId,
                },
                timeout: call.timeoutMs ?? this.config.run.serviceTimeoutMs,
                signal: call.signal,
                // Only the configured addresses are called, whatever a service says.
                maxRedirects: 0,
                validateStatus: () => true,
                maxContentLength: MAX_ANSWER_BYTES,
            });
            noteStatus(span, response);
            return response;
        };
        // Inside of the breaker: a call that was held back was not made.
        return this.breakers.call(service, () => (0, service_1.inSpan)(calling(call, baseURL), send));
    }
};
exports.Services = Services;
exports.Services = Services = Services_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [axios_1.HttpService,
        service_1.ServiceTokenSigner,
        breakers_js_1.Breakers,
        config_js_1.GatewayConfig])
], Services);
/** Without the address itself: a query may hold a name that somebody looks for. */
function calling({ method, path }, baseURL) {
    return () => {
        const template = path.replaceAll(ID, '{id}');
        const { hostname, port, protocol } = new URL(baseURL);
        return {
            name: `${method} ${template}`,
            kind: api_1.SpanKind.CLIENT,
            attributes: {
                'http.request.method': method,
                'url.template': template,
                'server.address': hostname,
                'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
            },
        };
    };
}
/** Refusals of a request for its form, which the gateway and what stands behind it have given it. */
const OF_THE_FORM = [
    'method-not-allowed',
    'request-timeout',
    'headers-too-large',
    'unsupported-media-type',
    'invalid-json',
    'rate-limited',
];
/**
 * Whether a refusal is about the gateway's call, and not about what its client has sent. A 401 is about the gateway's own
 * token, unless the service says what of the client's it has refused.
 */
function isAboutTheCall(code, { headers }) {
    if (code === 'unauthenticated')
        return headers[contracts_1.HEADERS.refusedCredential] === undefined;
    return OF_THE_FORM.includes(code);
}
function noteStatus(span, { status }) {
    span.setAttribute('http.response.status_code', status);
    if (status >= 400)
        (0, service_1.failWith)(span, String(status));
}
function stepHeaders({ key, userId, fence, ifMatch }) {
    return {
        [contracts_1.HEADERS.idempotencyKey]: key,
        [contracts_1.HEADERS.laneUser]: userId,
        [contracts_1.HEADERS.laneFence]: (0, service_1.formatFence)(fence),
        ...(ifMatch && { [contracts_1.HEADERS.ifMatch]: ifMatch }),
    };
}
/** Every answer to a step becomes one of StepAnswer here. Only a recorded one is final. */
function answerOf(service, path, response) {
    const { status } = response;
    const problem = problemIn(response);
    if (problem?.code === 'stale-fence')
        return { type: 'stale' };
    const failure = failureIn(response, problem);
    if (problem?.code === 'undo-refused')
        return { type: 'refused', problem, failure };
    const recorded = response.headers[contracts_1.HEADERS.stepRecorded] === 'true';
    if (!recorded && UNSERVED.has(status))
        return { type: 'unserved', reason: unserved(service, path, status), failure };
    if (!recorded) {
        const detail = `${service} answered ${status} without recording it`;
        return { ...unknown(detail, retryAfterOf(response)), failure };
    }
    if (status < 300 && isObject(response.data))
        return { type: 'applied', body: response.data };
    if (!problem)
        return { ...unknown(`${service} answered something else than a step's answer`, null), failure };
    if (problem.code === 'step-sealed')
        return { type: 'sealed' };
    return { type: saysUserIsGone(service, problem) ? 'gone' : 'refused', problem, failure };
}
/** What a server says that does not know an address: no later attempt finds another one there. */
const UNSERVED = new Set([404, 405, 501]);
function unserved(service, path, status) {
    return (`${service} does not know ${path} (${status}): its version is older than the gateway's, ` +
        'or its address is wrong.');
}
/** All that identity can miss is the lane's user; what another service misses may be any of its rows. */
function saysUserIsGone(service, { code }) {
    return code === 'user-deleted' || (service === 'identity' && code === 'not-found');
}
/** What an operation keeps of an answer other than success. */
function failureIn({ status, headers }, problem) {
    const requestId = headers[contracts_1.HEADERS.requestId] ?? problem?.instance;
    return {
        status,
        code: problem?.code ?? 'no-problem',
        detail: problem?.detail?.slice(0, MAX_DETAIL) ?? null,
        requestId: typeof requestId === 'string' ? requestId.slice(0, MAX_REQUEST_ID) : null,
    };
}
/** Characters of what a service says in words: some sentences, and no page of a proxy. */
const MAX_DETAIL = 500;
/** A UUID has 36; other servers have longer ones. */
const MAX_REQUEST_ID = 100;
/** There was no answer; a call that ended with the lease says nothing. */
function unanswered(service, { message, code = 'no-answer' }) {
    const answer = unknown(`${service} did not answer: ${message}`, null);
    if (code === axios_2.AxiosError.ERR_CANCELED)
        return answer;
    const known = code === axios_2.AxiosError.ECONNABORTED ? 'timeout' : code;
    return {
        ...answer,
        failure: { status: null, code: known, detail: message.slice(0, MAX_DETAIL), requestId: null },
    };
}
/** The breaker is open: a reason to wait that operators see by the member `breaker`. */
function heldBack(service) {
    const detail = `${service} fails: its calls are held back.`;
    return {
        type: 'unknown',
        problem: (0, contracts_1.problemBody)('unavailable', detail, { breaker: service }),
        retryAfterMs: null,
    };
}
function unknown(detail, retryAfterMs) {
    return { type: 'unknown', problem: (0, contracts_1.problemBody)('unavailable', detail), retryAfterMs };
}
function problemIn({ status, data }) {
    if (status < 400 || !isObject(data) || !(0, contracts_1.isProblemCode)(data['code']))
        return null;
    return data;
}
/** @returns the milliseconds in `Retry-After`, given in seconds or as a date */
function retryAfterOf({ headers }) {
    const value = headers['retry-after'];
    if (typeof value !== 'string')
        return null;
    const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
    return Number.isFinite(ms) ? Math.max(ms, 0) : null;
}
function isObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
//# sourceMappingURL=services.js.map