import { crc32 } from 'node:zlib';
import { Injectable, Logger } from '@nestjs/common';
import { type Span, SpanKind } from '@opentelemetry/api';
import { fail, Origins, startSpan, traceparentOf } from '@turnpike/service';
import type { JobsOptions, Queue } from 'bullmq';
import slotOf from 'cluster-key-slot';
import { GatewayConfig } from '../config.js';
import type { Release } from '../ledger/statements/enqueue.js';
import { withTimeout } from './connections.js';

/*
 * Puts released operations on the queue of their partition, of which each lane has one. A job is a hint, nothing depends on it: adding may
 * fail (Redis is away, the process dies), and then the reconciler adds it again. So nobody waits for it, and
 * a failure is logged and forgotten.
 */

/** The data of a job: ids only, never a payload. */
export interface OperationJob {
  userId: string;
  operationId: string;
  /** Names the span that put it on the queue, where spans are made. Whose trace the operation's is, the ledger says. */
  traceparent?: string;
}

/** Milliseconds for adding jobs to one partition. */
const ADD_TIMEOUT_MS = 2000;

/** Milliseconds that a delayed job arrives late on purpose: at its exact time the ledger's clock may be behind. */
const DELAY_MARGIN_MS = 15;

/** Releases of one partition that are added together. */
interface Gathering {
  releases: Release[];
  /** Fulfilled when they were added or given up. */
  added: Promise<void>;
}

@Injectable()
export class Releaser {
  private readonly logger = new Logger(Releaser.name);
  /** What will be added when that which is on its way has arrived, by the partition. */
  private readonly gathering = new Map<string, Gathering>();
  private readonly underWay = new Map<string, Promise<void>>();
  private readonly origins = new Origins<Release>();
  private queues: ReadonlyMap<string, Queue<OperationJob>> | null = null;

  constructor(private readonly config: GatewayConfig) {}

  /** Called once the queue's server was reachable. */
  open(queues: ReadonlyMap<string, Queue<OperationJob>>): void {
    this.queues = queues;
  }

  /** Adds the jobs in the background. */
  release(releases: readonly Release[]): void {
    void this.add(releases);
  }

  /** Adds the jobs; fulfilled when all were added or given up. */
  async add(releases: readonly Release[]): Promise<void> {
    const byPartition = new Map<string, Release[]>();
    for (const release of releases) {
      this.origins.remember(release);
      const partition = partitionOf(release.userId, this.config.queue.partitions);
      byPartition.set(partition, [...(byPartition.get(partition) ?? []), release]);
    }
    await Promise.all([...byPartition].map(([partition, group]) => this.gather(partition, group)));
  }

  /** One command adds many jobs for little more than one: what comes while one is on its way goes with the next. */
  private gather(partition: string, releases: readonly Release[]): Promise<void> {
    const gathering = this.gathering.get(partition);
    if (gathering) {
      gathering.releases.push(...releases);
      return gathering.added;
    }
    const next: Gathering = { releases: [...releases], added: Promise.resolve() };
    this.gathering.set(partition, next);
    next.added = (this.underWay.get(partition) ?? Promise.resolve()).then(() => {
      this.gathering.delete(partition);
      return this.addTo(partition, next.releases);
    });
    this.underWay.set(partition, next.added);
    return next.added;
  }

  private async addTo(partition: string, releases: readonly Release[]): Promise<void> {
    const spans = releases.map((release) => this.spanOf(partition, release));
    try {
      const queue = this.queues?.get(partition);
      const jobs = releases.map((release, index) => jobOf(release, traceparentOf(spans[index])));
      // A node of the queue that is gone must not keep the reconciler from the other partitions.
      if (queue) await withTimeout(queue.addBulk(jobs), ADD_TIMEOUT_MS);
    } catch (error) {
      spans.forEach((span) => fail(span, error));
      this.logger.warn(
        `${releases.length} jobs were not queued in ${partition}: ${(error as Error).message}`,
      );
    } finally {
      spans.forEach((span) => span.end());
    }
  }

  /** Each has one, though they are added together: where its job leads to, nobody else's does. */
  private spanOf(partition: string, release: Release): Span {
    return startSpan({
      name: `send ${partition}`,
      kind: SpanKind.PRODUCER,
      parent: this.origins.of(release),
      attributes: queueAttributes(partition, 'send', jobIdOf(release)),
    });
  }
}

/** What the conventions say of a message, whoever handles it. */
export function queueAttributes(
  partition: string,
  operation: 'send' | 'process',
  jobId: string,
): Record<string, string> {
  return {
    'messaging.system': 'bullmq',
    'messaging.destination.name': partition,
    'messaging.operation.name': operation,
    'messaging.operation.type': operation,
    'messaging.message.id': jobId,
  };
}

function jobIdOf({ operationId, release }: Release): string {
  return `${operationId}-${release}`;
}

/**
 * @param traceparent of the span that sends it
 * @returns the job of a release
 */
export function jobOf(
  release: Release,
  traceparent: string | null = null,
): { name: string; data: OperationJob; opts: JobsOptions } {
  const { userId, operationId, delayMs } = release;
  return {
    name: 'operation',
    data: { userId, operationId, ...(traceparent && { traceparent }) },
    opts: {
      jobId: jobIdOf(release),
      ...(delayMs > 0 && { delay: delayMs + DELAY_MARGIN_MS }),
    },
  };
}

/** How many slots the keys of a Redis Cluster are spread over. */
const SLOTS = 16_384;

/** @returns the name of a partition's queue */
export function partitionName(index: number): string {
  return `lane-${String(index).padStart(2, '0')}`;
}

/** @returns the names of all partitions */
export function partitionNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => partitionName(index));
}

/**
 * @returns the partition that carries a user's lane. It may change with the number of partitions: the ledger
 * keeps the order, so a job that was left in another partition is only a hint too many.
 */
export function partitionOf(userId: string, count: number): string {
  return partitionName(crc32(userId) % count);
}

/**
 * BullMQ's key prefix of a partition, after the name of the installation: one hash tag, so that all of its keys are on one node of a cluster. Left
 * to chance the tags fall on the nodes unevenly; nodes own ranges of slots, so the tag of partition i is one
 * whose slot lies in the i-th of as many equal ranges.
 */
export function prefixOf(installation: string, index: number, count: number): string {
  const [from, to] = [index, index + 1].map((bound) => Math.floor((bound * SLOTS) / count)) as [
    number,
    number,
  ];
  for (let attempt = 0; ; attempt += 1) {
    const tag = `${partitionName(index)}-${attempt}`;
    const slot = slotOf(tag);
    if (slot >= from && slot < to) return `${installation}:{${tag}}`;
  }
}
