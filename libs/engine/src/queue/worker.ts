import { Injectable, Logger } from '@nestjs/common';
import { SpanKind } from '@opentelemetry/api';
import { contextIn, inSpan, type SpanDescription } from '@turnpike/service';
import type { Job } from 'bullmq';
import pLimit from 'p-limit';
import { GatewayConfig } from '../config.js';
import { Executor } from '../execution/executor.js';
import { complaints } from './proof/complaints.js';
import type { QueueConnections } from './connections.js';
import { LiveWorker, type LiveWorkerOptions } from './workers/live-worker.js';
import { type OperationJob, partitionNames, prefixOf, queueAttributes, Releaser } from './enqueue.js';
import { WorkerSet } from './workers/worker-set.js';

/*
 * Takes jobs from every partition and has them executed. A job that turns out to be stale (not the head, already
 * claimed, ended) is dropped by the claim. A job always completes: what becomes of the operation, a retry
 * included, is the ledger's, and a run that threw is found by the reconciler. If this process dies, BullMQ gives
 * its jobs to others, whose claims wait for the lease.
 */

/** Jobs that one partition hands out at a time, at least: a partition must not depend on one slow lane. */
const MIN_CONCURRENCY = 4;

/** Milliseconds for running operations to end when the process stops; the rest is left to its leases. */
const DRAIN_MS = 20_000;

@Injectable()
export class QueueWorker {
  private readonly logger = new Logger(QueueWorker.name);
  /** Over all partitions: so many operations run in this process. */
  private readonly limit;
  private readonly workers = new WorkerSet();
  private readonly complain = complaints(this.logger);
  private draining = false;

  constructor(
    private readonly executor: Executor,
    private readonly releaser: Releaser,
    private readonly config: GatewayConfig,
  ) {
    this.limit = pLimit(config.queue.concurrency);
  }

  /** Begins to take jobs. */
  start({ consumer }: QueueConnections): void {
    const { installation, partitions, concurrency } = this.config.queue;
    const share = Math.max(MIN_CONCURRENCY, Math.ceil((2 * concurrency) / partitions));
    const terms = {
      connection: consumer,
      concurrency: Math.min(share, concurrency),
      lockDuration: this.config.run.leaseMs,
    };
    partitionNames(partitions).forEach((partition, index) =>
      this.workers.add(() =>
        this.workerOf(partition, { ...terms, prefix: prefixOf(installation, index, partitions) }),
      ),
    );
  }

  /** Whether every partition is asked for jobs, and answers. */
  get isTaking(): boolean {
    return this.workers.areAlive;
  }

  /** Called while the server answers: what stands still then would stand still for ever. */
  replaceLost(): void {
    const names = this.workers.replaceLost();
    if (names.length > 0)
      this.logger.warn(`The workers of ${names.join(', ')} stood still and were made anew.`);
  }

  /** Takes no more jobs and waits for those that run; what takes too long is left to its lease. */
  async drain(): Promise<void> {
    this.draining = true;
    let timer: NodeJS.Timeout | undefined;
    const bound = new Promise<void>((resolve) => (timer = setTimeout(resolve, DRAIN_MS)));
    await Promise.race([this.workers.close(), bound]);
    clearTimeout(timer);
  }

  private workerOf(partition: string, options: LiveWorkerOptions): LiveWorker<OperationJob> {
    const worker = new LiveWorker<OperationJob>(
      partition,
      (job) => this.limit(() => this.process(job)),
      options,
    );
    return worker.on('error', (error) => this.complain(`${partition}: ${error.message}`));
  }

  private async process(job: Job<OperationJob>): Promise<void> {
    // It was taken but has not begun: the reconciler of a process that goes on queues it again.
    if (this.draining) return;
    await inSpan(processing(job), () => this.runNext(job.data));
  }

  private async runNext(data: OperationJob): Promise<void> {
    try {
      const stopping = (): boolean => this.draining;
      await this.releaser.add(await this.executor.run(data.userId, data.operationId, stopping));
    } catch (error) {
      this.logger.warn(`${data.operationId} is left to the reconciler: ${(error as Error).message}`);
    }
  }
}

function processing({ queueName, id, data: { traceparent } }: Job<OperationJob>): () => SpanDescription {
  return () => ({
    name: `process ${queueName}`,
    kind: SpanKind.CONSUMER,
    // What the reconciler has queued belongs to nothing.
    parent: traceparent === undefined ? undefined : contextIn(traceparent),
    attributes: queueAttributes(queueName, 'process', id!),
  });
}
