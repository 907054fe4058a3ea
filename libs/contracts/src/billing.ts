import { Nested, Optional, Text } from '@turnpike/protocol';
import { IsUUID } from 'class-validator';
import { Address } from './customers.js';
import { Money } from './orders.js';

/*
 * What `examples/billing` brings to the contracts: the bodies and views of its operations. Its steps, kinds and relation
 * stand with all others in steps.ts, operations.ts and relations.ts.
 */

/** Asks for the invoice of an order that is paid. */
export class IssueInvoice {
  @Nested(() => Address)
  billTo: Address;
}

export class VoidInvoice {
  @Optional()
  @Text()
  reason?: string;
}

export class IssueInvoiceStep extends IssueInvoice {
  @IsUUID()
  invoiceId: string;

  @IsUUID()
  orderId: string;

  /** The order's, which cannot change any more once it is paid. */
  @Nested(() => Money)
  total: Money;
}

export class VoidInvoiceStep extends VoidInvoice {
  @IsUUID()
  orderId: string;
}

export const INVOICE_STATES = ['issued', 'void'] as const;
export type InvoiceState = (typeof INVOICE_STATES)[number];

export class InvoiceView {
  id: string;
  /** Of all invoices: from 1, without gaps. */
  number: number;
  orderId: string;
  userId: string;
  state: InvoiceState;
  total: Money;
  /** Null when the user's data was erased. */
  billTo: Address | null;
  voidReason: string | null;
  version: number;
  issuedAt: string;
}
