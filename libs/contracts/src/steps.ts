import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsUUID, Matches, MaxLength } from 'class-validator';
import { ChangeOrder, PlaceOrder, CancelOrder, PayOrder, ShipOrder } from './orders.js';
import type { ServiceName } from './kinds.js';
import { Email, Optional, Text, Time } from './validation.js';
import {
  CONFIRMED_STATES,
  type ConfirmedState,
  REGISTERED_STATES,
  type RegisteredState,
  ROLES,
  type Role,
} from './users.js';

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

/** Where steps live under a service's address. */
export const STEPS_PATH = '/internal/steps';

/**
 * @param generation the how manieth key of that step it is; an operator's retry gives a step that was closed a new one,
 *   because a service answers the old one for ever as it did first
 * @returns the key under which a service remembers its answer to that step of that operation
 */
export function stepKey(operationId: string, step: StepName, generation = 1): string {
  return `${operationId}/${step}${suffixOf(generation)}`;
}

/** @returns the key of the step's undo, of that generation in its turn. */
export function undoKey(key: string, generation = 1): string {
  return `${key}/undo${suffixOf(generation)}`;
}

/** The first key of a step has the form that it always had. */
function suffixOf(generation: number): string {
  return generation === 1 ? '' : `~${generation}`;
}

/** @returns the key of the step that the undo with that key takes back. */
export function undoneKey(key: string): string {
  return key.replace(/\/undo(~\d+)?$/, '');
}

/** `{operationId}/{step}`, or that with `/undo`; an operator's retry adds `~2` and so on to either. */
const STEP_KEY =
  /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/([a-z.-]{1,100})(?:~\d{1,6})?(\/undo(?:~\d{1,6})?)?$/;

/** What the key of a step says. */
export interface KeyOfStep {
  operationId: string;
  step: StepName;
  isUndo: boolean;
}

/** @returns what that key says, or null where it is none of a step that is declared */
export function readStepKey(key: string): KeyOfStep | null {
  const [, operationId, step, undo] = STEP_KEY.exec(key) ?? [];
  if (operationId === undefined || !Object.hasOwn(STEPS, step ?? '')) return null;
  return { operationId, step: step as StepName, isUndo: undo !== undefined };
}

/** `POST /internal/steps/settle`: the first answer of that key, or seals it for ever. */
export class SettleStep {
  @MaxLength(200)
  @Matches(/^[0-9a-f-]{36}\/[a-z.-]+(~\d{1,6})?(\/undo(~\d{1,6})?)?$/)
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

/** What the register says of the user; left out where it says nothing, and identity's word counts. */
export class ConfirmUserStep {
  @Optional()
  @IsIn(REGISTERED_STATES)
  register?: RegisteredState;

  /** Of a deleted user: when that was. */
  @Optional()
  @Time()
  deletedAt?: string;
}

/** The register's word goes with a purge: the user is purged, in whatever state the row came back. */
export class PurgeUserStep {
  @Optional()
  @IsIn(['purged'])
  register?: 'purged';
}

/** What a copy holds of the user, and in which state the user is, for a service to agree with. */
export class FollowUserStep {
  @IsIn(CONFIRMED_STATES)
  state: ConfirmedState;

  /** First and last name; left out where there is no user. */
  @Optional()
  @Text(401)
  name?: string;
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
