import { Injectable, type OnModuleInit } from '@nestjs/common';
import { WebhookDeliveries } from './delivery-store.js';
import { Maintenance } from '../queue/scheduled-tasks.js';

/** Milliseconds between two times; nobody waits for it. */
const EVERY_MS = 60_000;

/** Removes, a thousand at a time, what was recorded for webhooks that were removed. */
@Injectable()
export class ForgettingDeliveries implements OnModuleInit {
  constructor(
    private readonly deliveries: WebhookDeliveries,
    private readonly maintenance: Maintenance,
  ) {}

  onModuleInit(): void {
    this.maintenance.define({ name: 'webhooks', everyMs: EVERY_MS, run: (stopped) => this.run(stopped) });
  }

  private async run(stopped: AbortSignal): Promise<void> {
    while (!stopped.aborted && (await this.deliveries.forgetOrphans()) > 0);
  }
}
