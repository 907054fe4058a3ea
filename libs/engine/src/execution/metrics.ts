import { Counter, Gauge, Histogram } from 'prom-client';
import type { Outcome, StepAnswer } from '../definitions/outcome.js';

const runs = new Counter({
  name: 'turnpike_operation_runs_total',
  help: 'Runs of operations by how they ended; retry is a transient failure, lost a claim that was taken over.',
  labelNames: ['kind', 'outcome'] as const,
});

const durations = new Histogram({
  name: 'turnpike_operation_duration_seconds',
  help: 'From the acceptance of an operation to its end.',
  labelNames: ['kind'] as const,
  buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900],
});

const steps = new Histogram({
  name: 'turnpike_step_duration_seconds',
  help: 'Calls of services for steps, by what their answers said.',
  labelNames: ['service', 'step', 'answer'] as const,
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
});

const fenceRefusals = new Counter({
  name: 'turnpike_fence_refusals_total',
  help: 'Calls that a service refused because it had seen a newer claim.',
  labelNames: ['service'] as const,
});

const refusals = new Gauge({
  name: 'turnpike_service_refuses_tokens',
  help: "Whether a service refuses this process's tokens: 1, or 0 where it accepts them or does not answer.",
  labelNames: ['service'] as const,
});

const ENDS: readonly Outcome['type'][] = ['succeeded', 'failed', 'rejected', 'cancelled'];

/** @param id a UUIDv7: it begins with the time of acceptance, in milliseconds */
export function observeRun(kind: string, id: string, outcome: Outcome['type']): void {
  runs.inc({ kind, outcome });
  if (!ENDS.includes(outcome)) return;
  const acceptedAt = parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
  durations.observe({ kind }, Math.max(0, Date.now() - acceptedAt) / 1000);
}

export function observeStep(service: string, step: string, answer: StepAnswer, ms: number): void {
  steps.observe({ service, step, answer: answer.type }, ms / 1000);
  if (answer.type === 'stale') fenceRefusals.inc({ service });
}

export function observeRefusal(service: string, refuses: boolean): void {
  refusals.set({ service }, Number(refuses));
}
