"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Batcher = void 0;
const service_1 = require("../../../libs/service/src/index.js");
/** The most requests of one batch: some hundred kilobytes of parameters, a few milliseconds of the database. */
const MAX_BATCH = 200;
/**
 * Gathers what arrives while the batch before is written, or in the same turn of the event loop, and writes it
 * together. Nothing waits for a timer: an idle system writes each request at once. One batch is on its way at a time:
 * with two each has half the requests, and costs nearly as much. A busy lane takes one place of a batch, and
 * leaves the others to its neighbours.
 */
class Batcher {
    constructor(options) {
        this.options = options;
        this.ready = new Set();
        this.isUnderWay = false;
        this.isDue = false;
    }
    /** @throws Problem `unavailable` where it has waited for too long to be sent; whatever `write` throws */
    submit(request) {
        const lane = this.options.laneOf(request);
        return new Promise((resolve, reject) => {
            const pending = { lane, request, resolve, reject, isLate: false };
            const { patienceMs, turns } = this.options;
            if (patienceMs !== undefined)
                pending.patience = setTimeout(() => this.refuse(pending), patienceMs);
            turns.take(lane, () => this.begin(pending));
        });
    }
    begin(pending) {
        if (pending.isLate)
            return false;
        this.ready.add(pending);
        this.nextInThisTurn();
        return true;
    }
    /** Whoever asked is told in time, and what is too much does not pile up. */
    refuse(pending) {
        pending.isLate = true;
        pending.reject((0, service_1.unavailable)('There is more to write down than the ledger can take.'));
        if (this.ready.delete(pending))
            this.options.turns.leave(pending.lane);
    }
    /** Answers come in batches, too: whoever got one and asks again does it in the same turn as the others. */
    nextInThisTurn() {
        if (this.isDue || this.isUnderWay)
            return;
        this.isDue = true;
        setImmediate(() => {
            this.isDue = false;
            void (0, service_1.onBehalfOfAll)(() => this.next());
        });
    }
    async next() {
        if (this.isUnderWay || this.ready.size === 0)
            return;
        const batch = this.takeReady();
        this.isUnderWay = true;
        try {
            const answers = await this.options.write(batch.map(({ request }) => request));
            batch.forEach((pending, index) => void this.answer(pending, answers[index]));
        }
        catch (error) {
            batch.forEach(({ lane, reject }) => {
                reject(error);
                this.options.turns.leave(lane);
            });
        }
        finally {
            this.isUnderWay = false;
            this.nextInThisTurn();
        }
    }
    takeReady() {
        const batch = Array.from(this.ready).slice(0, MAX_BATCH);
        for (const pending of batch) {
            this.ready.delete(pending);
            clearTimeout(pending.patience);
        }
        return batch;
    }
    async answer({ lane, resolve, reject }, answer) {
        await Promise.resolve(answer).then(resolve, reject);
        this.options.turns.leave(lane);
    }
}
exports.Batcher = Batcher;
//# sourceMappingURL=batcher.js.map