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
exports.WaysOut = void 0;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const config_js_1 = require("../config.js");
const audit_js_1 = require("./audit.js");
const data_keys_js_1 = require("./data-keys.js");
const execution_statements_js_1 = require("./execution-statements.js");
const erase_js_1 = require("./erase.js");
const lane_statements_js_1 = require("./lane-statements.js");
const leaving_statements_js_1 = require("./leaving-statements.js");
const outcomes_js_1 = require("./outcomes.js");
const release_statements_js_1 = require("./release-statements.js");
const states_js_1 = require("./states.js");
const way_out_statements_js_1 = require("./way-out-statements.js");
/** What each way makes of the write; without one it is carried out again. */
const ENDS = {
    skip: { state: 'failed', says: 'An operator let the lane go on without it.' },
    fail: { state: 'failed', says: 'An operator ended it as failed.' },
    succeed: { state: 'succeeded', says: '' },
};
let WaysOut = class WaysOut {
    constructor(database, config, dataKeys) {
        this.database = database;
        this.config = config;
        this.dataKeys = dataKeys;
    }
    /** @returns the write at which that lane is halted, or null */
    halted(userId) {
        return (0, way_out_statements_js_1.findHalted)(this.database, userId);
    }
    /** @returns what is to be queued, or null where the lane is no longer halted at that write: nothing was done */
    async take(decision) {
        const { userId, actorId, reason, write } = decision;
        const releases = await this.database.statements(async (tx) => {
            if (!(await (0, lane_statements_js_1.lockLane)(tx, userId)))
                return null;
            const done = await this.decide(tx, decision);
            if (!done)
                return null;
            await (0, execution_statements_js_1.release)(tx, userId);
            const change = changeOf(decision);
            await (0, audit_js_1.appendIntervention)(tx, {
                ...{ action: 'lane.release', userId, actorId, operationId: write.id, reason, change },
            });
            return (0, release_statements_js_1.releaseHead)(tx, userId);
        });
        // After the commit, as where a worker ends it: until then the key may be read again.
        if (releases && hasErased(decision))
            this.dataKeys.forget(userId);
        return releases;
    }
    decide(tx, decision) {
        const { action, userId, write } = decision;
        const { id, epoch } = write;
        if (action === 'retry')
            return (0, way_out_statements_js_1.reopen)(tx, { userId, id, epoch }, this.config.run.deadlineMs);
        return end(tx, decision, action);
    }
};
exports.WaysOut = WaysOut;
exports.WaysOut = WaysOut = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database,
        config_js_1.GatewayConfig,
        data_keys_js_1.DataKeys])
], WaysOut);
async function end(tx, decision, action) {
    const { userId, actorId, write, steps } = decision;
    const { state } = ENDS[action];
    const key = { userId, id: write.id, epoch: write.epoch };
    const kind = await (0, way_out_statements_js_1.endByHand)(tx, { key, state, problem: problemOf(action, steps), steps, actorId });
    if (!kind)
        return false;
    await (0, leaving_statements_js_1.leaveLanes)(tx, [{ userId, state, count: 1, move: (0, states_js_1.admissionAtEnd)(kind, state) }]);
    await followKind(tx, key, { kind, state });
    return true;
}
/** What else the end of such a write means, as where a worker ends it. */
async function followKind(tx, key, ending) {
    const { userId } = key;
    const [kind, succeeded] = [ending.kind, ending.state === 'succeeded'];
    if (kind === 'user.register' && !succeeded)
        await (0, outcomes_js_1.rejectWaiting)(tx, userId);
    if (kind === 'user.delete' && succeeded)
        await (0, way_out_statements_js_1.voidSessions)(tx, userId);
    if ((0, outcomes_js_1.erases)(ending))
        await (0, erase_js_1.erase)(tx, key);
}
/** The operator's reason is for the audit trail alone: the user reads this. */
function problemOf(action, steps) {
    const { state, says } = ENDS[action];
    if (state === 'succeeded')
        return null;
    const inForce = steps.filter((step) => step.state === 'applied').map(({ name }) => name);
    const detail = inForce.length > 0 ? `${says} In force: ${inForce.join(', ')}.` : says;
    return (0, contracts_1.problemBody)('ended-by-operator', detail);
}
function changeOf({ action, write, steps }) {
    return {
        before: { state: 'halted', steps: statesOf(write.steps) },
        after: { action, state: action === 'retry' ? 'retrying' : ENDS[action].state, steps: statesOf(steps) },
    };
}
function hasErased({ action, write }) {
    return action !== 'retry' && (0, outcomes_js_1.erases)({ kind: write.kind, state: ENDS[action].state });
}
function statesOf(steps) {
    return Object.fromEntries(steps.map(({ name, state }) => [name, state]));
}
//# sourceMappingURL=ways-out.js.map