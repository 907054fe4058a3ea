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
exports.Admission = void 0;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const uuid_1 = require("uuid");
const config_js_1 = require("../config.js");
const ledger_js_1 = require("../ledger/ledger.js");
const release_js_1 = require("../queue/release.js");
const plans_js_1 = require("../run/operations/plans.js");
const answers_js_1 = require("./answers.js");
const authorise_js_1 = require("./authorise.js");
const fingerprint_js_1 = require("./fingerprint.js");
const once_js_1 = require("./once.js");
const request_js_1 = require("./request.js");
/** Seconds after which a full lane may have room again. */
const LANE_FULL_RETRY_SECONDS = 5;
let Admission = class Admission {
    constructor(ledger, releaser, fingerprints, answers, config) {
        this.ledger = ledger;
        this.releaser = releaser;
        this.fingerprints = fingerprints;
        this.answers = answers;
        this.config = config;
    }
    /** Accepts the write or throws the problem that refuses it. @returns the body of the answer */
    async submit(write, request, reply) {
        (0, authorise_js_1.authorise)(write.kind, write.caller, write.userId);
        const clientKey = this.clientKeyOf(write, request);
        const operation = operationOf(write, request, this.config.relations);
        if (write.prepare) {
            // The admission answers a replay by itself; here it spares only what is done before, a password's hash.
            const replay = clientKey && (await this.ledger.findReplay(clientKey));
            if (replay)
                return this.answerReplay(replay, request, reply);
            Object.assign(operation.payload, await write.prepare());
        }
        const admitted = await this.ledger.admit({
            operation,
            clientKey,
            maxDepth: this.config.laneMaxDepth,
            cancelsWaiting: write.cancelsWaiting,
        });
        switch (admitted.outcome) {
            case 'accepted':
                this.releaser.release(admitted.releases);
                return this.answers.accepted(operation, admitted, request, reply);
            case 'refused':
                throw refusal(admitted.code);
            case 'replayed':
            case 'key-reused':
                return this.answerReplay(admitted, request, reply);
        }
    }
    answerReplay(replay, request, reply) {
        if (replay.outcome === 'key-reused')
            throw new service_1.Problem('idempotency-key-reused');
        void reply.header(contracts_1.HEADERS.idempotencyReplayed, 'true');
        return this.answers.operation(replay.operationId, request, reply);
    }
    clientKeyOf({ caller, anonymousScope }, request) {
        const scope = caller ? (0, once_js_1.scopeOf)(caller) : `email ${this.fingerprints.hash(anonymousScope ?? '')}`;
        return this.fingerprints.clientKeyOf(scope, request);
    }
};
exports.Admission = Admission;
exports.Admission = Admission = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [ledger_js_1.Ledger,
        release_js_1.Releaser,
        fingerprint_js_1.Fingerprints,
        answers_js_1.Answers,
        config_js_1.GatewayConfig])
], Admission);
function operationOf(write, request, relations) {
    return {
        id: (0, uuid_1.v7)(),
        userId: write.userId,
        kind: write.kind,
        actorId: write.caller?.userId ?? null,
        target: write.target,
        payload: { ...write.payload },
        ifMatch: (0, request_js_1.ifMatchOf)(request),
        steps: (0, plans_js_1.stepsOf)(write.kind, write.payload, relations),
        traceparent: (0, service_1.givenTraceparent)(request),
    };
}
function refusal(code) {
    if (code !== 'lane-full')
        return new service_1.Problem(code);
    return new service_1.Problem(code, undefined, {}, { 'retry-after': String(LANE_FULL_RETRY_SECONDS) });
}
//# sourceMappingURL=admit.js.map