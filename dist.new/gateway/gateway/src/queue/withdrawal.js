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
exports.Withdrawal = void 0;
const common_1 = require("@nestjs/common");
const endings_js_1 = require("../ledger/endings.js");
const ledger_js_1 = require("../ledger/ledger.js");
const queries_js_1 = require("../ledger/queries.js");
const release_js_1 = require("./release.js");
/** Milliseconds in which a worker must have closed the steps of a write that is to be withdrawn while in retry. */
const CLOSED_WITHIN_MS = 5000;
/** Withdraws writes: at once while they are queued; in retry a worker closes their steps at the services first. */
let Withdrawal = class Withdrawal {
    constructor(ledger, queries, endings, releaser) {
        this.ledger = ledger;
        this.queries = queries;
        this.endings = endings;
        this.releaser = releaser;
    }
    /** @returns whether the write is cancelled now, or was before */
    async cancel(userId, operationId) {
        const { outcome, releases } = await this.ledger.cancel(userId, operationId);
        this.releaser.release(releases);
        if (outcome === 'cancelled')
            return true;
        const operation = outcome === 'requested'
            ? await this.endings.ofOperation(operationId, { timeoutMs: CLOSED_WITHIN_MS })
            : await this.queries.operation(operationId);
        return operation?.state === 'cancelled';
    }
};
exports.Withdrawal = Withdrawal;
exports.Withdrawal = Withdrawal = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [ledger_js_1.Ledger,
        queries_js_1.LedgerQueries,
        endings_js_1.Endings,
        release_js_1.Releaser])
], Withdrawal);
//# sourceMappingURL=withdrawal.js.map