import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { type ConnectionOptions, type Job, Queue } from 'bullmq';
import { GatewayConfig, type QueueConfig } from '../config.js';
import { complaints } from './proof/complaints.js';
import type { QueueConnections } from './connections.js';
import { JOB_OPTIONS, maintenancePrefix, UNCHECKED } from './workers/jobs.js';
import { LiveWorker } from './workers/live-worker.js';
import { WorkerSet } from './workers/worker-set.js';

/*
 * What the system does by itself from time to time, by BullMQ's job schedulers: each due time is one job, which one
 * of all worker processes takes. Like every job it is a hint without data: a task finds out by itself what there is
 * to do, and may be begun twice. A task that threw is done at its next time. If the queue loses everything, the
 * schedulers are back within UPKEEP_MS, and if a process dies its job is given to another.
 */

export interface Task {
  name: string;
  /** Milliseconds between two times; 0: only on request. */
  everyMs: number;
  /** Ends early when the process is to stop. */
  run: (stopped: AbortSignal) => Promise<void>;
}

const NAME = 'turnpike-maintenance';

/** The name and the id of the job that proves the queue. */
const PROOF = 'proof';

/** Milliseconds between two looks after the schedulers, which cost one read each. */
const UPKEEP_MS = 10_000;

/** @returns the queue of the tasks */
export function maintenanceQueue({ installation }: QueueConfig, { producer }: QueueConnections): Queue {
  return new Queue(NAME, {
    connection: producer,
    prefix: maintenancePrefix(installation),
    defaultJobOptions: JOB_OPTIONS,
    ...UNCHECKED,
  });
}

@Injectable()
export class Maintenance {
  private readonly logger = new Logger(Maintenance.name);
  private readonly tasks = new Map<string, Task>();
  private readonly stopped = new AbortController();
  private queue: Queue | null = null;
  private readonly workers = new WorkerSet();
  private readonly complain = complaints(this.logger);
  private upkeep: Promise<void> = Promise.resolve();

  constructor(private readonly config: GatewayConfig) {}

  /** Called while the application is put together. */
  define(task: Task): void {
    this.tasks.set(task.name, task);
  }

  /** Called once the queue's server was reachable. @returns the queue, for operators to look at */
  open(connections: QueueConnections): Queue {
    this.queue = maintenanceQueue(this.config.queue, connections);
    this.queue.on('error', (error) => this.complain(error.message));
    return this.queue;
  }

  /** Begins to do what is due, one task at a time. */
  start({ consumer }: QueueConnections): void {
    this.workers.add(() => this.workerOn(consumer));
    this.upkeep = this.keepScheduled(this.queue!);
  }

  /** Has a task done soon, by whichever process; a request that the queue does not take is logged and forgotten. */
  request(name: string): void {
    const added = this.queue?.add(name, {}) ?? Promise.reject(new Error('the queue is not open yet'));
    added.catch((error: unknown) => this.logger.warn(`${name} was not queued: ${(error as Error).message}`));
  }

  /**
   * Proves that the queue's server takes a job. It is a task that nobody has, and as good as none: while one waits no
   * second is added.
   * @throws Error
   */
  async prove(): Promise<void> {
    await this.queue!.add(PROOF, {}, { jobId: PROOF });
  }

  /** Whether the maintenance queue is asked for jobs, and answers. */
  get isTaking(): boolean {
    return this.workers.areAlive;
  }

  /** Called while the server answers. */
  replaceLost(): void {
    this.workers.replaceLost();
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await Promise.allSettled([this.workers.close(), this.upkeep]);
    await this.queue?.close();
  }

  private workerOn(connection: ConnectionOptions): LiveWorker {
    const process = (job: Job): Promise<void> => this.process(job);
    const prefix = maintenancePrefix(this.config.queue.installation);
    const worker = new LiveWorker(NAME, process, { connection, prefix, concurrency: 1 });
    return worker.on('error', (error) => this.complain(`${NAME}: ${error.message}`));
  }

  private async process({ name }: Job): Promise<void> {
    try {
      await this.tasks.get(name)?.run(this.stopped.signal);
    } catch (error) {
      this.logger.warn(`${name} is left to its next time: ${(error as Error).message}`);
    }
  }

  private async keepScheduled(queue: Queue): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      for (const task of this.tasks.values()) await this.schedule(queue, task);
      await pause(UPKEEP_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async schedule(queue: Queue, { name, everyMs }: Task): Promise<void> {
    try {
      const known = await queue.getJobScheduler(name);
      if (everyMs === 0) return void (known && (await queue.removeJobScheduler(name)));
      // One that is as it should be is let alone: two processes that make it anew at once plan a time too many.
      const isOverdue = (known?.next ?? 0) < Date.now() - everyMs;
      if (known?.every === everyMs && !isOverdue) return;
      await queue.upsertJobScheduler(name, { every: everyMs }, { name, opts: JOB_OPTIONS });
    } catch (error) {
      this.logger.warn(`${name} could not be scheduled: ${(error as Error).message}`);
    }
  }
}
