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
exports.SystemWrites = void 0;
const common_1 = require("@nestjs/common");
const uuid_1 = require("uuid");
const config_js_1 = require("../config.js");
const ledger_js_1 = require("../ledger/ledger.js");
const release_js_1 = require("../queue/release.js");
const plans_js_1 = require("../run/operations/plans.js");
/** Accepts what the system itself wants done to a user. */
let SystemWrites = class SystemWrites {
    constructor(ledger, releaser, config) {
        this.ledger = ledger;
        this.releaser = releaser;
        this.config = config;
    }
    /** @returns the id of the operation, durable now; null where the lane does not take it */
    async submit({ kind, userId, id = (0, uuid_1.v7)(), key, deletedForMs, payload = {}, actorId, }) {
        const admitted = await this.ledger.admit({
            operation: {
                id,
                userId,
                kind,
                actorId: actorId ?? null,
                target: { type: 'user', id: userId },
                payload,
                ifMatch: null,
                steps: (0, plans_js_1.stepsOf)(kind, {}, this.config.relations),
                traceparent: null,
            },
            // The key is all that there is of the request: nothing has to be fingerprinted.
            clientKey: key === undefined ? null : { scope: 'system', key, fingerprint: key },
            maxDepth: this.config.laneMaxDepth,
            deletedForMs,
        });
        switch (admitted.outcome) {
            case 'accepted':
                this.releaser.release(admitted.releases);
                return id;
            case 'replayed':
                return admitted.operationId;
            case 'refused':
            case 'key-reused':
                return null;
        }
    }
};
exports.SystemWrites = SystemWrites;
exports.SystemWrites = SystemWrites = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [ledger_js_1.Ledger,
        release_js_1.Releaser,
        config_js_1.GatewayConfig])
], SystemWrites);
//# sourceMappingURL=system-writes.js.map