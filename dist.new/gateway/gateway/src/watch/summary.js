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
exports.Summary = void 0;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const config_js_1 = require("../config.js");
const counts_js_1 = require("../ledger/counts.js");
const integrity_runs_js_1 = require("../ledger/integrity-runs.js");
const processes_js_1 = require("../ledger/processes.js");
const samples_js_1 = require("../ledger/samples.js");
const partition_views_js_1 = require("../queue/partition-views.js");
/** Milliseconds for which a summary is given to whoever asks: many look at once, and nothing is older than a second. */
const FRESH_MS = 1000;
/** Everything at a glance. */
let Summary = class Summary {
    constructor(counts, samples, processes, partitions, runs, config) {
        this.counts = counts;
        this.samples = samples;
        this.processes = processes;
        this.partitions = partitions;
        this.runs = runs;
        this.config = config;
        this.latest = null;
    }
    now() {
        if (!this.latest || performance.now() - this.latest.at > FRESH_MS) {
            const summary = this.make();
            this.latest = { summary, at: performance.now() };
            summary.catch(() => (this.latest = null));
        }
        return this.latest.summary;
    }
    async make() {
        const [counts, alive, partitions, integrity] = await Promise.all([
            this.counts.now(),
            this.processes.alive(),
            this.partitions.now(),
            this.runs.health(),
        ]);
        const { operations, lanes, oldestWaitingMs } = counts;
        return {
            ...{ operations, lanes, oldestWaitingMs },
            ...(await this.samples.ratesUntil(counts)),
            ...{ partitions, integrity },
            workers: alive.workers,
            services: Object.keys(this.config.services).map((name) => ({
                name: name,
                breaker: worst(alive.breakers.map((states) => states[name] ?? 'closed')),
            })),
        };
    }
};
exports.Summary = Summary;
exports.Summary = Summary = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [counts_js_1.LedgerCounts,
        samples_js_1.Samples,
        processes_js_1.Processes,
        partition_views_js_1.PartitionViews,
        integrity_runs_js_1.IntegrityRuns,
        config_js_1.GatewayConfig])
], Summary);
/** @returns null where nobody has said anything: a service of which nothing is heard is not one that answers */
function worst(states) {
    if (states.length === 0)
        return null;
    return contracts_1.BREAKER_STATES[Math.max(0, ...states.map((state) => contracts_1.BREAKER_STATES.indexOf(state)))];
}
//# sourceMappingURL=summary.js.map