import { MAX_STRING, Nested, Optional, Text } from '@turnpike/protocol';
import { IsISO31661Alpha2, IsString, Matches, MaxLength } from 'class-validator';

export class Address {
  /** Who receives it; left out, the customer. */
  @Optional()
  @Text()
  name?: string;

  @Text()
  line1: string;

  @Optional()
  @IsString()
  @MaxLength(MAX_STRING)
  line2?: string;

  @Text()
  city: string;

  @Text()
  postalCode: string;

  /** ISO 3166-1 alpha-2, upper case. */
  @IsISO31661Alpha2()
  @Matches(/^[A-Z]{2}$/)
  country: string;
}

/** Replaces what is known of the customer beside the name: what is left out is removed. */
export class UpdateCustomer {
  @Optional()
  @Nested(() => Address)
  deliveryAddress?: Address;

  @Optional()
  @Text()
  phone?: string;
}

export const CUSTOMER_STATES = ['active', 'deleted'] as const;
export type CustomerState = (typeof CUSTOMER_STATES)[number];

export class CustomerView {
  userId: string;
  name: string;
  phone: string | null;
  deliveryAddress: Address | null;
  state: CustomerState;
  version: number;
}
