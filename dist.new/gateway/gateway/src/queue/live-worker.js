"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.LiveWorker = exports.MAX_WAIT_MS = void 0;
const promises_1 = require("node:timers/promises");
const bullmq_1 = require("bullmq");
/**
 * Milliseconds that a worker waits for a job before it asks again. BullMQ's own 5 to 10 s, on PostgreSQL an hour, is
 * for how long a connection that the network has forgotten, or a notice that was lost, goes unnoticed.
 */
exports.MAX_WAIT_MS = 2000;
/** Milliseconds until a worker whose server refuses, or is away, asks again; BullMQ's own 15 s would stop every lane. */
const RECOVER_MS = 500;
/**
 * Milliseconds without an answer of the server after which a worker takes no jobs: its wait, the silence after which its
 * connection is ended (CONSUMER_SILENCE_MS), and a second.
 */
const SILENT_AFTER_MS = 7000;
/** Stalled jobs are always given out again: the claim decides, not a count. */
const MAX_STALLED = 1_000_000;
/**
 * Milliseconds that a taken job is this worker's, renewed at half of it, and between two looks for jobs that nobody
 * renews. Not the lane's lease: a job whose handing over got lost in the network is nobody's, and its lane waits until
 * it is found. One that is given out twice is dropped by the claim.
 */
const LOCK_MS = 4000;
const STALLED_EVERY_MS = 2000;
/**
 * BullMQ's worker, which says whether its loop takes jobs, and whose loop cannot run hot. BullMQ asks again at once
 * after a refusal: with an account that lacks a command, or a full Redis, that is a loop without a pause.
 */
class LiveWorker extends bullmq_1.Worker {
    constructor(name, process, { lockDuration = LOCK_MS, ...options }) {
        super(name, process, {
            ...options,
            drainDelay: exports.MAX_WAIT_MS / 1000,
            runRetryDelay: RECOVER_MS,
            lockDuration: Math.min(lockDuration, LOCK_MS),
            stalledInterval: Math.min(lockDuration, STALLED_EVERY_MS),
            maxStalledCount: MAX_STALLED,
            removeOnComplete: { count: 0 },
            removeOnFail: { count: 0 },
            autorun: false,
        });
        this.madeAt = performance.now();
        this.answeredAt = -Infinity;
        this.underWay = new Set();
    }
    /** Begins to take jobs. What fails before is emitted as an error, and the worker is never alive. */
    async begin() {
        try {
            await this.waitUntilReady();
            await this.run();
        }
        catch (error) {
            this.emit('error', error);
        }
    }
    /** Whether the server has answered its question for jobs lately. One that is full of jobs does not ask. */
    get isAlive() {
        return this.underWay.size >= this.concurrency || performance.now() - this.answeredAt < SILENT_AFTER_MS;
    }
    /** Whether it had the time for an answer and has none. */
    get isLost() {
        return !this.isAlive && performance.now() - this.madeAt >= SILENT_AFTER_MS;
    }
    /** Waits for the jobs that it is at, also when it is closed by force, which itself waits for none. */
    async jobsEnd() {
        await Promise.allSettled(this.underWay);
    }
    /** BullMQ names no time only where a wait for a job has failed, which it would repeat after 5 ms. */
    delay(ms = RECOVER_MS, abort) {
        return super.delay(ms, abort);
    }
    getBlockTimeout(blockUntil) {
        return Math.min(super.getBlockTimeout(blockUntil), exports.MAX_WAIT_MS / 1000);
    }
    async moveToActive(token, name) {
        try {
            return await super.moveToActive(token, name);
        }
        catch (error) {
            await (0, promises_1.setTimeout)(RECOVER_MS);
            throw error;
        }
    }
    /** Called with every answer of the server that has a job, or says that there is none. */
    nextJobFromJobData(job, id, token) {
        this.answeredAt = performance.now();
        return super.nextJobFromJobData(job, id, token);
    }
    async callProcessJob(job, token, signal) {
        const work = super.callProcessJob(job, token, signal);
        this.underWay.add(work);
        try {
            return await work;
        }
        finally {
            this.underWay.delete(work);
        }
    }
}
exports.LiveWorker = LiveWorker;
//# sourceMappingURL=live-worker.js.map