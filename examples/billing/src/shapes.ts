import { MAX_STRING, Nested, Nullable, Optional, Text, Time } from '@turnpike/protocol';
import {
  IsIn,
  IsInt,
  IsISO31661Alpha2,
  IsISO4217CurrencyCode,
  IsString,
  IsUUID,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';

export class Money {
  /** In minor units: 1999 is 19.99 EUR. */
  @IsInt() @Min(0) @Max(Number.MAX_SAFE_INTEGER) amount: number;
  @IsISO4217CurrencyCode() @Matches(/^[A-Z]{3}$/) currency: string;
}

export class Address {
  @Optional() @Text() name?: string;
  @Text() line1: string;
  @Optional() @IsString() @MaxLength(MAX_STRING) line2?: string;
  @Text() city: string;
  @Text() postalCode: string;
  /** ISO 3166-1 alpha-2, upper case. */
  @IsISO31661Alpha2() @Matches(/^[A-Z]{2}$/) country: string;
}

/** Asks for the invoice of an order that is paid. */
export class IssueInvoice {
  @Nested(() => Address) billTo: Address;
}

export class VoidInvoice {
  @Optional() @Text() reason?: string;
}

/** Of an order that is paid: its id, and what was paid. It cannot change any more. */
export class PaidOrder {
  @IsUUID() orderId: string;
  @Nested(() => Money) total: Money;
}

export const INVOICE_STATES = ['issued', 'void'] as const;

export class Invoice {
  @IsUUID() id: string;
  /** Of all invoices: from 1, without gaps. */
  @IsInt() @Min(1) number: number;
  @IsUUID() orderId: string;
  @IsUUID() userId: string;
  @IsIn(INVOICE_STATES) state: (typeof INVOICE_STATES)[number];
  @Nested(() => Money) total: Money;
  /** Null when the user's data was erased. */
  @Nullable() @Nested(() => Address) billTo: Address | null;
  @Nullable() @Text() voidReason: string | null;
  @IsInt() version: number;
  @Time() issuedAt: string;
}
