import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { SAMPLE_SECONDS, Samples } from '../queries/history.js';

/**
 * Has samples of the ledger taken, in every process: one that stands still must not stop the charts, and by the queue
 * they would end just when operators look.
 */
@Injectable()
export class Sampler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Sampler.name);
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly samples: Samples) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.sample(), SAMPLE_SECONDS * 1000);
  }

  beforeApplicationShutdown(): void {
    if (this.timer) clearInterval(this.timer);
  }

  private sample(): Promise<void> {
    return this.samples
      .take()
      .catch((error: unknown) => this.logger.debug(`No sample: ${(error as Error).message}`));
  }
}
