import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { problemOf } from '@turnpike/service';
import type { Notification } from 'pg';
import { GatewayConfig } from '../config.js';
import { CHANGED_CHANNEL } from './announcer.js';
import { Listener } from './listener.js';

/** Tells of the end of an operation, in the transaction that ends it: the user's id and the operation's. */
const ENDED_CHANNEL = 'operation_ended';

/** Milliseconds after which followers look even if nothing was heard: who was to announce a change may have died. */
const LOOK_AGAIN_MS = 30_000;

/**
 * Milliseconds after which those that wait for an end look even if nothing was heard: until a connection that leads
 * nowhere is found they would wait in vain. All look at once, which is one statement for all of them.
 */
const LOOK_FOR_END_MS = 2000;

/**
 * Hears from the database when operations end, or change, whichever process it was that did it. One connection for all
 * that wait in this process. A notification may be lost with the connection, so whoever waits subscribes first, then
 * looks, and is woken to look again whenever the connection is new.
 */
@Injectable()
export class Endings implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly listener: Listener;
  private readonly waiting = new Map<string, Set<() => void>>();
  private readonly followers = new Map<string, Set<() => void>>();
  private looking: NodeJS.Timeout[] = [];
  private stopped = false;

  constructor(private readonly config: GatewayConfig) {
    this.listener = new Listener({
      connectionString: config.databaseUrl,
      applicationName: 'turnpike-endings',
      channels: [ENDED_CHANNEL, CHANGED_CHANNEL],
      hear: (notification) => this.hear(notification),
      look: () => this.wakeAll(),
      logger: new Logger(Endings.name),
    });
  }

  onApplicationBootstrap(): void {
    if (!this.config.api) return;
    this.looking = [
      setInterval(() => this.stir([...this.followers.keys()]), LOOK_AGAIN_MS).unref(),
      setInterval(() => this.wake([...this.waiting.keys()]), LOOK_FOR_END_MS).unref(),
    ];
    void this.listener.keepListening();
  }

  /**
   * Waits until `look` finds something, looking now and whenever an operation of that user ends. While the database is
   * away it goes on waiting: the write is under way whether it can be looked at or not.
   * @param timeoutMs after which the answer is what `look` found last, or threw
   */
  async waitFor<Found>(
    userId: string,
    timeoutMs: number,
    look: () => Promise<Found | null>,
  ): Promise<Found | null> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const wait = this.subscribe(userId, deadline - performance.now());
      const isOver = (): boolean => this.stopped || performance.now() >= deadline;
      const found = await look().catch((error: unknown) => {
        if (!isOver() && isUnavailable(error)) return null;
        wait.cancel();
        throw error;
      });
      if (found !== null || isOver()) {
        wait.cancel();
        return found;
      }
      await wait.woken;
    }
  }

  /**
   * Looks at once, and then whenever operations of that user may have changed since the last look began, until the
   * signal.
   * @param look answers whether to go on; what it throws ends it, too
   */
  async follow(userId: string, signal: AbortSignal, look: () => Promise<boolean>): Promise<void> {
    let wake = (): void => undefined;
    const stir = (): void => wake();
    const unfollow = this.addFollower(userId, stir);
    signal.addEventListener('abort', stir);
    try {
      while (!signal.aborted) {
        const stirred = new Promise<void>((resolve) => (wake = resolve));
        if (!(await look())) return;
        await stirred;
      }
    } finally {
      signal.removeEventListener('abort', stir);
      unfollow();
    }
  }

  /** Before HTTP stops, which waits for the requests that wait here. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    this.looking.forEach((timer) => clearInterval(timer));
    this.wakeAll();
    await this.listener.stop();
  }

  private subscribe(userId: string, timeoutMs: number): { woken: Promise<void>; cancel: () => void } {
    const subscribers = this.waiting.get(userId) ?? new Set();
    this.waiting.set(userId, subscribers);
    let wake = (): void => undefined;
    const woken = new Promise<void>((resolve) => (wake = resolve));
    const timer = setTimeout(() => cancel(), Math.max(timeoutMs, 0));
    const cancel = (): void => {
      clearTimeout(timer);
      subscribers.delete(cancel);
      if (subscribers.size === 0 && this.waiting.get(userId) === subscribers) this.waiting.delete(userId);
      wake();
    };
    subscribers.add(cancel);
    return { woken, cancel };
  }

  private addFollower(userId: string, stir: () => void): () => void {
    const followers = this.followers.get(userId) ?? new Set();
    this.followers.set(userId, followers.add(stir));
    return () => {
      followers.delete(stir);
      if (followers.size === 0 && this.followers.get(userId) === followers) this.followers.delete(userId);
    };
  }

  private hear({ channel, payload = '' }: Notification): void {
    const userIds = channel === CHANGED_CHANNEL ? payload.split(',') : [payload.split(' ')[0]!];
    if (channel !== CHANGED_CHANNEL) this.wake(userIds);
    this.stir(userIds);
  }

  private stir(userIds: readonly string[]): void {
    for (const userId of userIds) this.followers.get(userId)?.forEach((stir) => stir());
  }

  private wakeAll(): void {
    this.wake([...this.waiting.keys()]);
    this.stir([...this.followers.keys()]);
  }

  private wake(userIds: readonly string[]): void {
    for (const userId of userIds) {
      for (const cancel of [...(this.waiting.get(userId) ?? [])]) cancel();
    }
  }
}

function isUnavailable(error: unknown): boolean {
  return problemOf(error).code === 'unavailable';
}
