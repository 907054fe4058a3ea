import { ArrayUnique, IsArray, IsIn, IsUUID, Matches, MaxLength } from 'class-validator';
import { ChangeOrder, PlaceOrder, CancelOrder, PayOrder, ShipOrder } from './orders.js';
import type { ServiceName } from './operations.js';
import { Email, Optional, Text } from './validation.js';
import { ROLES, type Role } from './users.js';

/**
 * The steps that operations are made of. Each is `POST /internal/steps/{name}` of its service, and its undo,
 * where it has one, `POST /internal/steps/{name}/undo`. A step that is not the last of some operation
 * needs an undo.
 */
export const STEPS = {
  'identity.register': { service: 'identity', undo: true },
  'identity.update': { service: 'identity', undo: true },
  'identity.release-email': { service: 'identity', undo: false },
  'identity.change-password': { service: 'identity', undo: false },
  'identity.set-roles': { service: 'identity', undo: false },
  'identity.set-claims': { service: 'identity', undo: false },
  'identity.delete': { service: 'identity', undo: false },
  'identity.restore': { service: 'identity', undo: true },
  'ordering.create-customer': { service: 'ordering', undo: false },
  'ordering.rename-customer': { service: 'ordering', undo: true },
  'ordering.update-customer': { service: 'ordering', undo: false },
  'ordering.delete-customer': { service: 'ordering', undo: true },
  'ordering.restore-customer': { service: 'ordering', undo: false },
  'ordering.place': { service: 'ordering', undo: false },
  'ordering.change': { service: 'ordering', undo: false },
  'ordering.pay': { service: 'ordering', undo: false },
  'ordering.cancel': { service: 'ordering', undo: false },
  'ordering.ship': { service: 'ordering', undo: false },
  'ordering.deliver': { service: 'ordering', undo: false },
} as const satisfies Record<string, { service: ServiceName; undo: boolean }>;
export type StepName = keyof typeof STEPS;

/** Where steps live under a service's address. */
export const STEPS_PATH = '/internal/steps';

/** @returns the key under which a service remembers its answer to that step of that operation. */
export function stepKey(operationId: string, step: StepName): string {
  return `${operationId}/${step}`;
}

const UNDO_SUFFIX = '/undo';

/** @returns the key of the step's undo. */
export function undoKey(key: string): string {
  return `${key}${UNDO_SUFFIX}`;
}

/** @returns the key of the step that the undo with that key takes back. */
export function undoneKey(key: string): string {
  return key.slice(0, -UNDO_SUFFIX.length);
}

/** `POST /internal/steps/settle`: the first answer of that key, or seals it for ever. */
export class SettleStep {
  @MaxLength(200)
  @Matches(/^[0-9a-f-]{36}\/[a-z.-]+$/)
  key: string;

  @Matches(/^\d{1,9}\.\d{1,9}$/)
  fence: string;
}

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
