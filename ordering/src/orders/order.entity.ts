import type { Delivery, OrderLine, OrderStatus, OrderView } from '@turnpike/contracts';
import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn, VersionColumn } from 'typeorm';

/** PostgreSQL's bigint comes as text; a CHECK keeps ours within what a number holds exactly. */
const bigintAsNumber = { to: (value: number) => value, from: Number };

@Entity('orders')
export class Order {
  /** Chosen by the gateway when the order was accepted. */
  @PrimaryColumn('uuid')
  id: string;

  @Column('uuid', { name: 'user_id' })
  userId: string;

  @Column('text')
  status: OrderStatus;

  @Column('jsonb')
  lines: OrderLine[];

  @Column('bigint', { name: 'total_amount', transformer: bigintAsNumber })
  totalAmount: number;

  @Column('char', { length: 3 })
  currency: string;

  /** A copy: a customer who moves or changes the name does not redirect what was ordered before. */
  @Column('jsonb')
  delivery: Delivery;

  @Column('text', { nullable: true })
  reference: string | null;

  @Column('text', { name: 'payment_reference', nullable: true })
  paymentReference: string | null;

  @Column('text', { name: 'tracking_number', nullable: true })
  trackingNumber: string | null;

  @Column('text', { name: 'cancel_reason', nullable: true })
  cancelReason: string | null;

  /** The key of the deletion that cancelled it; null when somebody cancelled this one order. */
  @Column('text', { name: 'cancelled_by', nullable: true })
  cancelledBy: string | null;

  /** Grows with every change and never returns to an earlier value, not even by an undo. */
  @VersionColumn()
  version: number;

  /** The place in the lane of the write that placed it. */
  @Column('integer')
  seq: number;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz', precision: 3 })
  updatedAt: Date;

  /** When a purge took what tells whose it was. */
  @Column({ name: 'erased_at', type: 'timestamptz', precision: 3, nullable: true })
  erasedAt: Date | null;
}

export function orderView(order: Order): OrderView {
  const { id, userId, status, lines, delivery, reference, paymentReference, trackingNumber } = order;
  return {
    id,
    userId,
    status,
    lines,
    total: { amount: order.totalAmount, currency: order.currency },
    delivery,
    reference,
    paymentReference,
    trackingNumber,
    cancelReason: order.cancelReason,
    version: order.version,
    createdAt: order.createdAt.toISOString(),
    updatedAt: order.updatedAt.toISOString(),
  };
}
