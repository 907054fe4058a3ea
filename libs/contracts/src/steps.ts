import { Email, Optional, type Role, ROLES, Text } from '@turnpike/protocol';
import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsUUID, MaxLength } from 'class-validator';
import { ChangeOrder, PlaceOrder, CancelOrder, PayOrder, ShipOrder } from './orders.js';
import type { ServiceName } from './kinds.js';

/**
 * The steps that operations are made of. Each is `POST /internal/steps/{name}` of its service, and its undo,
 * where it has one, `POST /internal/steps/{name}/undo`. A step that is not the last of some operation
 * needs an undo, unless no step of the operation can refuse.
 *
 * `refuses`: it may be refused for good, by something else than the tombstone. `event`: what the service
 * reports when it has been applied; an undo is reported as `{event}.undone`.
 */
export const STEPS = {
  'identity.register': { service: 'identity', refuses: true, undo: true, event: 'user.registered' },
  'identity.update': { service: 'identity', refuses: true, undo: true, event: 'user.updated' },
  'identity.release-email': {
    service: 'identity',
    refuses: false,
    undo: false,
    event: 'user.email-released',
  },
  'identity.change-password': {
    ...{ service: 'identity', refuses: true, undo: false },
    event: 'user.password-changed',
  },
  'identity.set-roles': { service: 'identity', refuses: true, undo: false, event: 'user.roles-set' },
  'identity.set-claims': { service: 'identity', refuses: true, undo: false, event: 'user.claims-set' },
  'identity.delete': { service: 'identity', refuses: true, undo: false, event: 'user.deleted' },
  'identity.restore': { service: 'identity', refuses: true, undo: true, event: 'user.restored' },
  'identity.purge': { service: 'identity', refuses: true, undo: false, event: 'user.purged' },
  'identity.confirm': { service: 'identity', refuses: true, undo: true, event: null },
  'ordering.create-customer': { service: 'ordering', refuses: false, undo: true, event: 'customer.created' },
  'ordering.rename-customer': { service: 'ordering', refuses: false, undo: true, event: 'customer.renamed' },
  'ordering.update-customer': { service: 'ordering', refuses: true, undo: false, event: 'customer.updated' },
  'ordering.delete-customer': { service: 'ordering', refuses: true, undo: true, event: 'customer.deleted' },
  'ordering.restore-customer': {
    service: 'ordering',
    refuses: false,
    undo: true,
    event: 'customer.restored',
  },
  'ordering.purge-customer': { service: 'ordering', refuses: false, undo: false, event: 'customer.purged' },
  'ordering.follow-user': { service: 'ordering', refuses: false, undo: false, event: 'customer.followed' },
  'ordering.place': { service: 'ordering', refuses: true, undo: false, event: 'order.placed' },
  'ordering.change': { service: 'ordering', refuses: true, undo: false, event: 'order.changed' },
  'ordering.pay': { service: 'ordering', refuses: true, undo: false, event: 'order.paid' },
  'ordering.cancel': { service: 'ordering', refuses: true, undo: false, event: 'order.cancelled' },
  'ordering.ship': { service: 'ordering', refuses: true, undo: false, event: 'order.shipped' },
  'ordering.deliver': { service: 'ordering', refuses: true, undo: false, event: 'order.delivered' },
  'billing.issue-invoice': { service: 'billing', refuses: true, undo: false, event: 'invoice.issued' },
  'billing.void-invoice': { service: 'billing', refuses: true, undo: false, event: 'invoice.voided' },
  'billing.purge-user': { service: 'billing', refuses: false, undo: false, event: 'invoices.purged' },
  'billing.follow-user': { service: 'billing', refuses: false, undo: false, event: 'invoices.followed' },
} as const satisfies Record<string, StepDeclaration>;

interface StepDeclaration {
  service: ServiceName;
  refuses: boolean;
  undo: boolean;
  event: string | null;
}
export type StepName = keyof typeof STEPS;

/** `POST /internal/credentials`: turns a password into a credential, so that no ledger ever holds it. */
export class PrepareCredential {
  @MaxLength(1000)
  password: string;

  /** With currentPassword, for a change: whose. */
  @Optional()
  @IsUUID()
  userId?: string;

  @Optional()
  @MaxLength(1000)
  currentPassword?: string;

  /** For a registration: whose password it will be, which must not be one of these. */
  @Optional()
  @MaxLength(1000)
  email?: string;

  @Optional()
  @MaxLength(1000)
  firstName?: string;

  @Optional()
  @MaxLength(1000)
  lastName?: string;
}

/** `POST /internal/credentials/check`: whether that is the password of an active user. */
export class CheckPassword {
  @IsUUID()
  userId: string;

  @MaxLength(1000)
  password: string;
}

/** `POST /internal/credentials/{id}/check`: whether that is the password that a credential was prepared of. */
export class CheckCredential {
  @MaxLength(1000)
  password: string;
}

export interface PreparedCredential {
  credentialId: string;
  /** The credential that currentPassword was checked against. */
  replaces: string | null;
}

export class RegisterStep {
  @Email()
  email: string;

  @Text()
  firstName: string;

  @Text()
  lastName: string;

  @IsUUID()
  credentialId: string;

  @IsArray()
  @ArrayUnique()
  @ArrayMaxSize(ROLES.length)
  @IsIn(ROLES, { each: true })
  roles: Role[];
}

export class ChangePasswordStep {
  @IsUUID()
  credentialId: string;

  /** The change holds only while this is still the user's credential. */
  @IsUUID()
  replaces: string;

  /** The session that asked for it and goes on; every other one ends. */
  @Optional()
  @IsUUID()
  keepSession?: string;
}

export class CustomerNameStep {
  /** First and last name, which together may have 401 characters. */
  @Text(401)
  name: string;
}

export class DeleteCustomerStep {
  /** What becomes of paid orders: they forbid the deletion, or are cancelled. */
  @IsIn(['restrict', 'cancel'])
  paidOrders: 'restrict' | 'cancel';
}

export class PlaceOrderStep extends PlaceOrder {
  @IsUUID()
  orderId: string;
}

export class ChangeOrderStep extends ChangeOrder {
  @IsUUID()
  orderId: string;
}

export class PayOrderStep extends PayOrder {
  @IsUUID()
  orderId: string;
}

export class CancelOrderStep extends CancelOrder {
  @IsUUID()
  orderId: string;
}

export class ShipOrderStep extends ShipOrder {
  @IsUUID()
  orderId: string;
}

export class DeliverOrderStep {
  @IsUUID()
  orderId: string;
}
