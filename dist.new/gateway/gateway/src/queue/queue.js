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
var Partitions_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.QueueLifecycle = void 0;
const node_events_1 = require("node:events");
const bullmq_1 = require("@nestjs/bullmq");
const common_1 = require("@nestjs/common");
const core_1 = require("@nestjs/core");
const service_1 = require("../../../libs/service/src/index.js");
const config_js_1 = require("../config.js");
const board_js_1 = require("./board.js");
const connections_js_1 = require("./connections.js");
const jobs_js_1 = require("./jobs.js");
const maintenance_js_1 = require("./maintenance.js");
const name_claim_js_1 = require("./name-claim.js");
const partitions_js_1 = require("./partitions.js");
const partition_views_js_1 = require("./partition-views.js");
const queue_proof_js_1 = require("./queue-proof.js");
const reconciler_js_1 = require("./reconciler.js");
const release_js_1 = require("./release.js");
const worker_js_1 = require("./worker.js");
/** Resolves when that is aborted. */
async function ended(signal) {
    if (!signal.aborted)
        await (0, node_events_1.once)(signal, 'abort');
}
/** BullMQ's queues, one for each partition. */
let Partitions = Partitions_1 = class Partitions {
    static on(names, installation, connections) {
        const queues = names.map((name, index) => ({
            name,
            connection: connections.producer,
            prefix: (0, partitions_js_1.prefixOf)(installation, index, names.length),
            defaultJobOptions: jobs_js_1.JOB_OPTIONS,
            ...jobs_js_1.UNCHECKED,
        }));
        const bull = bullmq_1.BullModule.registerQueue(...queues);
        return { module: Partitions_1, imports: [bull], exports: [bull] };
    }
};
Partitions = Partitions_1 = __decorate([
    (0, common_1.Module)({})
], Partitions);
/**
 * Opens the queue when database and queue server are there, which may be long after the process has started:
 * until then writes are accepted, and wait in the ledger. So BullMQ's module is loaded then and not with the
 * application.
 */
let QueueLifecycle = class QueueLifecycle {
    constructor(loader, database, releaser, partitions, board, worker, reconciler, maintenance, name, proof, config) {
        this.loader = loader;
        this.database = database;
        this.releaser = releaser;
        this.partitions = partitions;
        this.board = board;
        this.worker = worker;
        this.reconciler = reconciler;
        this.maintenance = maintenance;
        this.name = name;
        this.proof = proof;
        this.config = config;
        this.stopped = new AbortController();
        this.connections = null;
        this.opened = Promise.resolve();
    }
    onApplicationBootstrap() {
        this.opened = this.open();
    }
    /** Before the connections of the process are closed: running operations need them. */
    async beforeApplicationShutdown() {
        this.stopped.abort();
        // What is opened after the workers were drained would be drained by nothing.
        await this.opened;
        await this.proof.stop();
        await Promise.all([this.worker.drain(), this.reconciler.stop(), this.maintenance.stop()]);
    }
    async onApplicationShutdown() {
        await this.connections?.close();
    }
    async open() {
        // The database gives up later than this, once it is closed itself.
        await Promise.race([this.database.start(), ended(this.stopped.signal)]);
        this.connections = await (0, connections_js_1.openConnections)(this.config.queue, this.stopped.signal);
        if (!this.connections || !(await this.name.claim(this.connections, this.stopped.signal)))
            return;
        const queues = await this.openQueues(this.connections);
        if (this.stopped.signal.aborted)
            return;
        this.releaser.open(queues);
        this.partitions.open(queues.values());
        const maintenance = this.maintenance.open(this.connections);
        if (this.config.api)
            this.board.open([...queues.values(), maintenance]);
        if (this.config.worker)
            this.startWorkers(this.connections);
        this.proof.start();
    }
    startWorkers(connections) {
        this.worker.start(connections);
        this.reconciler.start();
        this.maintenance.start(connections);
    }
    async openQueues(connections) {
        const { installation, partitions } = this.config.queue;
        const names = (0, partitions_js_1.partitionNames)(partitions);
        const module = await this.loader.load(() => Partitions.on(names, installation, connections));
        const queueOf = (name) => module.get((0, bullmq_1.getQueueToken)(name), { strict: false });
        const queues = new Map(names.map((name) => [name, queueOf(name)]));
        // The connection, which they share, says what is wrong. What nobody hears BullMQ writes past the log.
        queues.forEach((queue) => queue.on('error', () => undefined));
        return queues;
    }
};
exports.QueueLifecycle = QueueLifecycle;
exports.QueueLifecycle = QueueLifecycle = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [core_1.LazyModuleLoader,
        service_1.Database,
        release_js_1.Releaser,
        partition_views_js_1.PartitionViews,
        board_js_1.QueueBoard,
        worker_js_1.QueueWorker,
        reconciler_js_1.Reconciler,
        maintenance_js_1.Maintenance,
        name_claim_js_1.NameClaim,
        queue_proof_js_1.QueueProof,
        config_js_1.GatewayConfig])
], QueueLifecycle);
//# sourceMappingURL=queue.js.map