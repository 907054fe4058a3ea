// BullMQ on one queue: what the work costs without a ledger and without order.
import { Queue, Worker } from 'bullmq';

export async function open({ settings, handle, done }) {
  const connection = { url: settings.redisUrl };
  const queue = new Queue('plain', { connection });
  const work = ({ data }) => handle(data);
  const worker = new Worker('plain', work, { connection, concurrency: settings.concurrency });
  worker.on('completed', ({ data }) => done(data.id));
  worker.on('failed', () => undefined); // it is tried again
  await worker.waitUntilReady();
  const backoff = { type: 'fixed', delay: settings.retryMs };
  return {
    submit: (write) => queue.add('write', write, { removeOnComplete: true, attempts: 3, backoff }),
  };
}
