import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

/**
 * Pages of older changes that one user's streams may read at once in one process, 6,000 changes; whoever resumes where a
 * stream was cut needs one.
 */
const PAGES_AT_ONCE = 60;

/** Milliseconds after which one more may be read: 60 pages a minute, however often a lane is asked for from its begin. */
const PAGE_EVERY_MS = 1000;

/** Users who are remembered, the least busy forgotten first; nobody is a minute after his last page. */
const MAX_REMEMBERED = 10_000;
const REMEMBERED_MS = 2 * PAGES_AT_ONCE * PAGE_EVERY_MS;

/** The pages of one user: a bucket that fills again, and a queue in front of it. */
class Pace {
  private pages = PAGES_AT_ONCE;
  private countedAt = performance.now();
  private turn: Promise<void> = Promise.resolve();

  /** Fulfilled in the order of the calls, when a page may be read or the signal has aborted. */
  next(signal: AbortSignal): Promise<void> {
    this.turn = this.turn.then(() => this.take(signal));
    return this.turn;
  }

  private async take(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.fill();
    if (this.pages < 1) await pause((1 - this.pages) * PAGE_EVERY_MS, signal);
    if (signal.aborted) return;
    this.fill();
    this.pages -= 1;
  }

  private fill(): void {
    const now = performance.now();
    this.pages = Math.min(PAGES_AT_ONCE, this.pages + (now - this.countedAt) / PAGE_EVERY_MS);
    this.countedAt = now;
  }
}

/**
 * Paces the replays of each user. `Last-Event-ID: 0` has a whole lane read and told again, at every reconnect and by
 * each of ten streams, for the price of one request; so the pages of a user are read one after the other, and some in a
 * minute. A stream that has to wait is told the rest later: nothing is lost, and nothing comes twice.
 */
@Injectable()
export class Replays {
  private readonly paces = new LRUCache<string, Pace>({
    ...{ max: MAX_REMEMBERED, ttl: REMEMBERED_MS, updateAgeOnGet: true },
  });

  /** Waits until the next page of that user may be read, or the signal aborts. */
  turn(userId: string, signal: AbortSignal): Promise<void> {
    const pace = this.paces.get(userId) ?? new Pace();
    this.paces.set(userId, pace);
    return pace.next(signal);
  }
}

/** Waits for so many milliseconds, or until the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
