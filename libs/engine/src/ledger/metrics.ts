import { Counter, Histogram } from 'prom-client';

const sizes = new Histogram({
  name: 'turnpike_ledger_batch_size',
  help: 'Requests that were written together.',
  labelNames: ['batch'] as const,
  buckets: [1, 2, 5, 10, 20, 50, 100, 200],
});

const durations = new Histogram({
  name: 'turnpike_ledger_batch_duration_seconds',
  help: 'From the begin to the commit of a batch.',
  labelNames: ['batch'] as const,
  buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 4],
});

const integrityRuns = new Counter({
  name: 'turnpike_integrity_runs_total',
  help: 'Integrity runs that this process has seen end, by how.',
  labelNames: ['outcome'] as const,
});
// From the start there is a zero to grow from: of a series that begins with 1 no increase is seen.
for (const outcome of ['done', 'failed'] as const) integrityRuns.inc({ outcome }, 0);

export function countRuns(outcome: 'done' | 'failed', count: number): void {
  integrityRuns.inc({ outcome }, count);
}

/** Measures the writing of a batch, whether it succeeds or not. */
export async function measured<Result>(
  batch: string,
  size: number,
  write: () => Promise<Result>,
): Promise<Result> {
  sizes.observe({ batch }, size);
  const end = durations.startTimer({ batch });
  return write().finally(end);
}
