import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiTags } from '@nestjs/swagger';
import {
  ChangeWebhook,
  CreateWebhook,
  DeliveriesQuery,
  type Page,
  PageQuery,
  Reason,
  type Replayed,
  ReplayRange,
  Webhook,
  WebhookDelivery,
  WebhookWithSecret,
} from '@turnpike/protocol';
import { ApiPage } from '@turnpike/service';
import { type Caller, CurrentCaller } from '../request/authorise.js';
import { Fingerprints } from '../request/fingerprints.js';
import type { Reply, Request } from '../http/write-route.js';
import { keyOfCaller, madeOnce, MakesOnce } from '../http/once-route.js';
import { Id } from '../request/request-headers.js';
import { Allows } from '../request/route-actions.js';
import type { AskedBy, ChangedBy } from './webhook-store.js';
import { WebhookAdmin } from './webhook-admin.js';

const PATH = 'v1/ops/webhooks';

const LOCATION = {
  Location: { description: 'Where to read it', required: true, schema: { type: 'string' } },
} as const;

/** Who outside is told of what has happened. */
@ApiTags('webhooks')
@Controller(PATH)
export class WebhooksController {
  constructor(
    private readonly admin: WebhookAdmin,
    private readonly fingerprints: Fingerprints,
  ) {}

  /** Subscribes somebody. The secret is shown this once. */
  @Post()
  @Allows('ops.act')
  @MakesOnce()
  @ApiCreatedResponse({ type: WebhookWithSecret, description: 'The webhook.', headers: LOCATION })
  async create(
    @Body() { reason, ...wanted }: CreateWebhook,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<WebhookWithSecret> {
    const made = await this.admin.create(wanted, this.askedBy(caller, reason, request));
    const webhook = madeOnce(made, reply);
    void reply.header('location', `/${PATH}/${webhook.id}`);
    return webhook;
  }

  /** All of them, newest first. */
  @Get()
  @Allows('ops.read')
  @ApiPage(Webhook)
  list(@Query() query: PageQuery): Promise<Page<Webhook>> {
    return this.admin.list(query);
  }

  /** One webhook, without its secret. */
  @Get(':id')
  @Allows('ops.read')
  webhook(@Id('id') id: string): Promise<Webhook> {
    return this.admin.find(id);
  }

  /** Changes where it is, what it is told, or whether; one that is enabled again goes on where it stopped. */
  @Patch(':id')
  @Allows('ops.act')
  change(
    @Id('id') id: string,
    @Body() { reason, ...wanted }: ChangeWebhook,
    @CurrentCaller() caller: Caller,
  ): Promise<Webhook> {
    return this.admin.change(id, wanted, by(caller, reason));
  }

  /** Ends a subscription; what was not delivered never is. */
  @Delete(':id')
  @Allows('ops.act')
  @HttpCode(204)
  @ApiNoContentResponse({ description: 'It is gone.' })
  remove(@Id('id') id: string, @Query() { reason }: Reason, @CurrentCaller() caller: Caller): Promise<void> {
    return this.admin.remove(id, by(caller, reason));
  }

  /** Makes a new secret, which is shown this once. For a day the one before it signs, too. */
  @Post(':id/rotate-secret')
  @Allows('ops.act')
  @MakesOnce()
  @HttpCode(200)
  async rotate(
    @Id('id') id: string,
    @Body() { reason }: Reason,
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<WebhookWithSecret> {
    return madeOnce(await this.admin.rotate(id, this.askedBy(caller, reason, request)), reply);
  }

  /** Sends an event of the type `webhook.test`. */
  @Post(':id/test')
  @Allows('ops.act')
  @HttpCode(200)
  test(
    @Id('id') id: string,
    @Body() { reason }: Reason,
    @CurrentCaller() caller: Caller,
  ): Promise<WebhookDelivery> {
    return this.admin.test(id, by(caller, reason));
  }

  /** What was sent to it, or is still to be, newest first. */
  @Get(':id/deliveries')
  @Allows('ops.read')
  @ApiPage(WebhookDelivery)
  deliveries(@Id('id') id: string, @Query() query: DeliveriesQuery): Promise<Page<WebhookDelivery>> {
    return this.admin.listDeliveries(id, query);
  }

  /** Sends one again, before what happened to its user later and is not sent yet. */
  @Post(':id/deliveries/:deliveryId/replay')
  @Allows('ops.act')
  @HttpCode(200)
  replay(
    @Id('id') id: string,
    @Id('deliveryId') deliveryId: string,
    @Body() { reason }: Reason,
    @CurrentCaller() caller: Caller,
  ): Promise<WebhookDelivery> {
    return this.admin.replay(id, deliveryId, by(caller, reason));
  }

  /** Sends again what happened from then on, or in that time, in its order. */
  @Post(':id/replay')
  @Allows('ops.act')
  @HttpCode(200)
  replayRange(
    @Id('id') id: string,
    @Body() { reason, ...range }: ReplayRange,
    @CurrentCaller() caller: Caller,
  ): Promise<Replayed> {
    return this.admin.replayRange(id, range, by(caller, reason));
  }

  private askedBy(caller: Caller, reason: string | undefined, request: Request): AskedBy {
    return { ...by(caller, reason), clientKey: keyOfCaller(caller, request, this.fingerprints) };
  }
}

function by({ userId }: Caller, reason: string | undefined): ChangedBy {
  return { actorId: userId, reason: reason ?? null };
}
