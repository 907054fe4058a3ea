import { Injectable } from '@nestjs/common';
import type {
  ChangeWebhook,
  CreateWebhook,
  DeliveriesQuery,
  Page,
  PageQuery,
  Replayed,
  ReplayRange,
  Webhook,
  WebhookDelivery,
  WebhookWithSecret,
} from '@turnpike/protocol';
import { invalidRequest, Problem } from '@turnpike/service';
import { v7 as uuidv7 } from 'uuid';
import type { Made } from '../ledger/statements/idempotency-keys.js';
import { WebhookDeliveries } from './delivery-store.js';
import { type AskedBy, type ChangedBy, Webhooks } from './webhook-store.js';
import { Addresses } from './address-guard.js';
import { inventSecret } from './signing.js';

/** Each is sent every event that it subscribes to, and costs whatever ends an operation a row. */
const MAX_WEBHOOKS = 20;

/** What operators do with webhooks. */
@Injectable()
export class WebhookAdmin {
  constructor(
    private readonly webhooks: Webhooks,
    private readonly deliveries: WebhookDeliveries,
    private readonly addresses: Addresses,
  ) {}

  /** @throws Problem 400 for an address that is not public, or where there are enough */
  async create(
    { url, events, description = '' }: CreateWebhook,
    by: AskedBy,
  ): Promise<Made<WebhookWithSecret>> {
    await this.assertAddress(url);
    if ((await this.webhooks.count()) >= MAX_WEBHOOKS) {
      throw new Problem('invalid-request', `There are ${MAX_WEBHOOKS} webhooks, and may be no more.`);
    }
    return this.webhooks.create(uuidv7(), { url, events, description }, inventSecret(), by);
  }

  list(query: PageQuery): Promise<Page<Webhook>> {
    return this.webhooks.page(query);
  }

  async find(id: string): Promise<Webhook> {
    return found(await this.webhooks.find(id));
  }

  async change(id: string, wanted: ChangeWebhook, by: ChangedBy): Promise<Webhook> {
    await this.find(id);
    const { url, events, description, enabled } = wanted;
    if (url !== undefined) await this.assertAddress(url);
    const given = Object.entries({ url, events, description, enabled }).filter(
      ([, value]) => value !== undefined,
    );
    const webhook = found(await this.webhooks.change(id, Object.fromEntries(given), by));
    // Who has mended a receiver wants to see it at work.
    if (enabled) await this.deliveries.hurry(id);
    return webhook;
  }

  async remove(id: string, by: ChangedBy): Promise<void> {
    if (!(await this.webhooks.remove(id, by))) throw new Problem('not-found');
  }

  rotate(id: string, by: AskedBy): Promise<Made<WebhookWithSecret>> {
    return this.webhooks.rotate(id, inventSecret(), by);
  }

  /** @throws Problem 400 where it is disabled, since nothing would be sent */
  async test(id: string, by: ChangedBy): Promise<WebhookDelivery> {
    const { enabled } = await this.find(id);
    if (!enabled) throw new Problem('invalid-request', 'The webhook is disabled.');
    const delivery = await this.deliveries.addTest(id);
    await this.webhooks.tell('webhook.test', id, by);
    return delivery;
  }

  async listDeliveries(id: string, query: DeliveriesQuery): Promise<Page<WebhookDelivery>> {
    await this.find(id);
    return this.deliveries.page(id, query);
  }

  async replay(id: string, deliveryId: string, by: ChangedBy): Promise<WebhookDelivery> {
    found(await this.deliveries.find(id, deliveryId));
    await this.deliveries.replay(id, deliveryId);
    await this.webhooks.tell('webhook.replay', id, by, { deliveryId });
    return found(await this.deliveries.find(id, deliveryId));
  }

  async replayRange(
    id: string,
    { from, to = new Date().toISOString() }: ReplayRange,
    by: ChangedBy,
  ): Promise<Replayed> {
    await this.find(id);
    const count = await this.deliveries.replayRange(id, new Date(from), new Date(to));
    await this.webhooks.tell('webhook.replay', id, by, { from, to, count });
    return { count };
  }

  private async assertAddress(url: string): Promise<void> {
    const message = await this.addresses.complaintAbout(url);
    if (message !== null) throw invalidRequest([{ path: 'url', message: `url ${message}` }]);
  }
}

/** @throws Problem 404 where there is nothing */
function found<Thing>(thing: Thing | null): Thing {
  if (thing === null) throw new Problem('not-found');
  return thing;
}
