import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { BREAKER_STATES, type OpsSummary } from '@turnpike/contracts';
import { Gauge } from 'prom-client';
import { Summary } from './summary.js';

/** One number of the summary, or one for each value of its label. */
interface Measure {
  name: string;
  help: string;
  label?: string;
  values: (summary: OpsSummary) => [label: string, value: number][];
}

/**
 * The ledger as every process sees it, asked for when somebody reads the metrics. Each process tells the same: take
 * the maximum, never the sum.
 */
@Injectable()
export class Gauges implements OnModuleInit {
  private readonly logger = new Logger(Gauges.name);

  constructor(private readonly summary: Summary) {}

  onModuleInit(): void {
    MEASURES.forEach((measure) => this.define(measure));
  }

  private define({ name, help, label, values }: Measure): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: label ? [label] : [],
      collect: () => this.fill(gauge, values, label),
    });
  }

  /** What is not known is not told; the other metrics are. */
  private async fill(gauge: Gauge, values: Measure['values'], label: string | undefined): Promise<void> {
    gauge.reset();
    try {
      for (const [key, value] of values(await this.summary.now()))
        gauge.set(label ? { [label]: key } : {}, value);
    } catch (error) {
      this.logger.debug(`The ledger is not known: ${(error as Error).message}`);
    }
  }
}

const MEASURES: readonly Measure[] = [
  {
    name: 'turnpike_operations',
    help: 'Operations by their state, since the ledger began.',
    label: 'state',
    values: ({ operations }) => Object.entries(operations),
  },
  {
    name: 'turnpike_lanes',
    help: 'Lanes by their state; busy are those in which something waits or runs.',
    label: 'state',
    values: ({ lanes }) => Object.entries(lanes),
  },
  {
    name: 'turnpike_oldest_waiting_seconds',
    help: 'How long the oldest write that has not begun, or is in retry, has been there.',
    values: ({ oldestWaitingMs }) => [['', (oldestWaitingMs ?? 0) / 1000]],
  },
  {
    name: 'turnpike_partition_jobs',
    help: 'Jobs that wait, run or are delayed in a partition of the queue.',
    label: 'partition',
    values: ({ partitions }) =>
      (partitions ?? []).map(({ name, waiting, active, delayed }) => [name, waiting + active + delayed]),
  },
  {
    name: 'turnpike_workers',
    help: 'Processes that carry writes out.',
    values: ({ workers }) => [['', workers.length]],
  },
  {
    name: 'turnpike_breaker_state',
    help: 'The worst that any process has found of a service: 0 closed, 1 half-open, 2 open.',
    label: 'service',
    values: ({ services }) => services.map(({ name, breaker }) => [name, BREAKER_STATES.indexOf(breaker)]),
  },
];
