import type { StepRequest } from '@turnpike/service';
import type { EntityManager } from 'typeorm';
import type { Money, PaidOrder } from './shapes.js';

/*
 * What was paid for which order. It is kept when an order is paid, so that an invoice needs nobody else, and an order is
 * known to be paid as soon as a client can see it: what follows a payment has its place in the lane when the payment ends.
 */

/** An order that was cancelled before it was the turn of this stays cancelled. */
export async function keep({ input, call, tx }: StepRequest<PaidOrder>): Promise<void> {
  const { orderId, total } = input;
  await tx.query(
    `insert into paid_orders (order_id, user_id, total_amount, currency) values ($1, $2, $3, $4)
     on conflict (order_id) do nothing`,
    [orderId, call.userId, total.amount, total.currency],
  );
}

/** Of an order that is cancelled no invoice is issued any more; one that there is stays until it is voided. */
export async function cancel({ operation, call, tx }: StepRequest): Promise<void> {
  await tx.query(
    `insert into paid_orders (order_id, user_id, cancelled_at) values ($1, $2, now())
     on conflict (order_id) do update set cancelled_at = coalesce(paid_orders.cancelled_at, now())`,
    [operation.target.id, call.userId],
  );
}

/** @returns what was paid for that order, or null of one that is not paid, or cancelled */
export async function paidFor(tx: EntityManager, orderId: string): Promise<Money | null> {
  const [order] = await tx.query<{ total: Money }[]>(
    `select json_build_object('amount', total_amount, 'currency', currency) as total from paid_orders
     where order_id = $1 and cancelled_at is null`,
    [orderId],
  );
  return order?.total ?? null;
}

/** @returns how many there were of that user */
export async function forgetOrders(tx: EntityManager, userId: string): Promise<number> {
  const [, forgotten] = await tx.query<[unknown, number]>('delete from paid_orders where user_id = $1', [
    userId,
  ]);
  return forgotten;
}
