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
exports.Answers = void 0;
exports.successStatusOf = successStatusOf;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const endings_js_1 = require("../ledger/endings.js");
const queries_js_1 = require("../ledger/queries.js");
const states_js_1 = require("../ledger/states.js");
const views_js_1 = require("../ledger/views.js");
const operation_token_js_1 = require("./operation-token.js");
const request_js_1 = require("./request.js");
const under_way_js_1 = require("./under-way.js");
/** Where a resource is read that a write with status 201 has made. */
const RESOURCE_PATHS = { user: '/v1/users', order: '/v1/orders' };
/** Where it is not 200. */
const SUCCESS_STATUS = {
    'user.register': 201,
    'order.place': 201,
    'user.delete': 204,
};
/** @returns the status that a synchronous interface would give for a success */
function successStatusOf(kind) {
    return SUCCESS_STATUS[kind] ?? 200;
}
/** Answers writes: with the operation, or, where the client prefers to wait, with what has become of it. */
let Answers = class Answers {
    constructor(queries, endings, operationTokens) {
        this.queries = queries;
        this.endings = endings;
        this.operationTokens = operationTokens;
    }
    /** The answer to a write that is new: nothing has to be read for it, unless the client prefers to wait. */
    async accepted(operation, place, request, reply) {
        const wait = (0, request_js_1.preferredWait)(request);
        if (wait !== null) {
            const { id } = operation;
            const ended = await this.ended(id, wait, (0, under_way_js_1.clientGone)(request));
            return this.answer(ended ?? (await this.get(id)), request, reply);
        }
        await this.giveToken(operation, reply);
        sayAccepted(operation.id, reply);
        return (0, views_js_1.acceptedView)(operation, place);
    }
    /** The answer to an accepted write: 202, or after `Prefer: wait` the outcome. */
    async operation(id, request, reply) {
        return this.answer(await this.get(id, (0, request_js_1.preferredWait)(request) ?? 0, (0, under_way_js_1.clientGone)(request)), request, reply);
    }
    async answer(operation, request, reply) {
        const wait = (0, request_js_1.preferredWait)(request);
        await this.giveToken(operation, reply);
        if (wait !== null)
            void reply.header(contracts_1.HEADERS.preferenceApplied, `wait=${wait}`);
        if (wait !== null && (0, states_js_1.isEnded)(operation.state))
            return outcomeOf(operation, reply);
        sayAccepted(operation.id, reply);
        return this.view(operation);
    }
    /** @returns the operation once it has ended, or as it is after that many seconds */
    async get(id, waitSeconds = 0, signal) {
        const operation = await this.queries.operation(id);
        if (!operation)
            throw new service_1.Problem('not-found');
        if (waitSeconds === 0 || (0, states_js_1.isEnded)(operation.state))
            return operation;
        const ended = await this.ended(id, waitSeconds, signal);
        return ended ?? (await this.queries.operation(id)) ?? operation;
    }
    /** @returns the operation once it has ended, or null where it has not after that many seconds */
    ended(id, waitSeconds, signal) {
        return this.endings.ofOperation(id, { timeoutMs: waitSeconds * 1000, signal });
    }
    /** @returns the operation as clients see it, with why it waits */
    async view(operation) {
        const waiting = await this.queries.waiting(operation);
        return { ...(0, views_js_1.toView)(operation), ...(waiting && { waiting }) };
    }
    /** Whoever registers is nobody yet, and could not read the operation otherwise. */
    async giveToken({ id, kind }, reply) {
        if (kind === 'user.register')
            void reply.header(contracts_1.HEADERS.operationToken, await this.operationTokens.sign(id));
    }
};
exports.Answers = Answers;
exports.Answers = Answers = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [queries_js_1.LedgerQueries,
        endings_js_1.Endings,
        operation_token_js_1.OperationTokens])
], Answers);
function sayAccepted(id, reply) {
    void reply.status(202).header('location', `/v1/operations/${id}`);
}
/** What a synchronous interface would have answered. */
function outcomeOf(operation, reply) {
    void reply.header(contracts_1.HEADERS.operationId, operation.id);
    if (operation.problem) {
        const { code, detail, type: _type, title: _title, status: _status, ...extensions } = operation.problem;
        throw new service_1.Problem(code, detail, extensions);
    }
    // Withdrawn while the client waited: no status of its own says that, the operation does.
    if (operation.state === 'cancelled') {
        sayAccepted(operation.id, reply);
        return (0, views_js_1.toView)(operation);
    }
    const status = successStatusOf(operation.kind);
    void reply.status(status);
    if (status === 201) {
        void reply.header('location', `${RESOURCE_PATHS[operation.targetType]}/${operation.targetId}`);
    }
    const version = operation.result?.['version'];
    if (typeof version === 'number')
        void reply.header('etag', (0, contracts_1.etagOf)(version));
    return operation.result ?? undefined;
}
//# sourceMappingURL=answers.js.map