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
exports.Actions = void 0;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const uuid_1 = require("uuid");
const config_js_1 = require("../config.js");
const audit_trail_js_1 = require("../ledger/audit-trail.js");
const lane_control_js_1 = require("../ledger/lane-control.js");
const ledger_js_1 = require("../ledger/ledger.js");
const lane_views_js_1 = require("../ledger/lane-views.js");
const queries_js_1 = require("../ledger/queries.js");
const views_js_1 = require("../ledger/views.js");
const release_js_1 = require("../queue/release.js");
const withdrawal_js_1 = require("../queue/withdrawal.js");
const release_js_2 = require("./release.js");
/**
 * Interventions in lanes and operations: all of them are the ledger's, here they only get their answers. What is
 * done to a lane is audited in its own transaction. A write that is repeated or withdrawn is audited immediately
 * after: admission and withdrawal are the same for clients, who are not audited for asking, and a withdrawal in
 * retry ends in another process. If this one dies in between, the operation itself still tells who repeated it.
 */
let Actions = class Actions {
    constructor(ledger, lanes, laneViews, queries, trail, laneRelease, withdrawal, releaser, config) {
        this.ledger = ledger;
        this.lanes = lanes;
        this.laneViews = laneViews;
        this.queries = queries;
        this.trail = trail;
        this.laneRelease = laneRelease;
        this.withdrawal = withdrawal;
        this.releaser = releaser;
        this.config = config;
    }
    /** @throws Problem 404 where there is no such lane */
    async lane(userId) {
        const lane = await this.laneViews.find(userId);
        if (!lane)
            throw new service_1.Problem('not-found');
        return lane;
    }
    async pause(userId, actorId, reason) {
        return this.controlled(userId, await this.lanes.pause(userId, actorId, reason));
    }
    async resume(userId, actorId, reason) {
        return this.controlled(userId, await this.lanes.resume(userId, actorId, reason));
    }
    /** @throws Problem 409 where the lane is not halted and an action says what is to become of its head */
    async release(userId, actorId, asked) {
        const { action, reason = null } = asked;
        if (!action)
            return this.controlled(userId, await this.lanes.release(userId, actorId, reason));
        await this.lane(userId);
        await this.laneRelease.take(userId, actorId, { ...asked, action, reason });
        return this.lane(userId);
    }
    /** Asking again for what is so already is answered with the lane as it is. */
    controlled(userId, { found, releases }) {
        if (!found)
            throw new service_1.Problem('not-found');
        this.releaser.release(releases);
        return this.lane(userId);
    }
    /** @throws Problem 409 unless it ends cancelled */
    async cancel(id, actorId, reason) {
        const { userId, state } = await this.find(id);
        if (!(await this.withdrawal.cancel(userId, id)))
            throw new service_1.Problem('operation-not-cancellable');
        if (state !== 'cancelled') {
            await this.trail.append({ action: 'operation.cancel', userId, operationId: id, actorId, reason });
        }
        return (0, views_js_1.toView)(await this.find(id));
    }
    /**
     * One repetition at a time, and none of what has succeeded by one: who asks again is answered with that.
     * @throws Problem 400 unless it failed; what admission says if the lane does not take it
     */
    async retry(id, actorId, reason) {
        const failed = await this.find(id);
        assertRepeatable(failed);
        const standing = await this.queries.standingRepetition(failed);
        return (0, views_js_1.toView)(standing ?? (await this.repeat(failed, actorId, reason)));
    }
    async repeat(failed, actorId, reason) {
        const payload = await this.queries.payloadOf(failed);
        if (!payload)
            throw new service_1.Problem('user-deleted');
        const operation = repetitionOf(failed, payload, actorId);
        const { laneMaxDepth: maxDepth } = this.config;
        const admitted = await this.ledger.admit({ operation, clientKey: null, maxDepth });
        if (admitted.outcome === 'refused')
            return this.rivalOf(failed, admitted.code);
        if (admitted.outcome === 'accepted')
            this.releaser.release(admitted.releases);
        const { userId, id: operationId } = failed;
        await this.trail.append({ action: 'operation.retry', userId, operationId, actorId, reason });
        return this.find(operation.id);
    }
    /** @returns the repetition that came in between. @throws Problem where it was not for one that it was refused */
    async rivalOf(failed, code) {
        const standing = await this.queries.standingRepetition(failed);
        if (!standing)
            throw new service_1.Problem(code);
        return standing;
    }
    async find(id) {
        const operation = await this.queries.operation(id);
        if (!operation)
            throw new service_1.Problem('not-found');
        return operation;
    }
};
exports.Actions = Actions;
exports.Actions = Actions = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [ledger_js_1.Ledger,
        lane_control_js_1.LaneControl,
        lane_views_js_1.LaneViews,
        queries_js_1.LedgerQueries,
        audit_trail_js_1.AuditTrail,
        release_js_2.LaneRelease,
        withdrawal_js_1.Withdrawal,
        release_js_1.Releaser,
        config_js_1.GatewayConfig])
], Actions);
/** @throws Problem where a repetition would be wrong, or would do nothing */
function assertRepeatable({ state, kind, steps }) {
    if (state !== 'failed')
        throw new service_1.Problem('invalid-request', 'Only a failed write can be repeated.');
    // A repair is found anew by the next integrity run, a purge is due until it has succeeded.
    if ((0, contracts_1.isSystemKind)(kind))
        throw new service_1.Problem('invalid-request', 'The system itself sees to this one.');
    // Only what an operator ended by hand can be so; carried out again it could be there twice.
    const standing = steps.find((step) => step.state === 'applied' || step.state === 'pending');
    if (standing)
        throw new service_1.Problem('invalid-request', `${standing.name} is in force, or may be.`);
    // The lane of a user who was never made is closed for ever: the client registers again, as another user.
    if (kind === 'user.register')
        throw new service_1.Problem('user-deleted');
}
/** @returns the same write once more, asked for by that operator */
function repetitionOf(failed, payload, actorId) {
    return {
        id: (0, uuid_1.v7)(),
        userId: failed.userId,
        kind: failed.kind,
        actorId,
        target: { type: failed.targetType, id: failed.targetId },
        payload,
        ifMatch: failed.ifMatch,
        steps: failed.steps.map(({ name, service }) => ({ name, service })),
        traceparent: null,
        retryOf: failed.id,
        repeats: (0, queries_js_1.firstOf)(failed),
    };
}
//# sourceMappingURL=actions.js.map