// groupmq: groups of jobs in Redis, one job of a group at a time. Its documents advise to add in batches where many
// jobs come, and to let the scheduler, which brings delayed jobs back, run often where retries are to be quick.
import { Queue, Worker } from 'groupmq';
import { Redis } from 'ioredis';

export async function open({ settings, handle, done }) {
  const redis = new Redis(settings.redisUrl, { maxRetriesPerRequest: null });
  const autoBatch = { size: 20, maxWaitMs: 5 };
  const queue = new Queue({ redis, namespace: 'bench', maxAttempts: 3, schedulerLockTtlMs: 20, autoBatch });
  const worker = new Worker({
    queue,
    concurrency: settings.concurrency,
    handler: ({ data }) => handle(data),
    backoff: () => settings.retryMs,
    schedulerIntervalMs: settings.retryMs,
  });
  worker.on('completed', ({ data }) => done(data.id));
  worker.on('failed', () => undefined);
  worker.on('error', () => undefined);
  worker.run();
  return { submit: (write) => queue.add({ groupId: `user-${write.user}`, data: write }) };
}
