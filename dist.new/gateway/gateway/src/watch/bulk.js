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
var __importDefault = (this && this.__importDefault) || function (mod) {
    return (mod && mod.__esModule) ? mod : { "default": mod };
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.Bulk = void 0;
const node_crypto_1 = require("node:crypto");
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const p_limit_1 = __importDefault(require("p-limit"));
const bulk_runs_js_1 = require("../ledger/bulk-runs.js");
const maintenance_js_1 = require("../queue/maintenance.js");
const actions_js_1 = require("./actions.js");
/*
 * Many writes repeated or withdrawn, each as if an operator had asked for it, with the same reason and an entry of its
 * own in the audit trail. A run belongs to a worker, and goes on with another if that dies.
 */
/** Milliseconds after which a run is taken up that a dead worker left, beside the time that it has to be silent. */
const LOOK_EVERY_MS = 10_000;
/** Writes between two words about how far it is. */
const PAGE = 100;
/** Lanes. Withdrawals in retry wait for a worker: some at a time, but not so many that they are all that is done. */
const AT_ONCE = 8;
let Bulk = class Bulk {
    constructor(runs, actions, maintenance) {
        this.runs = runs;
        this.actions = actions;
        this.maintenance = maintenance;
        this.worker = (0, node_crypto_1.randomUUID)();
        this.limit = (0, p_limit_1.default)(AT_ONCE);
    }
    onModuleInit() {
        this.maintenance.define({ name: TASK, everyMs: LOOK_EVERY_MS, run: (stopped) => this.perform(stopped) });
    }
    /** @returns how many writes it would be */
    async count({ action, filter }) {
        return { count: await this.runs.count(action, bounded(action, filter)) };
    }
    /** Begins a run over the writes that there are now, once for each key. */
    async begin({ action, filter, reason }, actorId, clientKey) {
        const run = { action, filter: bounded(action, filter), reason, actorId };
        const made = await this.runs.begin(run, clientKey);
        this.maintenance.request(TASK);
        return made;
    }
    list(query) {
        return this.runs.page(query);
    }
    /** @throws Problem 404 where there is no such run */
    async find(id) {
        const run = await this.runs.find(id);
        if (!run)
            throw new service_1.Problem('not-found');
        return run;
    }
    /** What is done stays done; a run that is over stays as it is. */
    async abort(id) {
        await this.runs.abort(id);
        return this.find(id);
    }
    async perform(stopped) {
        for (;;) {
            const claim = await this.runs.claim(this.worker);
            if (!claim || stopped.aborted)
                return;
            await this.carryOut(claim, stopped);
        }
    }
    async carryOut(claim, stopped) {
        while (!stopped.aborted) {
            const items = await this.runs.next(claim, PAGE);
            if (items.length === 0)
                return this.runs.end(claim);
            const progress = await this.page(claim, items);
            if (!(await this.runs.proceed(claim, progress)))
                return;
            claim.position = progress.position;
        }
    }
    /** Those of one lane one after the other, so that they keep their order. */
    async page({ action, reason, actorId }, items) {
        const progress = { position: items.at(-1).id, done: 0, refusals: {} };
        const lane = async (ids) => {
            for (const id of ids) {
                try {
                    await this.actions[action](id, actorId, reason);
                    progress.done += 1;
                }
                catch (error) {
                    const { code } = (0, service_1.problemOf)(error);
                    progress.refusals[code] = (progress.refusals[code] ?? 0) + 1;
                }
            }
        };
        await Promise.all([...byLane(items).values()].map((ids) => this.limit(() => lane(ids))));
        return progress;
    }
};
exports.Bulk = Bulk;
exports.Bulk = Bulk = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [bulk_runs_js_1.BulkRuns,
        actions_js_1.Actions,
        maintenance_js_1.Maintenance])
], Bulk);
function byLane(items) {
    const lanes = new Map();
    for (const { id, userId } of items)
        lanes.set(userId, [...(lanes.get(userId) ?? []), id]);
    return lanes;
}
const TASK = 'bulk';
/** @throws Problem 400 for a state in which the action means nothing. @returns the filter, with an end in time */
function bounded(action, filter) {
    if (filter.state && !contracts_1.BULK_STATES[action].some((state) => state === filter.state)) {
        const message = `must be one of ${contracts_1.BULK_STATES[action].join(', ')}`;
        throw (0, service_1.invalidRequest)([{ path: 'filter.state', message }]);
    }
    return { ...filter, to: filter.to ?? new Date().toISOString() };
}
//# sourceMappingURL=bulk.js.map