import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsString,
  IsUUID,
  MaxLength,
} from 'class-validator';
import { EVENT_TYPE_PREFIX } from './events.js';
import type { OperationKind, OperationState } from './kinds.js';
import { Reason } from './lanes.js';
import type { OperationTarget } from './operations.js';
import { PageQuery } from './pages.js';
import type { ProblemCode } from './problems.js';
import { STEPS } from './steps.js';
import { MAX_STRING, Optional, Time } from './validation.js';

/*
 * Webhooks: who outside is told what has happened, by the convention of standardwebhooks.com. What is sent has ids and
 * states only; who wants to know more reads it, and is authorised as every reader is.
 */

/** How an operation ended. */
const OPERATION_EVENTS = ['succeeded', 'failed', 'cancelled', 'rejected'].map((end) => `operation.${end}`);

/** What the services report. */
const DOMAIN_EVENTS = Object.values(STEPS).flatMap(({ event, undo }) => {
  if (event === null) return [];
  const type = `${EVENT_TYPE_PREFIX}${event}`;
  return undo ? [type, `${type}.undone`] : [type];
});

/** Everything that there is. */
export const ALL_EVENTS = '*';

/** What can be subscribed to. */
export const WEBHOOK_EVENTS: readonly string[] = [ALL_EVENTS, ...OPERATION_EVENTS, ...DOMAIN_EVENTS];

/** What an operator has sent to try a webhook; nobody subscribes to it. */
export const TEST_EVENT = 'webhook.test';

/** Browsers and proxies take no longer one for granted. */
const MAX_URL = 2000;

/** The description learns of the types by the last: it does not look into a decorator that is made of others. */
function EventTypes({ required = true } = {}): PropertyDecorator {
  return applyDecorators(
    IsArray(),
    ArrayMinSize(1),
    ArrayMaxSize(WEBHOOK_EVENTS.length),
    ArrayUnique(),
    IsIn(WEBHOOK_EVENTS, { each: true }),
    ApiProperty({ required, isArray: true, enum: WEBHOOK_EVENTS }),
  );
}

export class CreateWebhook extends Reason {
  /** https; http outside production only. Addresses that are not public are refused. */
  @IsString()
  @MaxLength(MAX_URL)
  url: string;

  /** Types of events; `*` is all. */
  @EventTypes()
  events: string[];

  @Optional()
  @IsString()
  @MaxLength(MAX_STRING)
  description?: string;
}

export class ChangeWebhook extends Reason {
  @Optional()
  @IsString()
  @MaxLength(MAX_URL)
  url?: string;

  @Optional()
  @EventTypes({ required: false })
  events?: string[];

  @Optional()
  @IsString()
  @MaxLength(MAX_STRING)
  description?: string;

  /** One that is enabled again goes on where it stopped. */
  @Optional()
  @IsBoolean()
  enabled?: boolean;
}

/** Why a webhook is disabled: an operator did it, its receiver answered 410, or has failed for days. */
export const DISABLED_BECAUSE = ['operator', 'gone', 'failing'] as const;
export type DisabledBecause = (typeof DISABLED_BECAUSE)[number];

/** A subscriber. */
export class Webhook {
  id: string;
  url: string;
  description: string;
  events: string[];
  enabled: boolean;
  disabledBecause: DisabledBecause | null;
  /** Since when nothing was accepted that was sent. */
  failingSince: string | null;
  /** Until when the secret before this one signs, too. */
  previousSecretUntil: string | null;
  createdAt: string;
  updatedAt: string;
}

/** The same with what it is signed with, which is shown this once. */
export class WebhookWithSecret extends Webhook {
  secret: string;
}

export const DELIVERY_STATES = ['pending', 'delivered', 'failed'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** What came of an attempt that was not accepted. */
export const DELIVERY_ERRORS = ['status', 'timeout', 'unreachable', 'address-refused'] as const;
export type DeliveryError = (typeof DELIVERY_ERRORS)[number];

/** One event on its way to one webhook. */
export class WebhookDelivery {
  /** The header `webhook-id`: of an operation or a domain event its own id. */
  id: string;
  type: string;
  /** Whose event it is; those of one user are sent one after the other. Null for a test. */
  userId: string | null;
  state: DeliveryState;
  attempts: number;
  /** Of the last attempt. */
  lastStatus: number | null;
  lastError: DeliveryError | null;
  occurredAt: string;
  /** Null while it waits for another of its user, and when it is over. */
  nextAttemptAt: string | null;
  finishedAt: string | null;
}

export class DeliveriesQuery extends PageQuery {
  @Optional()
  @IsIn(DELIVERY_STATES)
  state?: DeliveryState;

  @Optional()
  @IsUUID()
  userId?: string;
}

/** What is to be sent again: all that is over, of what happened in that time. */
export class ReplayRange extends Reason {
  @Time()
  from: string;

  /** Left out, now. */
  @Optional()
  @Time()
  to?: string;
}

export class Replayed {
  count: number;
}

/** The body of what is sent. */
export interface WebhookEvent {
  type: string;
  /** When it happened. */
  timestamp: string;
  data: WebhookOperation | WebhookDomainEvent | WebhookTest;
}

/** An operation that has ended. */
export interface WebhookOperation {
  id: string;
  kind: OperationKind;
  userId: string;
  seq: number;
  state: OperationState;
  target: OperationTarget;
  problem: ProblemCode | null;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string;
}

/** Something that a service has reported. */
export interface WebhookDomainEvent {
  id: string;
  source: string;
  userId: string;
  operationId: string | null;
  time: string;
}

export interface WebhookTest {
  webhookId: string;
}

/** What is done to webhooks; the system itself disables one. */
export const WEBHOOK_ACTIONS = [
  'webhook.create',
  'webhook.change',
  'webhook.delete',
  'webhook.disable',
  'webhook.rotate-secret',
  'webhook.test',
  'webhook.replay',
] as const;
export type WebhookAction = (typeof WEBHOOK_ACTIONS)[number];
