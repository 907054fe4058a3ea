// BullMQ as many order it: users are spread over queues, and each queue has one worker that takes one job at a time.
import { Queue, Worker } from 'bullmq';

const PARTITIONS = 16;

export async function open({ settings, handle, done }) {
  const connection = { url: settings.redisUrl };
  const work = ({ data }) => handle(data);
  const partitions = Array.from({ length: PARTITIONS }, (_, index) => {
    const queue = new Queue(`partition-${index}`, { connection });
    const worker = new Worker(queue.name, work, { connection, concurrency: 1 });
    worker.on('completed', ({ data }) => done(data.id));
    worker.on('failed', () => undefined); // it is tried again
    return { queue, worker };
  });
  await Promise.all(partitions.map(({ worker }) => worker.waitUntilReady()));
  const backoff = { type: 'fixed', delay: settings.retryMs };
  return {
    submit: (write) => {
      const { queue } = partitions[write.user % PARTITIONS];
      return queue.add('write', write, { removeOnComplete: true, attempts: 3, backoff });
    },
  };
}
