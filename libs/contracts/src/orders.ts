import { Nested, Optional, Rule, Text } from '@turnpike/protocol';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsISO4217CurrencyCode,
  Matches,
  Max,
  Min,
} from 'class-validator';
import { Address } from './customers.js';

export const ORDER_STATUSES = ['placed', 'paid', 'shipped', 'delivered', 'cancelled'] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

const MAX_LINES = 100;
const MAX_QUANTITY = 10_000;

export class Money {
  /** In minor units: 1999 is 19.99 EUR. */
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  amount: number;

  /** ISO 4217, upper case. */
  @IsISO4217CurrencyCode()
  @Matches(/^[A-Z]{3}$/)
  currency: string;
}

export class OrderLine {
  @Text()
  sku: string;

  @Text()
  name: string;

  @IsInt()
  @Min(1)
  @Max(MAX_QUANTITY)
  quantity: number;

  @Nested(() => Money)
  unitPrice: Money;
}

/** @returns the sum over the lines, in the currency of the first. */
export function totalOf(lines: readonly OrderLine[]): Money {
  const amount = lines.reduce((sum, line) => sum + line.quantity * line.unitPrice.amount, 0);
  return { amount, currency: lines[0]?.unitPrice.currency ?? 'XXX' };
}

/** The rules that hold over all lines together; what is wrong within one line is reported by its own fields. */
function haveOneCurrency(value: unknown): boolean {
  if (!Array.isArray(value)) return true;
  const currencies = (value as (Partial<OrderLine> | null)[]).map((line) => line?.unitPrice?.currency);
  return new Set(currencies).size <= 1;
}

function haveExactTotal(value: unknown): boolean {
  if (!Array.isArray(value)) return true;
  const amounts = (value as (Partial<OrderLine> | null)[]).map(
    (line) => (line?.quantity ?? 0) * (line?.unitPrice?.amount ?? 0),
  );
  // A sum beyond this is no longer exact in JSON's numbers.
  return !(amounts.reduce((sum, amount) => sum + amount, 0) > Number.MAX_SAFE_INTEGER);
}

function OrderLines(): PropertyDecorator {
  const decorators = [
    IsArray(),
    ArrayMinSize(1),
    ArrayMaxSize(MAX_LINES),
    Nested(() => OrderLine, { each: true }),
    Rule('oneCurrency', 'lines must have one currency', haveOneCurrency),
    Rule('exactTotal', 'lines have a total that is too large', haveExactTotal),
  ];
  return (target, property) => decorators.forEach((decorate) => decorate(target, property));
}

export class PlaceOrder {
  @OrderLines()
  lines: OrderLine[];

  /** Left out: a copy of the customer's. */
  @Optional()
  @Nested(() => Address)
  deliveryAddress?: Address;

  /** The client's own name for the order; comes back in reads. */
  @Optional()
  @Text(64)
  reference?: string;
}

export class ChangeOrder {
  @Optional()
  @OrderLines()
  lines?: OrderLine[];

  @Optional()
  @Nested(() => Address)
  deliveryAddress?: Address;
}

export class PayOrder {
  @Text()
  paymentReference: string;
}

export class CancelOrder {
  @Optional()
  @Text()
  reason?: string;
}

export class ShipOrder {
  @Text()
  trackingNumber: string;
}

/** Where an order goes: a copy of name and address as they were when it was placed. */
export class Delivery {
  name: string;
  line1?: string;
  line2?: string;
  city?: string;
  postalCode?: string;
  country?: string;
}

export class OrderView {
  id: string;
  userId: string;
  status: OrderStatus;
  lines: OrderLine[];
  total: Money;
  delivery: Delivery;
  reference: string | null;
  paymentReference: string | null;
  trackingNumber: string | null;
  cancelReason: string | null;
  version: number;
  createdAt: string;
  updatedAt: string;
}
