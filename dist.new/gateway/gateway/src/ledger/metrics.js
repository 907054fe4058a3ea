"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.countRuns = countRuns;
exports.measured = measured;
const prom_client_1 = require("prom-client");
const sizes = new prom_client_1.Histogram({
    name: 'turnpike_ledger_batch_size',
    help: 'Requests that were written together.',
    labelNames: ['batch'],
    buckets: [1, 2, 5, 10, 20, 50, 100, 200],
});
const durations = new prom_client_1.Histogram({
    name: 'turnpike_ledger_batch_duration_seconds',
    help: 'From the begin to the commit of a batch.',
    labelNames: ['batch'],
    buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 4],
});
const integrityRuns = new prom_client_1.Counter({
    name: 'turnpike_integrity_runs_total',
    help: 'Integrity runs that this process has seen end, by how.',
    labelNames: ['outcome'],
});
// From the start there is a zero to grow from: of a series that begins with 1 no increase is seen.
for (const outcome of ['done', 'failed'])
    integrityRuns.inc({ outcome }, 0);
function countRuns(outcome, count) {
    integrityRuns.inc({ outcome }, count);
}
/** Measures the writing of a batch, whether it succeeds or not. */
async function measured(batch, size, write) {
    sizes.observe({ batch }, size);
    const end = durations.startTimer({ batch });
    return write().finally(end);
}
//# sourceMappingURL=metrics.js.map