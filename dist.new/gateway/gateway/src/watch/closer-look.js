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
exports.CloserLook = void 0;
const common_1 = require("@nestjs/common");
const service_1 = require("../../../libs/service/src/index.js");
const audit_trail_js_1 = require("../ledger/audit-trail.js");
const queries_js_1 = require("../ledger/queries.js");
const views_js_1 = require("../ledger/views.js");
const hidden_js_1 = require("./hidden.js");
/** One write in full. What people have written into it is hidden, unless somebody says why he has to see it. */
let CloserLook = class CloserLook {
    constructor(queries, trail) {
        this.queries = queries;
        this.trail = trail;
    }
    /** @throws Problem 404 where there is no such write */
    async at(id) {
        const operation = await this.find(id);
        const [payload, waiting, retriedBy] = await Promise.all([
            this.queries.payloadOf(operation),
            this.queries.waiting(operation),
            this.queries.repetitionOf(id),
        ]);
        const { result, ifMatch, traceparent } = operation;
        return {
            ...(0, views_js_1.toView)(operation),
            ...(waiting && { waiting }),
            steps: operation.steps.map(({ name, service, state, attempts, ms, problem }) => ({
                ...{ name, service, state, attempts },
                ms: ms ?? null,
                problem: problem ?? null,
            })),
            ...{
                payload: payload && (0, hidden_js_1.hidden)(payload),
                result: result && (0, hidden_js_1.hidden)(result),
                ifMatch,
                traceparent,
                retriedBy,
            },
        };
    }
    /** Shows what a write holds; the audit trail tells of it first. */
    async reveal(id, actorId, reason) {
        const operation = await this.find(id);
        const { userId, result } = operation;
        await this.trail.append({ action: 'operation.reveal', userId, operationId: id, actorId, reason });
        return { payload: await this.queries.payloadOf(operation), result };
    }
    async find(id) {
        const operation = await this.queries.operation(id);
        if (!operation)
            throw new service_1.Problem('not-found');
        return operation;
    }
};
exports.CloserLook = CloserLook;
exports.CloserLook = CloserLook = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [queries_js_1.LedgerQueries,
        audit_trail_js_1.AuditTrail])
], CloserLook);
//# sourceMappingURL=closer-look.js.map