import { setTimeout as pause } from 'node:timers/promises';
import { type Job, type JobJson, type Processor, Worker, type WorkerOptions } from 'bullmq';

/**
 * Milliseconds that a worker waits for a job before it asks again. BullMQ's own 5 to 10 s, on PostgreSQL an hour, is
 * for how long a connection that the network has forgotten, or a notice that was lost, goes unnoticed.
 */
export const MAX_WAIT_MS = 2000;

/** Milliseconds until a worker whose server refuses, or is away, asks again; BullMQ's own 15 s would stop every lane. */
const RECOVER_MS = 500;

/**
 * Milliseconds without an answer of the server after which a worker takes no jobs: its wait, the silence after which its
 * connection is ended (CONSUMER_SILENCE_MS), and a second.
 */
const SILENT_AFTER_MS = 7000;

/** Stalled jobs are always given out again: the claim decides, not a count. */
const MAX_STALLED = 1_000_000;

/**
 * Milliseconds that a taken job is this worker's, renewed at half of it, and between two looks for jobs that nobody
 * renews. Not the lane's lease: a job whose handing over got lost in the network is nobody's, and its lane waits until
 * it is found. One that is given out twice is dropped by the claim.
 */
const LOCK_MS = 4000;
const STALLED_EVERY_MS = 2000;

/** `lockDuration` is never longer than LOCK_MS. */
export type LiveWorkerOptions = Pick<WorkerOptions, 'connection' | 'prefix' | 'concurrency' | 'lockDuration'>;

/**
 * BullMQ's worker, which says whether its loop takes jobs, and whose loop cannot run hot. BullMQ asks again at once
 * after a refusal: with an account that lacks a command, or a full Redis, that is a loop without a pause.
 */
export class LiveWorker<Data = unknown> extends Worker<Data> {
  private readonly madeAt = performance.now();
  private answeredAt = -Infinity;
  private readonly underWay = new Set<Promise<unknown>>();

  constructor(
    name: string,
    process: Processor<Data>,
    { lockDuration = LOCK_MS, ...options }: LiveWorkerOptions,
  ) {
    super(name, process, {
      ...options,
      drainDelay: MAX_WAIT_MS / 1000,
      runRetryDelay: RECOVER_MS,
      lockDuration: Math.min(lockDuration, LOCK_MS),
      stalledInterval: Math.min(lockDuration, STALLED_EVERY_MS),
      maxStalledCount: MAX_STALLED,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
      autorun: false,
    });
  }

  /** Begins to take jobs. What fails before is emitted as an error, and the worker is never alive. */
  async begin(): Promise<void> {
    try {
      await this.waitUntilReady();
      await this.run();
    } catch (error) {
      this.emit('error', error as Error);
    }
  }

  /** Whether the server has answered its question for jobs lately. One that is full of jobs does not ask. */
  get isAlive(): boolean {
    return this.underWay.size >= this.concurrency || performance.now() - this.answeredAt < SILENT_AFTER_MS;
  }

  /** Whether it had the time for an answer and has none. */
  get isLost(): boolean {
    return !this.isAlive && performance.now() - this.madeAt >= SILENT_AFTER_MS;
  }

  /** Waits for the jobs that it is at, also when it is closed by force, which itself waits for none. */
  async jobsEnd(): Promise<void> {
    await Promise.allSettled(this.underWay);
  }

  /** BullMQ names no time only where a wait for a job has failed, which it would repeat after 5 ms. */
  override delay(ms = RECOVER_MS, abort?: Parameters<Worker['delay']>[1]): Promise<void> {
    return super.delay(ms, abort);
  }

  protected override getBlockTimeout(blockUntil: number): number {
    return Math.min(super.getBlockTimeout(blockUntil), MAX_WAIT_MS / 1000);
  }

  protected override async moveToActive(token: string, name?: string): Promise<Job<Data>> {
    try {
      return await super.moveToActive(token, name);
    } catch (error) {
      await pause(RECOVER_MS);
      throw error;
    }
  }

  /** Called with every answer of the server that has a job, or says that there is none. */
  protected override nextJobFromJobData(job?: JobJson, id?: string, token?: string): Promise<Job<Data>> {
    this.answeredAt = performance.now();
    return super.nextJobFromJobData(job, id, token);
  }

  protected override async callProcessJob(
    job: Job<Data>,
    token: string,
    signal?: AbortSignal,
  ): Promise<unknown> {
    const work = super.callProcessJob(job, token, signal);
    this.underWay.add(work);
    try {
      return await work;
    } finally {
      this.underWay.delete(work);
    }
  }
}
