import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { type Attempted, WebhookDeliveries } from '../ledger/webhook-deliveries.js';

const deliveries = new Counter({
  name: 'turnpike_webhook_deliveries_total',
  help: 'Attempts to deliver to webhooks, by what came of them.',
  labelNames: ['result'] as const,
});

export function countDelivery(result: Attempted['type']): void {
  deliveries.inc({ result });
}

/** The state of all webhooks, asked for when somebody reads the metrics; each process tells the same. */
@Injectable()
export class WebhookGauges implements OnModuleInit {
  private readonly logger = new Logger(WebhookGauges.name);

  constructor(private readonly deliveries: WebhookDeliveries) {}

  onModuleInit(): void {
    const disabled = new Gauge({
      name: 'turnpike_webhooks_disabled',
      help: 'Webhooks to which nothing is sent.',
    });
    const oldest: Gauge = new Gauge({
      name: 'turnpike_webhook_oldest_undelivered_seconds',
      help: 'How long ago the oldest happened of what is still to be delivered to webhooks that are enabled.',
      collect: () => this.fill(oldest, disabled),
    });
  }

  /** What is not known is not told; the other metrics are. */
  private async fill(oldest: Gauge, disabled: Gauge): Promise<void> {
    [oldest, disabled].forEach((gauge) => gauge.remove());
    try {
      const health = await this.deliveries.health();
      oldest.set(health.oldestSeconds);
      disabled.set(health.disabled);
    } catch (error) {
      this.logger.debug(`Webhooks are not known: ${(error as Error).message}`);
    }
  }
}
