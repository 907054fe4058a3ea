"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.proveRedis = proveRedis;
const node_crypto_1 = require("node:crypto");
const bullmq_1 = require("bullmq");
const jobs_js_1 = require("./jobs.js");
const NAME = 'turnpike-probe';
/** Seconds of the wait for a job: only whether the account may wait is asked. */
const WAIT_SECONDS = 0.01;
/**
 * Adds a job and takes it, by hand: BullMQ's loops must not run on an account that lacks one of their commands, for
 * they would run without a pause. Another process that proves the same at the same time may take the job instead.
 * @throws Error that names the command which the account lacks, or says why the server takes no writes
 */
async function proveRedis(producer, consumer, installation) {
    const prefix = (0, jobs_js_1.maintenancePrefix)(installation);
    const queue = new bullmq_1.Queue(NAME, { connection: producer, prefix });
    const worker = new bullmq_1.Worker(NAME, null, {
        connection: consumer,
        prefix,
        autorun: false,
    });
    // Each failure is thrown by the call that meets it; without a listener BullMQ writes it past the log.
    queue.on('error', () => undefined);
    worker.on('error', () => undefined);
    try {
        await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
        await consumer.bzpopmin(`${prefix}:${NAME}:nothing`, WAIT_SECONDS);
        await queue.add('probe', {}, { ...jobs_js_1.JOB_OPTIONS, jobId: `probe-${(0, node_crypto_1.randomUUID)()}` });
        const token = (0, node_crypto_1.randomUUID)();
        const job = await worker.getNextJob(token, { block: false });
        await job?.moveToCompleted(null, token, false);
    }
    finally {
        await Promise.allSettled([worker.close(true), queue.close()]);
    }
}
//# sourceMappingURL=prove-redis.js.map