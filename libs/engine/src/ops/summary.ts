import { Injectable } from '@nestjs/common';
import { type BreakerState, BREAKER_STATES, type OpsSummary } from '@turnpike/protocol';
import { GatewayConfig } from '../config.js';
import { LedgerCounts } from '../queries/totals.js';
import { IntegrityRuns } from '../integrity/run-store.js';
import { Processes } from '../processes/process-registry.js';
import { Samples } from '../queries/history.js';
import { PartitionViews } from '../queue/partition-views.js';

/** Milliseconds for which a summary is given to whoever asks: many look at once, and nothing is older than a second. */
const FRESH_MS = 1000;

/** Everything at a glance. */
@Injectable()
export class Summary {
  private latest: { summary: Promise<OpsSummary>; at: number } | null = null;

  constructor(
    private readonly counts: LedgerCounts,
    private readonly samples: Samples,
    private readonly processes: Processes,
    private readonly partitions: PartitionViews,
    private readonly runs: IntegrityRuns,
    private readonly config: GatewayConfig,
  ) {}

  now(): Promise<OpsSummary> {
    if (!this.latest || performance.now() - this.latest.at > FRESH_MS) {
      const summary = this.make();
      this.latest = { summary, at: performance.now() };
      summary.catch(() => (this.latest = null));
    }
    return this.latest.summary;
  }

  private async make(): Promise<OpsSummary> {
    const [counts, alive, partitions, integrity] = await Promise.all([
      this.counts.now(),
      this.processes.alive(),
      this.partitions.now(),
      this.runs.health(),
    ]);
    const { operations, lanes, oldestWaitingMs } = counts;
    return {
      ...{ operations, lanes, oldestWaitingMs },
      ...(await this.samples.ratesUntil(counts)),
      ...{ partitions, integrity },
      workers: alive.workers,
      services: Object.keys(this.config.services).map((name) => ({
        name: name,
        breaker: worst(alive.breakers.map((states) => states[name] ?? 'closed')),
      })),
    };
  }
}

/** @returns null where nobody has said anything: a service of which nothing is heard is not one that answers */
export function worst(states: readonly BreakerState[]): BreakerState | null {
  if (states.length === 0) return null;
  return BREAKER_STATES[Math.max(0, ...states.map((state) => BREAKER_STATES.indexOf(state)))]!;
}
