import { type JobsOptions, Queue } from 'bullmq';
import type { QueueConfig } from '../config.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Release } from '../ledger/statements/enqueue.js';
import { openConnections, type QueueConnections } from './connections.js';
import { maintenanceQueue } from './scheduled-tasks.js';
import { JOB_OPTIONS } from './workers/jobs.js';
import { jobOf, type OperationJob, partitionNames, partitionOf, prefixOf } from './enqueue.js';

/*
 * Makes the queue anew from the ledger, for whoever does not trust what is in it. Nothing is lost by that, whether
 * processes are at work or not: a job is a hint, and a worker whose job is gone has its claim in the ledger. What is in
 * retry and not due yet is released when it is, by the reconciler; so is everything else, if this dies half-way.
 */

/** Milliseconds for the queue's server to answer. */
const ANSWER_WITHIN_MS = 3000;

/** Lanes of one statement. */
const PAGE = 1000;

export interface Rebuilt {
  /** Jobs that were dropped. */
  dropped: number;
  /** Heads of lanes that were queued. */
  queued: number;
}

/** @param tell is called with the count of queued heads, after each page of lanes. @throws Error if the queue is away */
export async function rebuildQueue(
  config: QueueConfig,
  ledger: Ledger,
  tell: (queued: number) => void,
): Promise<Rebuilt> {
  const connections = await openConnections(config, AbortSignal.timeout(ANSWER_WITHIN_MS));
  if (!connections) throw new Error(`The queue does not answer within ${ANSWER_WITHIN_MS / 1000} s.`);
  const partitions = partitionQueues(config, connections);
  const maintenance = maintenanceQueue(config, connections);
  try {
    let dropped = 0;
    for (const queue of [...partitions.values(), maintenance]) dropped += await empty(queue);
    return { dropped, queued: await queueHeads(partitions, ledger, tell) };
  } finally {
    await Promise.allSettled([...partitions.values(), maintenance].map((queue) => queue.close()));
    await connections.close();
  }
}

function partitionQueues(
  { installation, partitions: count }: QueueConfig,
  { producer }: QueueConnections,
): Map<string, Queue<OperationJob>> {
  const options = (
    index: number,
  ): { connection: typeof producer; prefix: string; defaultJobOptions: JobsOptions } => ({
    connection: producer,
    prefix: prefixOf(installation, index, count),
    defaultJobOptions: JOB_OPTIONS,
  });
  return new Map(partitionNames(count).map((name, index) => [name, new Queue(name, options(index))]));
}

/** @returns how many jobs there were */
async function empty(queue: Queue): Promise<number> {
  const jobs = await queue.getJobCountByTypes();
  await queue.obliterate({ force: true });
  // It was paused for that.
  await queue.resume();
  return jobs;
}

async function queueHeads(
  partitions: ReadonlyMap<string, Queue<OperationJob>>,
  ledger: Ledger,
  tell: (queued: number) => void,
): Promise<number> {
  let queued = 0;
  let after: string | null = null;
  do {
    const page = await ledger.releaseOverdue(after, { olderThanMs: 0, limit: PAGE, turn: 'waits' });
    await Promise.all(
      [...partitions].map(([name, queue]) => addTo(queue, releasesOf(name, page.releases, partitions.size))),
    );
    queued += page.releases.length;
    tell(queued);
    after = page.next;
  } while (after !== null);
  return queued;
}

function releasesOf(partition: string, releases: readonly Release[], count: number): Release[] {
  return releases.filter(({ userId }) => partitionOf(userId, count) === partition);
}

async function addTo(queue: Queue<OperationJob>, releases: readonly Release[]): Promise<void> {
  if (releases.length > 0) await queue.addBulk(releases.map((release) => jobOf(release)));
}
