import type { Address, CustomerState, CustomerView } from '@turnpike/contracts';
import { Problem } from '@turnpike/service';
import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn, VersionColumn } from 'typeorm';

/** What ordering knows of a user. */
@Entity('customers')
export class Customer {
  /** Ordering's own; everybody else knows the customer by the user. */
  @PrimaryColumn('uuid', { default: () => 'gen_random_uuid()' })
  id: string;

  @Column('uuid', { name: 'user_id' })
  userId: string;

  /** A copy of identity's, brought here by the lane. */
  @Column('text')
  name: string;

  @Column('text', { nullable: true })
  phone: string | null;

  @Column('jsonb', { name: 'delivery_address', nullable: true })
  deliveryAddress: Address | null;

  @Column('text', { default: 'active' })
  state: CustomerState | 'purged';

  /** Grows with every change and never returns to an earlier value, not even by an undo. */
  @VersionColumn()
  version: number;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz', precision: 3 })
  updatedAt: Date;

  @Column({ name: 'deleted_at', type: 'timestamptz', precision: 3, nullable: true })
  deletedAt: Date | null;

  /** The key of the step that deleted the customer: that step's undo takes back its own work only. */
  @Column('text', { name: 'deleted_by', nullable: true })
  deletedBy: string | null;

  /** When a purge made a stub of it. */
  @Column({ name: 'erased_at', type: 'timestamptz', precision: 3, nullable: true })
  erasedAt: Date | null;
}

/** @throws Problem `user-deleted` for a purged one, of whom there is nothing to see */
export function customerView(customer: Customer): CustomerView {
  const { userId, name, phone, deliveryAddress, state, version } = customer;
  if (state === 'purged') throw new Problem('user-deleted');
  return { userId, name, phone, deliveryAddress, state, version };
}

/** @returns the customer, or null where there is none to see */
export function viewIfAny(customer: Customer | null): CustomerView | null {
  return customer && customer.state !== 'purged' ? customerView(customer) : null;
}
