import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Client } from 'pg';
import { GatewayConfig } from '../config.js';

/** Milliseconds between two attempts to listen again after the connection was lost. */
const RECONNECT_MS = 500;

/**
 * Hears from the database when operations end, whichever process ended them. One connection for all that wait
 * in this process. A notification may be lost with the connection, so whoever waits subscribes first, then
 * looks, and is woken to look again whenever the connection is new.
 */
@Injectable()
export class Endings implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Endings.name);
  private readonly waiting = new Map<string, Set<() => void>>();
  private client: Client | null = null;
  private stopped = false;

  constructor(private readonly config: GatewayConfig) {}

  onApplicationBootstrap(): void {
    if (this.config.api) void this.keepListening();
  }

  /** Until the process stops. */
  private async keepListening(): Promise<void> {
    while (!this.stopped) {
      await this.listen().catch((error: unknown) => {
        if (!this.stopped) this.logger.warn(`Cannot hear of endings: ${(error as Error).message}`);
      });
      this.wake([...this.waiting.keys()]);
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

  /** Before HTTP stops, which waits for the requests that wait here. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    this.wake([...this.waiting.keys()]);
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
    client.on('notification', ({ payload }) => this.wake([payload?.split(' ')[0] ?? '']));
    await client.connect();
    this.client = client;
    await client.query('listen operation_ended');
    this.wake([...this.waiting.keys()]);
    await ended;
  }
}
