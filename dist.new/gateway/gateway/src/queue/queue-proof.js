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
var QueueProof_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.QueueProof = void 0;
const promises_1 = require("node:timers/promises");
const common_1 = require("@nestjs/common");
const config_js_1 = require("../config.js");
const executor_js_1 = require("../run/executor.js");
const complaints_js_1 = require("./complaints.js");
const maintenance_js_1 = require("./maintenance.js");
const timeout_js_1 = require("./timeout.js");
const worker_js_1 = require("./worker.js");
/*
 * Proves all the time that a write which is accepted would be carried out: the queue's server takes a job, this
 * process' workers are answered when they ask for jobs, and the ledger lets them claim one. Whatever is wrong is said
 * by /health/ready. A worker that stands still although the server answers is replaced.
 */
/** Milliseconds between two proofs, each of which adds one job and claims nothing once. */
const PROVE_EVERY_MS = 1000;
/** Milliseconds for each half of a proof. */
const PROVE_WITHIN_MS = 2500;
/** Milliseconds that a proof holds: two that take their time. */
const PROOF_HOLDS_MS = 6000;
/** A lane that nobody has, and an operation of it. */
const NOBODY = '00000000-0000-0000-0000-000000000000';
let QueueProof = QueueProof_1 = class QueueProof {
    constructor(maintenance, worker, executor, config) {
        this.maintenance = maintenance;
        this.worker = worker;
        this.executor = executor;
        this.config = config;
        this.logger = new common_1.Logger(QueueProof_1.name);
        this.complain = (0, complaints_js_1.complaints)(this.logger);
        this.stopped = new AbortController();
        this.finished = Promise.resolve();
        this.addedAt = -Infinity;
        this.claimedAt = -Infinity;
    }
    /** Called once queues and workers are made. */
    start() {
        this.finished = this.run();
    }
    async stop() {
        this.stopped.abort();
        await this.finished;
    }
    /** Whether jobs can be added, and in a process that carries writes out, whether its workers take them. */
    get queueWorks() {
        const taking = !this.config.worker || (this.worker.isTaking && this.maintenance.isTaking);
        return taking && isFresh(this.addedAt);
    }
    /** Whether what a worker takes can be claimed. */
    get claimsWork() {
        return !this.config.worker || isFresh(this.claimedAt);
    }
    async run() {
        const { signal } = this.stopped;
        while (!signal.aborted) {
            await Promise.all([this.proveQueue(), this.config.worker && this.proveClaims()]);
            await (0, promises_1.setTimeout)(PROVE_EVERY_MS, undefined, { signal }).catch(() => undefined);
        }
    }
    async proveQueue() {
        try {
            await (0, timeout_js_1.withTimeout)(this.maintenance.prove(), PROVE_WITHIN_MS);
        }
        catch (error) {
            this.complain(`The queue takes no jobs: ${error.message}`);
            return;
        }
        this.addedAt = performance.now();
        this.worker.replaceLost();
        this.maintenance.replaceLost();
    }
    /** The claim of an operation that does not exist is answered by the same statement as every other. */
    async proveClaims() {
        try {
            await (0, timeout_js_1.withTimeout)(this.executor.run(NOBODY, NOBODY), PROVE_WITHIN_MS);
            this.claimedAt = performance.now();
        }
        catch (error) {
            this.complain(`The ledger lets this process claim nothing: ${error.message}`);
        }
    }
};
exports.QueueProof = QueueProof;
exports.QueueProof = QueueProof = QueueProof_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [maintenance_js_1.Maintenance,
        worker_js_1.QueueWorker,
        executor_js_1.Executor,
        config_js_1.GatewayConfig])
], QueueProof);
function isFresh(at) {
    return performance.now() - at < PROOF_HOLDS_MS;
}
//# sourceMappingURL=queue-proof.js.map