"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.rebuildQueue = rebuildQueue;
const bullmq_1 = require("bullmq");
const connections_js_1 = require("./connections.js");
const maintenance_js_1 = require("./maintenance.js");
const jobs_js_1 = require("./jobs.js");
const partitions_js_1 = require("./partitions.js");
const release_js_1 = require("./release.js");
/*
 * Makes the queue anew from the ledger, for whoever does not trust what is in it. Nothing is lost by that, whether
 * processes are at work or not: a job is a hint, and a worker whose job is gone has its claim in the ledger. What is in
 * retry and not due yet is released when it is, by the reconciler; so is everything else, if this dies half-way.
 */
/** Milliseconds for the queue's server to answer. */
const ANSWER_WITHIN_MS = 3000;
/** Lanes of one statement. */
const PAGE = 1000;
/** @param tell is called with the count of queued heads, after each page of lanes. @throws Error if the queue is away */
async function rebuildQueue(config, ledger, tell) {
    const connections = await (0, connections_js_1.openConnections)(config, AbortSignal.timeout(ANSWER_WITHIN_MS));
    if (!connections)
        throw new Error(`The queue does not answer within ${ANSWER_WITHIN_MS / 1000} s.`);
    const partitions = partitionQueues(config, connections);
    const maintenance = (0, maintenance_js_1.maintenanceQueue)(config, connections);
    try {
        let dropped = 0;
        for (const queue of [...partitions.values(), maintenance])
            dropped += await empty(queue);
        return { dropped, queued: await queueHeads(partitions, ledger, tell) };
    }
    finally {
        await Promise.allSettled([...partitions.values(), maintenance].map((queue) => queue.close()));
        await connections.close();
    }
}
function partitionQueues({ installation, partitions: count }, { producer }) {
    const options = (index) => ({
        connection: producer,
        prefix: (0, partitions_js_1.prefixOf)(installation, index, count),
        defaultJobOptions: jobs_js_1.JOB_OPTIONS,
    });
    return new Map((0, partitions_js_1.partitionNames)(count).map((name, index) => [name, new bullmq_1.Queue(name, options(index))]));
}
/** @returns how many jobs there were */
async function empty(queue) {
    const jobs = await queue.getJobCountByTypes();
    await queue.obliterate({ force: true });
    // It was paused for that.
    await queue.resume();
    return jobs;
}
async function queueHeads(partitions, ledger, tell) {
    let queued = 0;
    let after = null;
    do {
        const page = await ledger.releaseOverdue(after, { olderThanMs: 0, limit: PAGE, turn: 'waits' });
        await Promise.all([...partitions].map(([name, queue]) => addTo(queue, releasesOf(name, page.releases, partitions.size))));
        queued += page.releases.length;
        tell(queued);
        after = page.next;
    } while (after !== null);
    return queued;
}
function releasesOf(partition, releases, count) {
    return releases.filter(({ userId }) => (0, partitions_js_1.partitionOf)(userId, count) === partition);
}
async function addTo(queue, releases) {
    if (releases.length > 0)
        await queue.addBulk(releases.map((release) => (0, release_js_1.jobOf)(release)));
}
//# sourceMappingURL=rebuild.js.map