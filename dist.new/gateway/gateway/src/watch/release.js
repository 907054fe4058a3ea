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
exports.LaneRelease = void 0;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const queries_js_1 = require("../ledger/queries.js");
const ways_out_js_1 = require("../ledger/ways-out.js");
const states_js_1 = require("../ledger/states.js");
const release_js_1 = require("../queue/release.js");
const services_js_1 = require("../run/services.js");
/**
 * Milliseconds in which the services must have closed the steps of a write that is ended by hand, up to its decision, and
 * then those behind it: a service that is away takes no time from the others.
 */
const CLOSED_WITHIN_MS = 5000;
/**
 * Leads a halted lane out of its halt, on one of four ways. Before a write is ended by hand, its steps that are under
 * way for all that is known are closed at their services, so that no late call takes effect, and then the undos of those
 * that are in force or may be. A service that is away cannot be asked, and must not keep the lane halted: its step stays
 * as it is in the row, and a call that is still on the wire is refused there only once the service has seen a later write
 * of the lane.
 */
let LaneRelease = class LaneRelease {
    constructor(waysOut, queries, services, releaser) {
        this.waysOut = waysOut;
        this.queries = queries;
        this.services = services;
        this.releaser = releaser;
    }
    /**
     * @throws Problem `lane-not-halted` unless the lane is halted, and at the write that was named;
     *   `operation-not-cancellable` where the way would open the lane of a user whom the services have deleted
     */
    async take(userId, actorId, { action, reason = null, operationId, }) {
        const write = await this.waysOut.halted(userId);
        if (!write || (operationId && operationId !== write.id))
            return this.assertDone(action, operationId);
        const steps = action === 'retry' ? write.steps : await this.close(userId, action, write);
        const releases = await this.waysOut.take({ userId, actorId, reason, action, write, steps });
        if (!releases)
            return this.assertDone(action, operationId);
        this.releaser.release(releases);
    }
    /** Who has not had the answer asks again, and is told that it is done. */
    async assertDone(action, operationId) {
        const write = operationId ? await this.queries.operation(operationId) : null;
        const state = action === 'succeed' ? 'succeeded' : 'failed';
        if (action === 'retry' || !write?.endedBy || write.state !== state)
            throw new service_1.Problem('lane-not-halted');
    }
    /**
     * The decision first: where it is in force nothing behind it is closed, since a retry has to carry that out.
     * @returns what is known of the steps then
     */
    async close(userId, action, write) {
        const { kind, steps } = write;
        const behind = steps.findIndex(isFinal) + 1;
        const decided = await this.closeSteps(userId, write, steps.slice(0, behind));
        assertMayEnd(action, kind, decided.at(-1));
        return [...decided, ...(await this.closeSteps(userId, write, steps.slice(behind)))];
    }
    closeSteps(userId, { id, seq, epoch }, steps) {
        const signal = AbortSignal.timeout(CLOSED_WITHIN_MS);
        const settle = async ({ name }, key) => {
            const context = { key, userId, fence: { seq, epoch }, ifMatch: null, traceparent: null, signal };
            return (await this.services.settle(name, context)).type;
        };
        return Promise.all(steps.map((step) => closed(id, step, settle)));
    }
};
exports.LaneRelease = LaneRelease;
exports.LaneRelease = LaneRelease = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [ways_out_js_1.WaysOut,
        queries_js_1.LedgerQueries,
        services_js_1.Services,
        release_js_1.Releaser])
], LaneRelease);
/** @returns what is known of the step once neither it nor its undo can come late */
async function closed(operationId, step, settle) {
    const key = (0, contracts_1.stepKey)(operationId, step.name, step.generation);
    const state = step.state === 'pending' ? STATE_SAID[await settle(step, key)] : step.state;
    if (!MAY_BE_IN_FORCE.has(state) || !contracts_1.STEPS[step.name].undo)
        return { ...step, state };
    const isUndone = (await settle(step, (0, contracts_1.undoKey)(key, step.undoGeneration))) === 'applied';
    return { ...step, state: isUndone ? 'undone' : state };
}
const MAY_BE_IN_FORCE = new Set(['applied', 'pending']);
/** Such a step decides its write: what comes behind it can only be carried out. */
function isFinal({ name }) {
    return !contracts_1.STEPS[name].undo;
}
/**
 * Where a deletion or a purge is in force at the service that decides it, an end as failed would give the lane back to a
 * user who is not there.
 */
function assertMayEnd(action, kind, decision) {
    if (action === 'succeed' || !(0, states_js_1.admissionAtEnd)(kind, 'failed') || decision?.state !== 'applied')
        return;
    throw new service_1.Problem('operation-not-cancellable', `${decision.name} is in force and cannot be taken back. Choose "retry" to carry out the rest, or "succeed".`);
}
/** What a service says of a step that is closed. One that has seen a later claim refuses every call of this one. */
const STATE_SAID = {
    applied: 'applied',
    refused: 'refused',
    gone: 'refused',
    sealed: 'sealed',
    stale: 'pending',
    unknown: 'pending',
    unserved: 'pending',
};
//# sourceMappingURL=release.js.map