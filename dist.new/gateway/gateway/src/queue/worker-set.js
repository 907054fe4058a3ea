"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.WorkerSet = void 0;
/** Workers of one process, each of which is replaced when its loop stands still although the server answers. */
class WorkerSet {
    constructor() {
        this.makers = [];
        this.workers = [];
        /** Those that were replaced and still have jobs. */
        this.replaced = new Set();
    }
    /** Has a worker made, which begins to take jobs. */
    add(make) {
        this.makers.push(make);
        this.workers.push(begun(make));
    }
    get areAlive() {
        return this.workers.every((worker) => worker.isAlive);
    }
    /** What such a worker is at goes on: its outcome is the ledger's. @returns the names of those that were replaced */
    replaceLost() {
        const lost = this.workers.filter((worker) => worker.isLost);
        this.workers = this.workers.map((worker, index) => (worker.isLost ? begun(this.makers[index]) : worker));
        lost.forEach((worker) => this.letGo(worker));
        return lost.map(({ name }) => name);
    }
    /** Takes no more jobs, and waits for those that run. */
    async close() {
        const replaced = [...this.replaced].map((worker) => worker.jobsEnd());
        await Promise.allSettled([...this.workers.map((worker) => worker.close()), ...replaced]);
    }
    letGo(worker) {
        this.replaced.add(worker);
        void worker.jobsEnd().then(() => this.replaced.delete(worker));
        // A connection that does not answer cannot be closed in order.
        void worker.close(true).catch(() => undefined);
    }
}
exports.WorkerSet = WorkerSet;
function begun(make) {
    const worker = make();
    void worker.begin();
    return worker;
}
//# sourceMappingURL=worker-set.js.map