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
var QueueWorker_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.QueueWorker = void 0;
const common_1 = require("@nestjs/common");
const api_1 = require("@opentelemetry/api");
const service_1 = require("../../../libs/service/src/index.js");
const p_limit_1 = __importDefault(require("p-limit"));
const config_js_1 = require("../config.js");
const executor_js_1 = require("../run/executor.js");
const complaints_js_1 = require("./complaints.js");
const live_worker_js_1 = require("./live-worker.js");
const partitions_js_1 = require("./partitions.js");
const release_js_1 = require("./release.js");
const worker_set_js_1 = require("./worker-set.js");
/*
 * Takes jobs from every partition and has them executed. A job that turns out to be stale (not the head, already
 * claimed, ended) is dropped by the claim. A job always completes: what becomes of the operation, a retry
 * included, is the ledger's, and a run that threw is found by the reconciler. If this process dies, BullMQ gives
 * its jobs to others, whose claims wait for the lease.
 */
/** Jobs that one partition hands out at a time, at least: a partition must not depend on one slow lane. */
const MIN_CONCURRENCY = 4;
/** Milliseconds for running operations to end when the process stops; the rest is left to its leases. */
const DRAIN_MS = 20_000;
let QueueWorker = QueueWorker_1 = class QueueWorker {
    constructor(executor, releaser, config) {
        this.executor = executor;
        this.releaser = releaser;
        this.config = config;
        this.logger = new common_1.Logger(QueueWorker_1.name);
        this.workers = new worker_set_js_1.WorkerSet();
        this.complain = (0, complaints_js_1.complaints)(this.logger);
        this.draining = false;
        this.limit = (0, p_limit_1.default)(config.queue.concurrency);
    }
    /** Begins to take jobs. */
    start({ consumer }) {
        const { installation, partitions, concurrency } = this.config.queue;
        const share = Math.max(MIN_CONCURRENCY, Math.ceil((2 * concurrency) / partitions));
        const terms = {
            connection: consumer,
            concurrency: Math.min(share, concurrency),
            lockDuration: this.config.run.leaseMs,
        };
        (0, partitions_js_1.partitionNames)(partitions).forEach((partition, index) => this.workers.add(() => this.workerOf(partition, { ...terms, prefix: (0, partitions_js_1.prefixOf)(installation, index, partitions) })));
    }
    /** Whether every partition is asked for jobs, and answers. */
    get isTaking() {
        return this.workers.areAlive;
    }
    /** Called while the server answers: what stands still then would stand still for ever. */
    replaceLost() {
        const names = this.workers.replaceLost();
        if (names.length > 0)
            this.logger.warn(`The workers of ${names.join(', ')} stood still and were made anew.`);
    }
    /** Takes no more jobs and waits for those that run; what takes too long is left to its lease. */
    async drain() {
        this.draining = true;
        let timer;
        const bound = new Promise((resolve) => (timer = setTimeout(resolve, DRAIN_MS)));
        await Promise.race([this.workers.close(), bound]);
        clearTimeout(timer);
    }
    workerOf(partition, options) {
        const worker = new live_worker_js_1.LiveWorker(partition, (job) => this.limit(() => this.process(job)), options);
        return worker.on('error', (error) => this.complain(`${partition}: ${error.message}`));
    }
    async process(job) {
        // It was taken but has not begun: the reconciler of a process that goes on queues it again.
        if (this.draining)
            return;
        await (0, service_1.inSpan)(processing(job), () => this.runNext(job.data));
    }
    async runNext(data) {
        try {
            const stopping = () => this.draining;
            await this.releaser.add(await this.executor.run(data.userId, data.operationId, stopping));
        }
        catch (error) {
            this.logger.warn(`${data.operationId} is left to the reconciler: ${error.message}`);
        }
    }
};
exports.QueueWorker = QueueWorker;
exports.QueueWorker = QueueWorker = QueueWorker_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [executor_js_1.Executor,
        release_js_1.Releaser,
        config_js_1.GatewayConfig])
], QueueWorker);
function processing({ queueName, id, data: { traceparent } }) {
    return () => ({
        name: `process ${queueName}`,
        kind: api_1.SpanKind.CONSUMER,
        // What the reconciler has queued belongs to nothing.
        parent: traceparent === undefined ? undefined : (0, service_1.contextIn)(traceparent),
        attributes: (0, release_js_1.queueAttributes)(queueName, 'process', id),
    });
}
//# sourceMappingURL=worker.js.map