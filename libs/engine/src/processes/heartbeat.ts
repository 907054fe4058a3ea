import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { GatewayConfig } from '../config.js';
import { Processes } from './process-registry.js';
import { Breakers } from '../execution/circuit-breakers.js';
import { Executor } from '../execution/executor.js';
import { Leases } from '../execution/leases.js';

/** Milliseconds between two signs of life. */
const BEAT_MS = 1000;

/** Tells the other processes what this one does: operators ask any of them. */
@Injectable()
export class Heartbeat implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Heartbeat.name);
  private readonly since = new Date();
  private timer: NodeJS.Timeout | null = null;
  private beating = false;

  constructor(
    private readonly processes: Processes,
    private readonly executor: Executor,
    private readonly leases: Leases,
    private readonly breakers: Breakers,
    private readonly config: GatewayConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.beat(), BEAT_MS);
  }

  /** Before the connections of the process are closed. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.processes.leave(this.executor.worker).catch(() => undefined);
  }

  private async beat(): Promise<void> {
    if (this.beating) return;
    this.beating = true;
    try {
      await this.processes.report({
        id: this.executor.worker,
        worker: this.config.worker,
        since: this.since,
        running: this.leases.count,
        breakers: this.breakers.states(),
      });
    } catch (error) {
      this.logger.debug(`No sign of life: ${(error as Error).message}`);
    } finally {
      this.beating = false;
    }
  }
}
