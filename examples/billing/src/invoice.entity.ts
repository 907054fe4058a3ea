import type { Address, InvoiceState, InvoiceView } from '@turnpike/contracts';
import { Column, CreateDateColumn, Entity, PrimaryColumn, VersionColumn } from 'typeorm';

@Entity('invoices')
export class Invoice {
  /** Chosen by the gateway when the invoice was asked for. */
  @PrimaryColumn('uuid')
  id: string;

  @Column('integer')
  number: number;

  @Column('uuid', { name: 'order_id' })
  orderId: string;

  @Column('uuid', { name: 'user_id' })
  userId: string;

  @Column('text', { default: 'issued' })
  state: InvoiceState;

  /** PostgreSQL's bigint comes as text; a CHECK keeps ours within what a number holds exactly. */
  @Column('bigint', { name: 'total_amount', transformer: { to: (value: number) => value, from: Number } })
  totalAmount: number;

  @Column('char', { length: 3 })
  currency: string;

  @Column('jsonb', { name: 'bill_to', nullable: true })
  billTo: Address | null;

  @Column('text', { name: 'void_reason', nullable: true })
  voidReason: string | null;

  @VersionColumn()
  version: number;

  @CreateDateColumn({ name: 'issued_at', type: 'timestamptz', precision: 3 })
  issuedAt: Date;
}

export function invoiceView({ totalAmount, currency, issuedAt, ...invoice }: Invoice): InvoiceView {
  return {
    ...invoice,
    total: { amount: totalAmount, currency },
    issuedAt: issuedAt.toISOString(),
  };
}
