import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { type Attempted, WebhookDeliveries, type WebhookHealth } from './delivery-store.js';

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
    MEASURES.forEach((measure) => this.define(measure));
  }

  private define({ name, help, value }: Measure): void {
    const gauge: Gauge = new Gauge({ name, help, collect: () => this.fill(gauge, value) });
  }

  /** What is not known is not told; the other metrics are. */
  private async fill(gauge: Gauge, value: Measure['value']): Promise<void> {
    gauge.remove();
    try {
      gauge.set(value(await this.deliveries.health()));
    } catch (error) {
      this.logger.debug(`Webhooks are not known: ${(error as Error).message}`);
    }
  }
}

interface Measure {
  name: string;
  help: string;
  value: (health: WebhookHealth) => number;
}

const MEASURES: readonly Measure[] = [
  {
    name: 'turnpike_webhook_oldest_undelivered_seconds',
    help: 'How long ago the oldest happened of what is still to be delivered to webhooks that are enabled.',
    value: ({ oldestSeconds }) => oldestSeconds,
  },
  {
    name: 'turnpike_webhooks_disabled',
    help: 'Webhooks to which nothing is sent.',
    value: ({ disabled }) => disabled,
  },
];
