import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { GatewayConfig } from '../../config.js';
import { Executor } from '../../execution/executor.js';
import { complaints } from './complaints.js';
import { Maintenance } from '../scheduled-tasks.js';
import { withTimeout } from '../connections.js';
import { QueueWorker } from '../worker.js';

/*
 * Proves all the time that a write which is accepted would be carried out: the queue's server takes a job, this
 * process' workers are answered when they ask for jobs, and the ledger lets them claim one. Whatever is wrong is said
 * by /health/ready. A worker that stands still although the server answers is replaced.
 */

/** Milliseconds between two proofs, each of which adds one job and claims nothing once. */
const PROVE_EVERY_MS = 1000;

/** Milliseconds for each half of a proof. */
const PROVE_WITHIN_MS = 2500;

/** Milliseconds that a proof holds: two that take their time. */
const PROOF_HOLDS_MS = 6000;

/** A lane that nobody has, and an operation of it. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

@Injectable()
export class QueueProof {
  private readonly logger = new Logger(QueueProof.name);
  private readonly complain = complaints(this.logger);
  private readonly stopped = new AbortController();
  private finished: Promise<void> = Promise.resolve();
  private addedAt = -Infinity;
  private claimedAt = -Infinity;

  constructor(
    private readonly maintenance: Maintenance,
    private readonly worker: QueueWorker,
    private readonly executor: Executor,
    private readonly config: GatewayConfig,
  ) {}

  /** Called once queues and workers are made. */
  start(): void {
    this.finished = this.run();
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.finished;
  }

  /** Whether jobs can be added, and in a process that carries writes out, whether its workers take them. */
  get queueWorks(): boolean {
    const taking = !this.config.worker || (this.worker.isTaking && this.maintenance.isTaking);
    return taking && isFresh(this.addedAt);
  }

  /** Whether what a worker takes can be claimed. */
  get claimsWork(): boolean {
    return !this.config.worker || isFresh(this.claimedAt);
  }

  private async run(): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      await Promise.all([this.proveQueue(), this.config.worker && this.proveClaims()]);
      await pause(PROVE_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async proveQueue(): Promise<void> {
    try {
      await withTimeout(this.maintenance.prove(), PROVE_WITHIN_MS);
    } catch (error) {
      this.complain(`The queue takes no jobs: ${(error as Error).message}`);
      return;
    }
    this.addedAt = performance.now();
    this.worker.replaceLost();
    this.maintenance.replaceLost();
  }

  /** The claim of an operation that does not exist is answered by the same statement as every other. */
  private async proveClaims(): Promise<void> {
    try {
      await withTimeout(this.executor.run(NOBODY, NOBODY), PROVE_WITHIN_MS);
      this.claimedAt = performance.now();
    } catch (error) {
      this.complain(`The ledger lets this process claim nothing: ${(error as Error).message}`);
    }
  }
}

function isFresh(at: number): boolean {
  return performance.now() - at < PROOF_HOLDS_MS;
}
