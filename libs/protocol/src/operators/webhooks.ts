import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMinSize,
  ArrayUnique,
  buildMessage,
  IsArray,
  IsBoolean,
  IsIn,
  IsString,
  IsUUID,
  MaxLength,
  ValidateBy,
} from 'class-validator';
import { Reason } from '../operations/lanes.js';
import type { OperationTarget } from '../operations/operations.js';
import type { OperationState } from '../operations/states.js';
import { VOCABULARY } from '../vocabulary.js';
import { PageQuery } from '../wire/pages.js';
import { MAX_STRING, Optional, Time } from '../wire/validation.js';

/*
 * Webhooks: who outside is told what has happened, by the convention of standardwebhooks.com. What is sent has ids and
 * states only; who wants to know more reads it, and is authorised as every reader is.
 */

/** What an operator has sent to try a webhook; nobody subscribes to it. */
export const TEST_EVENT = 'webhook.test';

/** Browsers and proxies take no longer one for granted. */
const MAX_URL = 2000;

/** ArrayMaxSize with a size that may grow. */
function NoMoreThanThereAre(): PropertyDecorator {
  const most = (): number => VOCABULARY.events.length;
  return ValidateBy({
    name: 'arrayMaxSize',
    validator: {
      validate: (value) => Array.isArray(value) && value.length <= most(),
      defaultMessage: buildMessage((each) => `${each}$property must contain no more than ${most()} elements`),
    },
  });
}

/** The description learns of the types by the last: it does not look into a decorator that is made of others. */
function EventTypes({ required = true } = {}): PropertyDecorator {
  return applyDecorators(
    IsArray(),
    ArrayMinSize(1),
    NoMoreThanThereAre(),
    ArrayUnique(),
    IsIn(VOCABULARY.events, { each: true }),
    ApiProperty({ required, type: 'array', items: { type: 'string', enum: VOCABULARY.events } }),
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
  kind: string;
  userId: string;
  seq: number;
  state: OperationState;
  target: OperationTarget;
  problem: string | null;
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
