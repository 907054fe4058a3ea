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
var Steps_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.Steps = void 0;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../contracts/src/index.js");
const database_js_1 = require("./database.js");
const fence_js_1 = require("./fence.js");
const impossible_js_1 = require("./impossible.js");
const inbox_js_1 = require("./inbox.js");
const outbox_js_1 = require("./outbox.js");
const problem_js_1 = require("./problem.js");
let Steps = Steps_1 = class Steps {
    constructor(database) {
        this.database = database;
        this.logger = new common_1.Logger(Steps_1.name);
    }
    /** Carries a step out once. @throws Problem `stale-fence`, unrecorded, when a newer claim was seen. */
    async apply(call, effect, { tombstone = 'forbids' } = {}) {
        try {
            return await this.once(call, async (tx, fence) => {
                if (fence.tombstoned && tombstone === 'forbids')
                    return refuse(tx, call, 'user-deleted');
                return this.attempt(tx, call, effect);
            });
        }
        catch (error) {
            // Refused by what is checked at the commit, or by the row of the answer: nothing of it is there any more.
            return this.once(call, (tx) => (0, inbox_js_1.record)(tx, call, this.impossible(call, error)));
        }
    }
    /** @returns the step's first answer, or seals its key, so that a call that is still under way can do nothing. */
    settle(call) {
        return this.once(call, (tx) => refuse(tx, call, 'step-sealed'));
    }
    /**
     * Takes a step back, whose success must be on record. It has a key of its own and ignores the tombstone. Its
     * refusal is not recorded: an operator mends what stands in the way, and then the undo must be possible. What the
     * step answered goes with it: of a registration that is undone no purge would ever come to take the name.
     * @param call with the undo's key
     * @param stepKey the key of the step that it takes back
     * @throws Problem `undo-refused`
     */
    undo(call, stepKey, effect) {
        return this.once(call, async (tx) => {
            const step = await (0, inbox_js_1.remembered)(tx, stepKey);
            if (!step || step.status >= 300)
                throw new problem_js_1.Problem('undo-refused', 'It is on no record as applied.');
            const applied = await effect(tx.entities, step.before);
            await (0, inbox_js_1.forgetUndone)(tx, stepKey);
            return recordApplied(tx, call, applied);
        }).catch((error) => this.refuseUndo(call, error));
    }
    refuseUndo(call, error) {
        const refused = (0, impossible_js_1.refusedData)(error);
        if (refused) {
            this.logger.error((0, impossible_js_1.lineOf)(call, refused));
            throw new problem_js_1.Problem('undo-refused', (0, impossible_js_1.refusedBecause)(refused));
        }
        if (!isRefusal(error) || UNDO_PASSES.has(error.code))
            throw error;
        throw new problem_js_1.Problem('undo-refused', error.body.detail ?? error.body.title);
    }
    /**
     * Carries out a change that begins in this service, beside the lane. It has no place there, so there is no fence to
     * compare and no answer to remember; but it holds the user's row first, as every step does, so that no step sees
     * half of it, and its event comes in its order among those of the steps.
     * @param reportedAs the step whose event tells of it
     */
    beside(userId, reportedAs, effect) {
        return this.database.statements(async (tx) => {
            await (0, inbox_js_1.lockUser)(tx, userId);
            const applied = await effect(tx.entities);
            if (!applied)
                return;
            if (applied.tombstone)
                await (0, inbox_js_1.setTombstone)(tx, userId, applied.tombstone);
            await (0, outbox_js_1.reportChange)(tx, userId, reportedAs);
        });
    }
    /** Carries the effect out, or records why not. */
    async attempt(tx, call, effect) {
        let applied;
        try {
            applied = await effect(tx.entities);
        }
        catch (error) {
            const refusal = isRefusal(error)
                ? new inbox_js_1.RecordedAnswer(error.body.status, error.body)
                : this.impossible(call, error);
            await (0, inbox_js_1.undoEffect)(tx);
            return (0, inbox_js_1.record)(tx, call, refusal);
        }
        return recordApplied(tx, call, applied);
    }
    /** @throws the error, where it is not one that comes at every attempt */
    impossible(call, error) {
        const refused = (0, impossible_js_1.refusedData)(error);
        if (!refused)
            throw error;
        this.logger.error((0, impossible_js_1.lineOf)(call, refused));
        return (0, impossible_js_1.impossible)(refused);
    }
    /** Lock; then, in new statements, inbox and fence; then `act`. */
    once(call, act) {
        return this.database.statements(async (tx) => {
            const { fence, answer } = await (0, inbox_js_1.lockAndLook)(tx, call);
            if (answer)
                return new inbox_js_1.RecordedAnswer(answer.status, answer.body);
            if ((0, fence_js_1.isOlder)(call.fence, fence)) {
                throw new problem_js_1.Problem('stale-fence', `fence ${fence.seq}.${fence.epoch} has been seen`);
            }
            return act(tx, fence);
        });
    }
};
exports.Steps = Steps;
exports.Steps = Steps = Steps_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [database_js_1.Database])
], Steps);
function recordApplied(tx, call, { body, before, tombstone }) {
    const event = (0, outbox_js_1.eventOfStep)(call.key);
    return (0, inbox_js_1.record)(tx, call, new inbox_js_1.RecordedAnswer(200, body), { before, tombstone, event });
}
function refuse(tx, call, code) {
    const body = (0, contracts_1.problemBody)(code);
    return (0, inbox_js_1.record)(tx, call, new inbox_js_1.RecordedAnswer(body.status, body));
}
/** What an undo is refused with that is not about its effect. */
const UNDO_PASSES = new Set(['undo-refused', 'stale-fence']);
/** 429 and what is above 499 say nothing about the step; any other problem of an effect is its final answer. */
function isRefusal(error) {
    return error instanceof problem_js_1.Problem && error.body.status < 500 && error.body.status !== 429;
}
//# sourceMappingURL=steps.js.map