import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { BREAKER_STATES, FINDING_KINDS, type OpsSummary } from '@turnpike/protocol';
import { Gauge } from 'prom-client';
import { GatewayConfig } from '../config.js';
import { Catalogue } from '../definitions/catalogue.js';
import { Summary } from './summary.js';

type Labels = Readonly<Record<string, string>>;

/** What is known beside the summary. */
interface Known extends Pick<GatewayConfig, 'integrityEveryMs'> {
  /** What findings are about: the users, and each relation. */
  tables: readonly string[];
}

/** One number of the summary, or one for each of its labels. */
interface Measure {
  name: string;
  help: string;
  labels?: readonly string[];
  values: (summary: OpsSummary, known: Known) => (readonly [labels: Labels, value: number])[];
  /** What is told while the ledger is away; left out, nothing: a number that was true an hour ago looks true. */
  unknown?: number;
}

/**
 * The ledger as every process sees it, asked for when somebody reads the metrics. Each process tells the same: take
 * the maximum, never the sum.
 */
@Injectable()
export class Gauges implements OnModuleInit {
  private readonly logger = new Logger(Gauges.name);

  constructor(
    private readonly summary: Summary,
    private readonly catalogue: Catalogue,
    private readonly config: GatewayConfig,
  ) {}

  onModuleInit(): void {
    MEASURES.forEach((measure) => this.define(measure));
  }

  private define(measure: Measure): void {
    const { name, help, labels = [] } = measure;
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: labels,
      collect: () => this.fill(gauge, measure),
    });
  }

  private async fill(gauge: Gauge, measure: Measure): Promise<void> {
    const values = await this.valuesOf(measure);
    clear(gauge, measure);
    for (const [labels, value] of values) gauge.set(labels, value);
  }

  private async valuesOf({ values, unknown }: Measure): Promise<(readonly [Labels, number])[]> {
    try {
      const { subject, relations } = this.catalogue;
      const tables = [subject.table, ...relations.map(({ name }) => name)];
      return values(await this.summary.now(), { ...this.config, tables });
    } catch (error) {
      this.logger.debug(`The ledger is not known: ${(error as Error).message}`);
      return unknown === undefined ? [] : [[NONE, unknown]];
    }
  }
}

/** The library resets a gauge without labels to 0, which is a number like any other: no write waits. */
function clear(gauge: Gauge, { labels }: Measure): void {
  if (labels) gauge.reset();
  else gauge.remove();
}

const NONE: Labels = {};

/** @returns the values of a measure with one label */
function labelled(label: string, entries: readonly (readonly [string, number])[]): [Labels, number][] {
  return entries.map(([key, value]) => [{ [label]: key }, value]);
}

/** Zeros too, or an alert could not tell nothing found from not looked; nothing at all before the first look. */
function findingsIn({ integrity }: OpsSummary, { tables }: Known): [Labels, number][] {
  const none = integrity.lastSuccessAt === null ? [] : tables;
  const zeros = none.flatMap((relation) => FINDING_KINDS.map((kind) => ({ relation, kind, count: 0 })));
  return [...zeros, ...integrity.findings].map(({ relation, kind, count }) => [{ relation, kind }, count]);
}

const MEASURES: readonly Measure[] = [
  {
    name: 'turnpike_ledger_up',
    help: 'Whether this process can read the ledger: 1, or 0, and then the other numbers of the ledger are not told.',
    values: () => [[NONE, 1]],
    unknown: 0,
  },
  {
    name: 'turnpike_operations',
    help: 'Operations by their state, since the ledger began.',
    labels: ['state'],
    values: ({ operations }) => labelled('state', Object.entries(operations)),
  },
  {
    name: 'turnpike_lanes',
    help: 'Lanes by their state; busy are those in which something waits or runs.',
    labels: ['state'],
    values: ({ lanes }) => labelled('state', Object.entries(lanes)),
  },
  {
    name: 'turnpike_oldest_waiting_seconds',
    help: 'How long the oldest write that has not begun, or is in retry, has been there.',
    values: ({ oldestWaitingMs }) => [[NONE, (oldestWaitingMs ?? 0) / 1000]],
  },
  {
    name: 'turnpike_partition_jobs',
    help: 'Jobs that wait, run or are delayed in a partition of the queue.',
    labels: ['partition'],
    values: ({ partitions }) =>
      labelled(
        'partition',
        (partitions ?? []).map(({ name, waiting, active, delayed }) => [name, waiting + active + delayed]),
      ),
  },
  {
    name: 'turnpike_workers',
    help: 'Processes that carry writes out.',
    values: ({ workers }) => [[NONE, workers.length]],
  },
  {
    name: 'turnpike_breaker_state',
    help: 'The worst that any process has found of a service: 0 closed, 1 half-open, 2 open.',
    labels: ['service'],
    values: ({ services }) =>
      labelled(
        'service',
        services.flatMap(({ name, breaker }) =>
          breaker ? [[name, BREAKER_STATES.indexOf(breaker)] as const] : [],
        ),
      ),
  },
  {
    name: 'turnpike_integrity_findings',
    help: 'What the last integrity run that is done, and those after it, have found; told once one is done.',
    labels: ['relation', 'kind'],
    values: findingsIn,
  },
  {
    name: 'turnpike_integrity_last_success_timestamp_seconds',
    help: 'When an integrity run last compared everything; 0 before the first.',
    values: ({ integrity: { lastSuccessAt } }) => [
      [NONE, lastSuccessAt ? Date.parse(lastSuccessAt) / 1000 : 0],
    ],
  },
  {
    name: 'turnpike_integrity_interval_seconds',
    help: 'How often the services are compared; 0 is only on request.',
    values: (_summary, { integrityEveryMs }) => [[NONE, integrityEveryMs / 1000]],
  },
];
