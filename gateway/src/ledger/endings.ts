import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Client, type Notification } from 'pg';
import { GatewayConfig } from '../config.js';
import { CHANGED_CHANNEL } from './announcer.js';

/** Milliseconds between two attempts to listen again after the connection was lost. */
const RECONNECT_MS = 500;

/** Milliseconds after which followers look even if nothing was heard: who was to announce a change may have died. */
const LOOK_AGAIN_MS = 30_000;

/**
 * Hears from the database when operations end, or change, whichever process it was that did it. One connection for all
 * that wait in this process. A notification may be lost with the connection, so whoever waits subscribes first, then
 * looks, and is woken to look again whenever the connection is new.
 */
@Injectable()
export class Endings implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Endings.name);
  private readonly waiting = new Map<string, Set<() => void>>();
  private readonly followers = new Map<string, Set<() => void>>();
  private lookAgain: NodeJS.Timeout | null = null;
  private client: Client | null = null;
  private stopped = false;

  constructor(private readonly config: GatewayConfig) {}

  onApplicationBootstrap(): void {
    if (!this.config.api) return;
    this.lookAgain = setInterval(() => this.stir([...this.followers.keys()]), LOOK_AGAIN_MS).unref();
    void this.keepListening();
  }

  /** Until the process stops. */
  private async keepListening(): Promise<void> {
    while (!this.stopped) {
      await this.listen().catch((error: unknown) => {
        if (!this.stopped) this.logger.warn(`Cannot hear of endings: ${(error as Error).message}`);
      });
      this.wakeAll();
      if (!this.stopped) await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
    }
  }

  /**
   * Waits until `look` finds something, looking now and whenever an operation of that user ends.
   * @param timeoutMs after which the answer is what `look` found last
   */
  async waitFor<Found>(
    userId: string,
    timeoutMs: number,
    look: () => Promise<Found | null>,
  ): Promise<Found | null> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const wait = this.subscribe(userId, deadline - performance.now());
      const found = await look();
      if (found !== null || this.stopped || performance.now() >= deadline) {
        wait.cancel();
        return found;
      }
      await wait.woken;
    }
  }

  /**
   * Looks at once, and then whenever operations of that user may have changed since the last look began, until the
   * signal, or the end of the process.
   * @param look answers whether to go on; what it throws ends it, too
   */
  async follow(userId: string, signal: AbortSignal, look: () => Promise<boolean>): Promise<void> {
    let wake = (): void => undefined;
    const stir = (): void => wake();
    const unfollow = this.addFollower(userId, stir);
    signal.addEventListener('abort', stir);
    try {
      while (!signal.aborted && !this.stopped) {
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
    if (this.lookAgain) clearInterval(this.lookAgain);
    this.wakeAll();
    await this.client?.end();
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

  /** Fulfilled when the connection has ended. */
  private async listen(): Promise<void> {
    const client = new Client({
      connectionString: this.config.databaseUrl,
      application_name: 'turnpike-endings',
      keepAlive: true,
      connectionTimeoutMillis: 2000,
    });
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    client.on('error', (error) => this.logger.warn(`Lost the connection for endings: ${error.message}`));
    client.on('notification', (notification) => this.hear(notification));
    await client.connect();
    this.client = client;
    await client.query(`listen operation_ended; listen ${CHANGED_CHANNEL}`);
    this.wakeAll();
    await ended;
  }
}
