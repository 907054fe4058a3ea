import { Email, Optional, type Role, ROLES, Text } from '@turnpike/protocol';
import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsUUID, MaxLength } from 'class-validator';
import { ChangeOrder, PlaceOrder, CancelOrder, PayOrder, ShipOrder } from './orders.js';

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

/** A step that needs nothing but its order. */
export class OrderStep {
  @IsUUID()
  orderId: string;
}
