"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.observeRun = observeRun;
exports.observeStep = observeStep;
exports.observeRefusal = observeRefusal;
const prom_client_1 = require("prom-client");
const runs = new prom_client_1.Counter({
    name: 'turnpike_operation_runs_total',
    help: 'Runs of operations by how they ended; retry is a transient failure, lost a claim that was taken over.',
    labelNames: ['kind', 'outcome'],
});
const durations = new prom_client_1.Histogram({
    name: 'turnpike_operation_duration_seconds',
    help: 'From the acceptance of an operation to its end.',
    labelNames: ['kind'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900],
});
const steps = new prom_client_1.Histogram({
    name: 'turnpike_step_duration_seconds',
    help: 'Calls of services for steps, by what their answers said.',
    labelNames: ['service', 'step', 'answer'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
});
const fenceRefusals = new prom_client_1.Counter({
    name: 'turnpike_fence_refusals_total',
    help: 'Calls that a service refused because it had seen a newer claim.',
    labelNames: ['service'],
});
const refusals = new prom_client_1.Gauge({
    name: 'turnpike_service_refuses_tokens',
    help: "Whether a service refuses this process's tokens: 1, or 0 where it accepts them or does not answer.",
    labelNames: ['service'],
});
const ENDS = ['succeeded', 'failed', 'rejected', 'cancelled'];
/** @param id a UUIDv7: it begins with the time of acceptance, in milliseconds */
function observeRun(kind, id, outcome) {
    runs.inc({ kind, outcome });
    if (!ENDS.includes(outcome))
        return;
    const acceptedAt = parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
    durations.observe({ kind }, Math.max(0, Date.now() - acceptedAt) / 1000);
}
function observeStep(service, step, answer, ms) {
    steps.observe({ service, step, answer: answer.type }, ms / 1000);
    if (answer.type === 'stale')
        fenceRefusals.inc({ service });
}
function observeRefusal(service, refuses) {
    refusals.set({ service }, Number(refuses));
}
//# sourceMappingURL=metrics.js.map