import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { GatewayConfig } from '../config.js';
import { Ledger } from '../ledger/ledger.js';
import type { HurriedPage } from '../ledger/statements/enqueue.js';
import { ServiceProbe } from '../execution/service-probe.js';
import { Releaser } from './enqueue.js';

/** Writes of one statement. */
const PAGE = 500;

/**
 * Ends the wait of the writes that are in retry because of a service, once it answers again: by then they may wait for
 * up to RETRY_MAX_MS. Every worker process does it when it finds the service back; what one has released is due, and the
 * others pass it by. If it fails, each write is tried at its own time.
 */
@Injectable()
export class Hurry implements BeforeApplicationShutdown {
  private readonly logger = new Logger(Hurry.name);
  private isStopped = false;
  private finished: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly ledger: Ledger,
    private readonly releaser: Releaser,
    probe: ServiceProbe,
    config: GatewayConfig,
  ) {
    if (config.worker) probe.onReturn((service) => this.begin(service));
  }

  /** Before the connections of the process are closed. What it has not come to keeps its time. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    await this.finished;
  }

  private begin(service: string): void {
    this.finished = Promise.all([this.finished, this.hurry(service)]);
  }

  private async hurry(service: string): Promise<void> {
    try {
      let count = 0;
      let page: HurriedPage = { releases: [], before: null };
      do {
        page = await this.ledger.hurryRetries(service, PAGE, page.before);
        await this.releaser.add(page.releases);
        count += page.releases.length;
      } while (page.releases.length === PAGE && !this.isStopped);
      if (count > 0)
        this.logger.log(`${service} answers again: ${count} writes that waited for it are tried now.`);
    } catch (error) {
      this.logger.warn(`The writes that wait for ${service} keep their time: ${(error as Error).message}`);
    }
  }
}
