import { Counter } from 'prom-client';

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
