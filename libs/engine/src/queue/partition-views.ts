import { Injectable, Logger } from '@nestjs/common';
import type { PartitionView } from '@turnpike/protocol';
import type { Queue } from 'bullmq';
import { withTimeout } from './connections.js';

/** Milliseconds for all partitions together: whoever looks has the rest without them. */
const ANSWER_WITHIN_MS = 1000;

/** What is in the queue. The ledger does not ask: operators do. */
@Injectable()
export class PartitionViews {
  private readonly logger = new Logger(PartitionViews.name);
  private queues: readonly Queue[] | null = null;

  /** Called once the queue's server was reachable. */
  open(queues: Iterable<Queue>): void {
    this.queues = [...queues];
  }

  /** @returns null while the queue does not answer */
  async now(): Promise<PartitionView[] | null> {
    if (!this.queues) return null;
    try {
      return await withTimeout(Promise.all(this.queues.map(viewOf)), ANSWER_WITHIN_MS);
    } catch (error) {
      this.logger.warn(`The partitions are not known: ${(error as Error).message}`);
      return null;
    }
  }
}

async function viewOf(queue: Queue): Promise<PartitionView> {
  const [counts, paused] = await Promise.all([
    queue.getJobCounts('waiting', 'active', 'delayed'),
    queue.isPaused(),
  ]);
  const { waiting = 0, active = 0, delayed = 0 } = counts;
  return { name: queue.name, waiting, active, delayed, paused };
}
