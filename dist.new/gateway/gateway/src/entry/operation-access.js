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
exports.OperationAccess = void 0;
exports.authoriseFor = authoriseFor;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const queries_js_1 = require("../ledger/queries.js");
const authorise_js_1 = require("./authorise.js");
const caller_js_1 = require("./caller.js");
const operation_token_js_1 = require("./operation-token.js");
/** Who may see what became of a write. */
let OperationAccess = class OperationAccess {
    constructor(queries, operationTokens) {
        this.queries = queries;
        this.operationTokens = operationTokens;
    }
    /** The token of a registration is enough; else the caller must be owner, actor or administrator. */
    async assertReadable(id, request) {
        if (await this.hasToken(id, request))
            return;
        authoriseFor('operation.read', await this.queries.operation(id), (0, caller_js_1.callerOf)(request));
    }
    /** @throws Problem 401 when what let the request in is over, whose answer may go on for hours */
    async assertStillReadable(id, request) {
        if ((0, caller_js_1.callerOf)(request))
            await (0, caller_js_1.verifyAgain)(request);
        else if (!(await this.hasToken(id, request)))
            throw new service_1.Problem('unauthenticated');
    }
    async hasToken(id, { headers }) {
        const token = headers[contracts_1.HEADERS.operationToken];
        return typeof token === 'string' && (await this.operationTokens.allows(token, id));
    }
};
exports.OperationAccess = OperationAccess;
exports.OperationAccess = OperationAccess = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [queries_js_1.LedgerQueries,
        operation_token_js_1.OperationTokens])
], OperationAccess);
/** Whoever asked for a write may see what became of it, as may the user whose data it is about. */
function authoriseFor(action, operation, caller) {
    const isActor = caller !== null && operation?.actorId === caller.userId;
    (0, authorise_js_1.authorise)(action, caller, (isActor ? caller.userId : operation?.userId) ?? null);
    if (!operation)
        throw new service_1.Problem('not-found');
    return operation;
}
//# sourceMappingURL=operation-access.js.map