import { randomUUID } from 'node:crypto';
import { Queue, Worker } from 'bullmq';
import type { Cluster, Redis } from 'ioredis';
import { JOB_OPTIONS, maintenancePrefix } from '../workers/jobs.js';

const NAME = 'turnpike-probe';

/** Seconds of the wait for a job: only whether the account may wait is asked. */
const WAIT_SECONDS = 0.01;

/**
 * Adds a job and takes it, by hand: BullMQ's loops must not run on an account that lacks one of their commands, for
 * they would run without a pause. Another process that proves the same at the same time may take the job instead.
 * @throws Error that names the command which the account lacks, or says why the server takes no writes
 */
export async function proveRedis(
  producer: Redis | Cluster,
  consumer: Redis | Cluster,
  installation: string,
): Promise<void> {
  const prefix = maintenancePrefix(installation);
  const queue = new Queue(NAME, { connection: producer, prefix });
  const worker = new Worker(NAME, null, {
    connection: consumer,
    prefix,
    autorun: false,
  });
  // Each failure is thrown by the call that meets it; without a listener BullMQ writes it past the log.
  queue.on('error', () => undefined);
  worker.on('error', () => undefined);
  try {
    await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
    await consumer.bzpopmin(`${prefix}:${NAME}:nothing`, WAIT_SECONDS);
    await queue.add('probe', {}, { ...JOB_OPTIONS, jobId: `probe-${randomUUID()}` });
    const token = randomUUID();
    const job = await worker.getNextJob(token, { block: false });
    await job?.moveToCompleted(null, token, false);
  } finally {
    await Promise.allSettled([worker.close(true), queue.close()]);
  }
}
