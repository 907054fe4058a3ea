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
var Releaser_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.Releaser = void 0;
exports.queueAttributes = queueAttributes;
exports.jobOf = jobOf;
const common_1 = require("@nestjs/common");
const api_1 = require("@opentelemetry/api");
const service_1 = require("../../../libs/service/src/index.js");
const config_js_1 = require("../config.js");
const partitions_js_1 = require("./partitions.js");
const timeout_js_1 = require("./timeout.js");
/** Milliseconds for adding jobs to one partition. */
const ADD_TIMEOUT_MS = 2000;
/** Milliseconds that a delayed job arrives late on purpose: at its exact time the ledger's clock may be behind. */
const DELAY_MARGIN_MS = 15;
let Releaser = Releaser_1 = class Releaser {
    constructor(config) {
        this.config = config;
        this.logger = new common_1.Logger(Releaser_1.name);
        /** What will be added when that which is on its way has arrived, by the partition. */
        this.gathering = new Map();
        this.underWay = new Map();
        this.origins = new service_1.Origins();
        this.queues = null;
    }
    /** Called once the queue's server was reachable. */
    open(queues) {
        this.queues = queues;
    }
    /** Adds the jobs in the background. */
    release(releases) {
        void this.add(releases);
    }
    /** Adds the jobs; fulfilled when all were added or given up. */
    async add(releases) {
        const byPartition = new Map();
        for (const release of releases) {
            this.origins.remember(release);
            const partition = (0, partitions_js_1.partitionOf)(release.userId, this.config.queue.partitions);
            byPartition.set(partition, [...(byPartition.get(partition) ?? []), release]);
        }
        await Promise.all([...byPartition].map(([partition, group]) => this.gather(partition, group)));
    }
    /** One command adds many jobs for little more than one: what comes while one is on its way goes with the next. */
    gather(partition, releases) {
        const gathering = this.gathering.get(partition);
        if (gathering) {
            gathering.releases.push(...releases);
            return gathering.added;
        }
        const next = { releases: [...releases], added: Promise.resolve() };
        this.gathering.set(partition, next);
        next.added = (this.underWay.get(partition) ?? Promise.resolve()).then(() => {
            this.gathering.delete(partition);
            return this.addTo(partition, next.releases);
        });
        this.underWay.set(partition, next.added);
        return next.added;
    }
    async addTo(partition, releases) {
        const spans = releases.map((release) => this.spanOf(partition, release));
        try {
            const queue = this.queues?.get(partition);
            const jobs = releases.map((release, index) => jobOf(release, (0, service_1.traceparentOf)(spans[index])));
            // A node of the queue that is gone must not keep the reconciler from the other partitions.
            if (queue)
                await (0, timeout_js_1.withTimeout)(queue.addBulk(jobs), ADD_TIMEOUT_MS);
        }
        catch (error) {
            spans.forEach((span) => (0, service_1.fail)(span, error));
            this.logger.warn(`${releases.length} jobs were not queued in ${partition}: ${error.message}`);
        }
        finally {
            spans.forEach((span) => span.end());
        }
    }
    /** Each has one, though they are added together: where its job leads to, nobody else's does. */
    spanOf(partition, release) {
        return (0, service_1.startSpan)({
            name: `send ${partition}`,
            kind: api_1.SpanKind.PRODUCER,
            parent: this.origins.of(release),
            attributes: queueAttributes(partition, 'send', jobIdOf(release)),
        });
    }
};
exports.Releaser = Releaser;
exports.Releaser = Releaser = Releaser_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [config_js_1.GatewayConfig])
], Releaser);
/** What the conventions say of a message, whoever handles it. */
function queueAttributes(partition, operation, jobId) {
    return {
        'messaging.system': 'bullmq',
        'messaging.destination.name': partition,
        'messaging.operation.name': operation,
        'messaging.operation.type': operation,
        'messaging.message.id': jobId,
    };
}
function jobIdOf({ operationId, release }) {
    return `${operationId}-${release}`;
}
/**
 * @param traceparent of the span that sends it
 * @returns the job of a release
 */
function jobOf(release, traceparent = null) {
    const { userId, operationId, delayMs } = release;
    return {
        name: 'operation',
        data: { userId, operationId, ...(traceparent && { traceparent }) },
        opts: {
            jobId: jobIdOf(release),
            ...(delayMs > 0 && { delay: delayMs + DELAY_MARGIN_MS }),
        },
    };
}
//# sourceMappingURL=release.js.map