import { Injectable } from '@nestjs/common';
import type { DeleteCustomerStep, OrderStatus } from '@turnpike/contracts';
import { type Applied, Problem, type StepCall } from '@turnpike/service';
import { type EntityManager, In } from 'typeorm';
import { Customer, customerView, viewIfAny } from './customer.entity.js';
import { lockCustomer, noCustomer } from './customers.js';
import type {
  CustomerDeleted,
  CustomerDeletedAgain,
  CustomerRestored,
  CustomerUndeleted,
} from './deletion-answers.js';
import { recordChanges } from '../orders/order-changes.js';
import { Order } from '../orders/order.entity.js';
import { RELATION_OF, TRANSITIONS } from '../orders/order.js';
import { writeRow } from '../write-row.js';

/** What a deletion leaves for its undo: the orders that it cancelled, as they were. */
export interface Deleted {
  orders: { id: string; status: OrderStatus }[];
}

/** What a restore leaves for its undo: the deletion that it took back, or nothing where there was none. */
export interface Restored {
  deletedAt: string | null;
  deletedBy: string | null;
}

/** The most orders that a refusal lists. */
const MAX_LISTED = 100;

/**
 * What becomes of a customer and the orders when the user is deleted, and how it is taken back: by the undo, which
 * leaves no trace of the deletion but versions and history, or by a restore, after which orders stay cancelled.
 *
 * A user whom ordering does not know, or holds for deleted already, is deleted without complaint: data that have
 * drifted apart must not make a user undeletable.
 */
@Injectable()
export class Deletion {
  /** @throws Problem `deletion-restricted` when paid orders exist and forbid it. */
  async delete(tx: EntityManager, call: StepCall, { paidOrders }: DeleteCustomerStep): Promise<Applied> {
    const customer = await lockCustomer(tx, call.userId);
    const orders = await lockCancellableOrders(tx, call.userId);
    if (paidOrders === 'restrict') assertNonePaid(orders);
    const cancelled = await cancelOrders(tx, call, orders);
    if (customer?.state === 'active') await markDeleted(tx, call, customer);
    const before: Deleted = { orders };
    const body: CustomerDeleted = { customer: viewIfAny(customer), cancelled };
    return { body, before, tombstone: 'set' };
  }

  /** Exactly what that step took comes back: its orders in their former states, and the customer. */
  async undo(tx: EntityManager, call: StepCall, stepKey: string, { orders }: Deleted): Promise<Applied> {
    const customer = await lockCustomer(tx, call.userId);
    const reopened = await reopenOrders(tx, stepKey, orders);
    await recordChanges(tx, call, reopened);
    if (customer?.deletedBy === stepKey) await markActive(tx, customer);
    const body: CustomerUndeleted = { customer: viewIfAny(customer), reopened };
    return { body, tombstone: customer?.deletedAt ? undefined : 'clear' };
  }

  /** The customer is active again. What the deletion cancelled stays cancelled, and is listed. */
  async restore(tx: EntityManager, { userId }: StepCall): Promise<Applied> {
    const customer = await lockCustomer(tx, userId);
    if (!customer) throw noCustomer();
    const staysCancelled = await cancelledWith(tx, customer);
    const before = { deletedAt: customer.deletedAt, deletedBy: customer.deletedBy };
    if (customer.state === 'deleted') await markActive(tx, customer);
    const body: CustomerRestored = { customer: customerView(customer), staysCancelled };
    return { body, before, tombstone: 'clear' };
  }

  /** The customer is deleted again, as of the first deletion. */
  async undoRestore(tx: EntityManager, { userId }: StepCall, before: Restored): Promise<Applied> {
    const customer = await lockCustomer(tx, userId);
    if (!customer) throw noCustomer();
    const { deletedAt, deletedBy } = before;
    if (deletedAt) {
      await writeRow(tx, customer, { state: 'deleted', deletedAt: new Date(deletedAt), deletedBy });
    }
    const body: CustomerDeletedAgain = { customer: customerView(customer) };
    return { body, tombstone: 'set' };
  }
}

/** The rows are held, so that nobody pays one of them between the check and the cancellation. */
export async function lockCancellableOrders(tx: EntityManager, userId: string): Promise<Deleted['orders']> {
  const orders = await tx.find(Order, {
    select: { id: true, status: true },
    where: { userId, status: In([...TRANSITIONS.cancel.from]) },
    order: { id: 'ASC' },
    lock: { mode: 'pessimistic_write' },
  });
  return orders.map(({ id, status }) => ({ id, status }));
}

function assertNonePaid(orders: Deleted['orders']): void {
  const paid = orders.filter(({ status }) => status === 'paid');
  if (paid.length === 0) return;
  const restrictedBy = paid
    .slice(0, MAX_LISTED)
    .map(({ id }) => ({ relation: RELATION_OF.paid, type: 'order', id }));
  throw new Problem('deletion-restricted', `Paid orders that are not shipped: ${paid.length}.`, {
    restrictedBy,
  });
}

/** @returns the ids of the orders, all of which are cancelled now */
export async function cancelOrders(
  tx: EntityManager,
  call: StepCall,
  orders: Deleted['orders'],
): Promise<string[]> {
  const ids = orders.map(({ id }) => id);
  await tx
    .createQueryBuilder()
    .update(Order)
    .set({ status: TRANSITIONS.cancel.to, cancelReason: 'user deleted', cancelledBy: call.key })
    .where('id = any(:ids)', { ids })
    .execute();
  await recordChanges(tx, call, ids);
  return ids;
}

/** @returns those that it reopened: all, unless somebody beside the lane has changed one since. */
async function reopenOrders(
  tx: EntityManager,
  stepKey: string,
  orders: Deleted['orders'],
): Promise<string[]> {
  const rows = await tx.query<{ id: string }[]>(
    `with reopened as (
       update orders
       set status = former.status, cancel_reason = null, cancelled_by = null,
         version = version + 1, updated_at = now()
       from jsonb_to_recordset($2) as former (id uuid, status text)
       where orders.id = former.id and cancelled_by = $1
       returning orders.id
     )
     select id from reopened order by id`,
    [stepKey, JSON.stringify(orders)],
  );
  return rows.map(({ id }) => id);
}

/** @returns the orders that this customer's deletion cancelled, not those of an earlier one. */
async function cancelledWith(tx: EntityManager, { userId, deletedBy }: Customer): Promise<string[]> {
  if (deletedBy === null) return [];
  const orders = await tx.find(Order, {
    select: { id: true },
    where: { userId, cancelledBy: deletedBy },
    order: { id: 'ASC' },
  });
  return orders.map(({ id }) => id);
}

/** Not by writeRow: the time is the database's. A stub that a purge left is a deleted customer again, as of then. */
export async function markDeleted(
  tx: EntityManager,
  { key }: StepCall,
  customer: Customer,
  name = customer.name,
): Promise<void> {
  customer.state = 'deleted';
  customer.name = name;
  const deletedBy = customer.deletedBy ?? key;
  await tx
    .createQueryBuilder()
    .update(Customer)
    .set({
      state: 'deleted',
      name,
      deletedAt: () => 'coalesce(deleted_at, now())',
      deletedBy,
      erasedAt: null,
    })
    .whereEntity(customer)
    .execute();
}

async function markActive(tx: EntityManager, customer: Customer): Promise<void> {
  await writeRow(tx, customer, { state: 'active', deletedAt: null, deletedBy: null });
}
