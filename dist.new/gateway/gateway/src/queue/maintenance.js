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
var Maintenance_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.Maintenance = void 0;
exports.maintenanceQueue = maintenanceQueue;
const promises_1 = require("node:timers/promises");
const common_1 = require("@nestjs/common");
const bullmq_1 = require("bullmq");
const config_js_1 = require("../config.js");
const complaints_js_1 = require("./complaints.js");
const jobs_js_1 = require("./jobs.js");
const live_worker_js_1 = require("./live-worker.js");
const worker_set_js_1 = require("./worker-set.js");
const NAME = 'turnpike-maintenance';
/** The name and the id of the job that proves the queue. */
const PROOF = 'proof';
/** Milliseconds between two looks after the schedulers, which cost one read each. */
const UPKEEP_MS = 10_000;
/** @returns the queue of the tasks */
function maintenanceQueue({ installation }, { producer }) {
    return new bullmq_1.Queue(NAME, {
        connection: producer,
        prefix: (0, jobs_js_1.maintenancePrefix)(installation),
        defaultJobOptions: jobs_js_1.JOB_OPTIONS,
        ...jobs_js_1.UNCHECKED,
    });
}
let Maintenance = Maintenance_1 = class Maintenance {
    constructor(config) {
        this.config = config;
        this.logger = new common_1.Logger(Maintenance_1.name);
        this.tasks = new Map();
        this.stopped = new AbortController();
        this.queue = null;
        this.workers = new worker_set_js_1.WorkerSet();
        this.complain = (0, complaints_js_1.complaints)(this.logger);
        this.upkeep = Promise.resolve();
    }
    /** Called while the application is put together. */
    define(task) {
        this.tasks.set(task.name, task);
    }
    /** Called once the queue's server was reachable. @returns the queue, for operators to look at */
    open(connections) {
        this.queue = maintenanceQueue(this.config.queue, connections);
        this.queue.on('error', (error) => this.complain(error.message));
        return this.queue;
    }
    /** Begins to do what is due, one task at a time. */
    start({ consumer }) {
        this.workers.add(() => this.workerOn(consumer));
        this.upkeep = this.keepScheduled(this.queue);
    }
    /** Has a task done soon, by whichever process; a request that the queue does not take is logged and forgotten. */
    request(name) {
        const added = this.queue?.add(name, {}) ?? Promise.reject(new Error('the queue is not open yet'));
        added.catch((error) => this.logger.warn(`${name} was not queued: ${error.message}`));
    }
    /**
     * Proves that the queue's server takes a job. It is a task that nobody has, and as good as none: while one waits no
     * second is added.
     * @throws Error
     */
    async prove() {
        await this.queue.add(PROOF, {}, { jobId: PROOF });
    }
    /** Whether the maintenance queue is asked for jobs, and answers. */
    get isTaking() {
        return this.workers.areAlive;
    }
    /** Called while the server answers. */
    replaceLost() {
        this.workers.replaceLost();
    }
    async stop() {
        this.stopped.abort();
        await Promise.allSettled([this.workers.close(), this.upkeep]);
        await this.queue?.close();
    }
    workerOn(connection) {
        const process = (job) => this.process(job);
        const prefix = (0, jobs_js_1.maintenancePrefix)(this.config.queue.installation);
        const worker = new live_worker_js_1.LiveWorker(NAME, process, { connection, prefix, concurrency: 1 });
        return worker.on('error', (error) => this.complain(`${NAME}: ${error.message}`));
    }
    async process({ name }) {
        try {
            await this.tasks.get(name)?.run(this.stopped.signal);
        }
        catch (error) {
            this.logger.warn(`${name} is left to its next time: ${error.message}`);
        }
    }
    async keepScheduled(queue) {
        const { signal } = this.stopped;
        while (!signal.aborted) {
            for (const task of this.tasks.values())
                await this.schedule(queue, task);
            await (0, promises_1.setTimeout)(UPKEEP_MS, undefined, { signal }).catch(() => undefined);
        }
    }
    async schedule(queue, { name, everyMs }) {
        try {
            const known = await queue.getJobScheduler(name);
            if (everyMs === 0)
                return void (known && (await queue.removeJobScheduler(name)));
            // One that is as it should be is let alone: two processes that make it anew at once plan a time too many.
            const isOverdue = (known?.next ?? 0) < Date.now() - everyMs;
            if (known?.every === everyMs && !isOverdue)
                return;
            await queue.upsertJobScheduler(name, { every: everyMs }, { name, opts: jobs_js_1.JOB_OPTIONS });
        }
        catch (error) {
            this.logger.warn(`${name} could not be scheduled: ${error.message}`);
        }
    }
};
exports.Maintenance = Maintenance;
exports.Maintenance = Maintenance = Maintenance_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [config_js_1.GatewayConfig])
], Maintenance);
//# sourceMappingURL=maintenance.js.map