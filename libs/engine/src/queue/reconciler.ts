import { Injectable, Logger } from '@nestjs/common';
import { Ledger } from '../ledger/ledger.js';
import { GatewayConfig } from '../config.js';
import { Releaser } from './enqueue.js';

/*
 * Makes the queue agree with the ledger. It walks the lanes that have work, and queues again each head that is
 * due, has no live lease, and was released some time ago without being claimed: after a crash between commit
 * and enqueue, after the queue lost everything, after a change of the number of partitions, after a worker's
 * death. It relies on nothing but the ledger. One of all processes works at a time, by an advisory lock; if
 * that one dies, the next round is another's.
 */

/** Milliseconds between two rounds: the longest that a lost job waits, beside STALE_AFTER_MS. */
const ROUND_MS = 1000;

/** Milliseconds after its release from which an unclaimed head is queued again. The job's id is the same, so
 * where it still waits in the queue nothing happens. */
const STALE_AFTER_MS = 2000;

/** Lanes of one statement. */
const PAGE = 1000;

@Injectable()
export class Reconciler {
  private readonly logger = new Logger(Reconciler.name);
  private readonly stopped = new AbortController();
  private finished: Promise<void> = Promise.resolve();

  constructor(
    private readonly ledger: Ledger,
    private readonly releaser: Releaser,
    private readonly config: GatewayConfig,
  ) {}

  start(): void {
    this.finished = this.run();
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.finished;
  }

  /** One walk over all lanes that have work. @returns how many heads were queued again */
  async round(): Promise<number> {
    let count = 0;
    let after: string | null = null;
    do {
      const page = await this.ledger.releaseOverdue(after, { olderThanMs: STALE_AFTER_MS, limit: PAGE });
      await this.releaser.add(page.releases);
      count += page.releases.length;
      after = page.next;
    } while (after !== null && !this.stopped.signal.aborted);
    return count;
  }

  private async run(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      try {
        const count = await this.round();
        if (count > 0) this.logger.log(`${count} heads of lanes were queued again.`);
      } catch (error) {
        this.logger.warn(`The round was given up: ${(error as Error).message}`);
      }
      await this.pause();
    }
  }

  private pause(): Promise<void> {
    const { signal } = this.stopped;
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, Math.min(ROUND_MS, this.config.run.leaseMs));
      signal.addEventListener('abort', done);
    });
  }
}
