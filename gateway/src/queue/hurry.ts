import { Injectable, Logger } from '@nestjs/common';
import type { ServiceName } from '@turnpike/contracts';
import { GatewayConfig } from '../config.js';
import { Ledger } from '../ledger/ledger.js';
import { ServiceProbe } from '../run/service-probe.js';
import { Releaser } from './release.js';

/** Writes of one statement. */
const PAGE = 500;

/**
 * Ends the wait of the writes that are in retry because of a service, once it answers again: by then they may wait for
 * up to RETRY_MAX_MS. Every worker process does it when it finds the service back; what one has released is due, and the
 * others pass it by. If it fails, each write is tried at its own time.
 */
@Injectable()
export class Hurry {
  private readonly logger = new Logger(Hurry.name);

  constructor(
    private readonly ledger: Ledger,
    private readonly releaser: Releaser,
    probe: ServiceProbe,
    config: GatewayConfig,
  ) {
    if (config.worker) probe.onReturn((service) => void this.hurry(service));
  }

  private async hurry(service: ServiceName): Promise<void> {
    try {
      let count = 0;
      let page;
      do {
        page = await this.ledger.hurryRetries(service, PAGE);
        await this.releaser.add(page);
        count += page.length;
      } while (page.length === PAGE);
      if (count > 0)
        this.logger.log(`${service} answers again: ${count} writes that waited for it are tried now.`);
    } catch (error) {
      this.logger.warn(`The writes that wait for ${service} keep their time: ${(error as Error).message}`);
    }
  }
}
