import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { GatewayConfig } from '../config.js';
import { Listener } from '../notify/listener.js';

/**
 * Rings when there may be something to send: the database says so at each commit that has recorded an event. What it
 * says while the connection is away is lost, so who waits here also looks from time to time.
 */
@Injectable()
export class Bell implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly listener: Listener;
  private hasRung = false;
  private wake: () => void = () => undefined;

  constructor(private readonly config: GatewayConfig) {
    this.listener = new Listener({
      connectionString: config.databaseUrl,
      applicationName: 'turnpike-webhooks',
      channels: ['webhook_due'],
      hear: () => this.ring(),
      look: () => this.ring(),
      logger: new Logger(Bell.name),
    });
  }

  onApplicationBootstrap(): void {
    if (this.config.worker) void this.listener.keepListening();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.ring();
    await this.listener.stop();
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
}
