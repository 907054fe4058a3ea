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
 * Rings when there may be something to send: the database says so at each commit that has recorded an event. What it
 * says while the connection is away is lost, so who waits here also looks from time to time.
 */
@Injectable()
export class Bell implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Bell.name);
  private client: Client | null = null;
  private hasRung = false;
  private stopped = false;
  private wake: () => void = () => undefined;

  constructor(private readonly config: GatewayConfig) {}

  onApplicationBootstrap(): void {
    if (this.config.worker) void this.keepListening();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    this.ring();
    await this.client?.end();
  }

  ring(): void {
    this.hasRung = true;
    this.wake();
  }

  /** Fulfilled when it has rung since the last time, or after so many milliseconds. */
  async next(timeoutMs: number): Promise<void> {
    if (!this.hasRung) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        timer = setTimeout(resolve, timeoutMs);
      });
      clearTimeout(timer);
    }
    this.hasRung = false;
  }

  /** Until the process stops. */
  private async keepListening(): Promise<void> {
    while (!this.stopped) {
      await this.listen().catch((error: unknown) => {
        if (!this.stopped) this.logger.warn(`Cannot hear of webhooks: ${(error as Error).message}`);
      });
      if (!this.stopped) await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
    }
  }

  /** Fulfilled when the connection has ended. */
  private async listen(): Promise<void> {
    const client = new Client({
      connectionString: this.config.databaseUrl,
      application_name: 'turnpike-webhooks',
      keepAlive: true,
      connectionTimeoutMillis: 2000,
    });
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    client.on('error', (error) => this.logger.warn(`Lost the connection for webhooks: ${error.message}`));
    client.on('notification', () => this.ring());
    await client.connect();
    this.client = client;
    await client.query('listen webhook_due');
    this.ring();
    await ended;
  }
}
