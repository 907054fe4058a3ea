import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { WebhookEvent } from '@turnpike/protocol';
import { Database } from '@turnpike/service';
import { GatewayConfig } from '../config.js';
import { type ClaimedDelivery, WebhookDeliveries } from './delivery-store.js';
import { Webhooks } from './webhook-store.js';
import { Addresses } from './address-guard.js';
import { Bell } from './wake-up.js';
import { countDelivery } from './metrics.js';
import { judge } from './retry-policy.js';
import { Interrupted, Sender } from './sender.js';
import { signed } from './signing.js';

/** Deliveries to one webhook in flight in this process: whoever is slow takes no place of another's. */
const PLACES = 16;

/** Milliseconds between two looks for what nobody rang for: pauses that are over, and what a dead process had. */
const LOOK_EVERY_MS = 1000;

/**
 * Sends what is due to webhooks. The ledger says what that is, in which order, and that no other process sends the
 * same; if this process dies between a receiver's answer and the ledger, the same is sent again under the same id.
 */
@Injectable()
export class Courier implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(Courier.name);
  private readonly sender: Sender;
  private readonly stopped = new AbortController();
  private readonly underWay = new Set<Promise<void>>();
  private readonly inFlight = new Map<string, number>();
  private finished: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly webhooks: Webhooks,
    private readonly deliveries: WebhookDeliveries,
    private readonly bell: Bell,
    private readonly config: GatewayConfig,
    addresses: Addresses,
  ) {
    this.sender = new Sender(addresses);
  }

  onApplicationBootstrap(): void {
    if (this.config.worker) this.finished = this.deliver();
  }

  /** Before the connections of the process are closed. What is being sent is left to another process. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped.abort();
    this.bell.ring();
    await this.finished;
    await Promise.all(this.underWay);
    await this.sender.close();
  }

  /** Until the process stops. */
  private async deliver(): Promise<void> {
    const { signal } = this.stopped;
    await Promise.race([this.database.start(), aborted(signal)]);
    while (!signal.aborted) {
      const more = await this.round().catch((error: unknown) => {
        this.logger.debug(`Cannot look for deliveries: ${(error as Error).message}`);
        return false;
      });
      if (!more) await this.bell.next(LOOK_EVERY_MS);
    }
  }

  /** @returns whether to look again at once */
  private async round(): Promise<boolean> {
    // What is claimed and cannot be signed would wait for the end of its claim.
    if (!this.webhooks.canSign) return false;
    const { claimed, more } = await this.deliveries.claim(this.inFlight, PLACES);
    for (const delivery of claimed) this.begin(delivery);
    return more;
  }

  private begin(delivery: ClaimedDelivery): void {
    const { webhookId } = delivery;
    this.inFlight.set(webhookId, (this.inFlight.get(webhookId) ?? 0) + 1);
    const done = this.carry(delivery).finally(() => {
      this.underWay.delete(done);
      const left = this.inFlight.get(webhookId)! - 1;
      if (left > 0) this.inFlight.set(webhookId, left);
      else this.inFlight.delete(webhookId);
      this.bell.ring();
    });
    this.underWay.add(done);
  }

  /** What cannot be written down is sent again when its claim is over. */
  private async carry(delivery: ClaimedDelivery): Promise<void> {
    try {
      const attempted = judge(await this.send(delivery), delivery.attempts);
      countDelivery(attempted.type);
      if (await this.deliveries.settle(delivery, attempted)) {
        this.logger.warn(`The webhook ${delivery.webhookId} is disabled: nothing is accepted there.`);
      }
    } catch (error) {
      if (error instanceof Interrupted) return this.letGo(delivery);
      this.logger.warn(`A delivery to ${delivery.webhookId} is sent again: ${(error as Error).message}`);
    }
  }

  private send(delivery: ClaimedDelivery): ReturnType<Sender['post']> {
    const { webhookId, id, type, data, occurredAt, url } = delivery;
    const event: WebhookEvent = {
      type,
      timestamp: occurredAt.toISOString(),
      data: data as WebhookEvent['data'],
    };
    const secrets = this.webhooks.secretsIn(webhookId, delivery.secrets);
    return this.sender.post(url, signed(id, event, secrets), this.stopped.signal);
  }

  private letGo(delivery: ClaimedDelivery): Promise<void> {
    return this.deliveries.letGo(delivery).catch(() => undefined);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
