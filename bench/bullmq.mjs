// What the work costs without ledger and without order: BullMQ on one queue, which is neither durable nor ordered.
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from './statistics.mjs';
import { submitAll } from './submitters.mjs';
import { rates } from './turnpike.mjs';

const { Queue, Worker } = createRequire(import.meta.url)('bullmq');

export async function runBullMq(load, { redisUrl }) {
  const connection = { url: redisUrl };
  const queue = new Queue('plain', { connection });
  const total = load.users * load.writes;
  const last = new Map();
  const times = [];
  let orderViolations = 0;
  let resolve;
  const all = new Promise((fulfil) => (resolve = fulfil));
  const handle = async ({ data: { user, index, at } }) => {
    if (index < (last.get(user) ?? -1)) orderViolations += 1;
    last.set(user, index);
    if (load.handlerMs > 0) await pause(load.handlerMs);
    times.push(Date.now() - at);
  };
  const worker = new Worker('plain', handle, { connection, concurrency: load.concurrency });
  worker.on('completed', () => times.length === total && resolve());
  await worker.waitUntilReady();
  const begun = performance.now();
  const accepting = await submitAll(load, (user, index) =>
    queue.add('write', { user, index, at: Date.now() }, { removeOnComplete: true }),
  );
  await all;
  const seconds = (performance.now() - begun) / 1000;
  await worker.close();
  await queue.obliterate({ force: true });
  await queue.close();
  return {
    ...rates(total, accepting, seconds),
    ...{ p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99) },
    ...{ orderViolations, overlaps: 0 },
  };
}
