import type { RelationEvent } from '@turnpike/protocol';
import type { ServiceName } from './kinds.js';
import type { StepName } from './declarations/steps.js';

/*
 * The foreign keys between services. No database can hold them, so they stand here: which rows refer to a user,
 * and what becomes of them when the user is registered, changed, deleted, restored and purged. The gateway
 * computes the steps of those five operations from this table and carries them out in the user's lane
 * (libs/engine/src/definitions/lifecycle-sagas.ts); integrity runs look for rows that break it, and repair follows it.
 */

/** What becomes of the rows, by the names that SQL has for it. */
export type Consequence =
  /** They hold a copy of the user's name, which is brought to them. */
  | { kind: 'copy'; step: StepName }
  /** They follow the user: deleted softly with one, and back with one. */
  | { kind: 'cascade'; step: StepName }
  /** They forbid it; or they follow, where `DELETION_OF_PAID_ORDERS` says so. */
  | { kind: 'restrict'; step: StepName }
  /** They stay, without what tells whose they were (SQL: set null). */
  | { kind: 'anonymise'; step: StepName }
  /** They stay as they are (SQL: no action). No step has to do anything. */
  | { kind: 'retain' };

export interface Relation extends Readonly<Record<RelationEvent, Consequence>> {
  /** As refusals, receipts and findings call it. */
  name: string;
  service: ServiceName;
  /** The column that refers. */
  from: string;
  to: 'identity.users.id';
  /**
   * How many rows a user has: one for each user, or one that need not be there. Left out it is one where a registration
   * makes one, and any number elsewhere.
   */
  each?: 'one' | 'optional';
  /** The step that makes the rows what they should be, as the user is at that moment: repairs and events use it. */
  follow: StepName;
}

const RETAIN: Consequence = { kind: 'retain' };

export const RELATIONS: readonly Relation[] = [
  {
    name: 'ordering.customers',
    service: 'ordering',
    from: 'ordering.customers.user_id',
    to: 'identity.users.id',
    register: { kind: 'copy', step: 'ordering.create-customer' },
    update: { kind: 'copy', step: 'ordering.rename-customer' },
    delete: { kind: 'cascade', step: 'ordering.delete-customer' },
    restore: { kind: 'cascade', step: 'ordering.restore-customer' },
    purge: { kind: 'anonymise', step: 'ordering.purge-customer' },
    follow: 'ordering.follow-user',
  },
  {
    name: 'ordering.orders (placed)',
    service: 'ordering',
    from: 'ordering.orders.user_id',
    to: 'identity.users.id',
    register: RETAIN,
    update: RETAIN,
    delete: { kind: 'cascade', step: 'ordering.delete-customer' },
    // What a deletion has cancelled stays cancelled.
    restore: RETAIN,
    purge: { kind: 'anonymise', step: 'ordering.purge-customer' },
    follow: 'ordering.follow-user',
  },
  {
    name: 'ordering.orders (paid)',
    service: 'ordering',
    from: 'ordering.orders.user_id',
    to: 'identity.users.id',
    register: RETAIN,
    update: RETAIN,
    delete: { kind: 'restrict', step: 'ordering.delete-customer' },
    restore: RETAIN,
    purge: { kind: 'anonymise', step: 'ordering.purge-customer' },
    follow: 'ordering.follow-user',
  },
  {
    name: 'ordering.orders (shipped, delivered, cancelled)',
    service: 'ordering',
    from: 'ordering.orders.user_id',
    to: 'identity.users.id',
    register: RETAIN,
    // The delivery block stays as it was shipped.
    update: RETAIN,
    delete: RETAIN,
    restore: RETAIN,
    purge: { kind: 'anonymise', step: 'ordering.purge-customer' },
    follow: 'ordering.follow-user',
  },
  {
    name: 'billing.invoices',
    service: 'billing',
    from: 'billing.invoices.user_id',
    to: 'identity.users.id',
    register: RETAIN,
    // An invoice stays as it was issued, whatever becomes of the user: the law wants it.
    update: RETAIN,
    delete: RETAIN,
    restore: RETAIN,
    purge: { kind: 'anonymise', step: 'billing.purge-user' },
    follow: 'billing.follow-user',
  },
];

/** The users themselves, as receipts and findings call them. */
export const USERS = 'identity.users';

/** The steps at the user itself, which is what all relations refer to. */
export const USER_STEPS: Readonly<Record<RelationEvent, readonly StepName[]>> = {
  register: ['identity.register'],
  update: ['identity.update', 'identity.release-email'],
  delete: ['identity.delete'],
  restore: ['identity.restore'],
  purge: ['identity.purge'],
};

/** Reads the user at its turn in the lane; what follows makes the other services agree with it. */
export const USER_CONFIRMED: StepName = 'identity.confirm';
