import type { Address, Delivery, OrderStatus } from '@turnpike/contracts';
import { Problem } from '@turnpike/service';

interface Transition {
  from: readonly OrderStatus[];
  to: OrderStatus;
}

/** What may be done to an order, in which states, and what it is then. Whatever is not here is refused. */
export const TRANSITIONS = {
  change: { from: ['placed'], to: 'placed' },
  pay: { from: ['placed'], to: 'paid' },
  cancel: { from: ['placed', 'paid'], to: 'cancelled' },
  ship: { from: ['paid'], to: 'shipped' },
  deliver: { from: ['shipped'], to: 'delivered' },
} as const satisfies Record<string, Transition>;
export type OrderAction = keyof typeof TRANSITIONS;

const ENDED = 'ordering.orders (shipped, delivered, cancelled)';

/** Which of the declared relations (libs/contracts/src/relations.ts) an order is one of, by its status. */
export const RELATION_OF: Readonly<Record<OrderStatus, string>> = {
  placed: 'ordering.orders (placed)',
  paid: 'ordering.orders (paid)',
  shipped: ENDED,
  delivered: ENDED,
  cancelled: ENDED,
};

/** @returns the status after that action. @throws Problem `order-state-conflict` where it is not allowed. */
export function transition(status: OrderStatus, action: OrderAction): OrderStatus {
  const { from, to }: Transition = TRANSITIONS[action];
  if (!from.includes(status)) {
    throw new Problem('order-state-conflict', `Cannot ${action} an order that is ${status}.`);
  }
  return to;
}

/** @returns where an order of that customer goes, as a copy: the address given, else the customer's, else the name. */
export function deliveryFor(
  customer: { name: string; deliveryAddress: Address | null },
  address: Address | null = customer.deliveryAddress,
): Delivery {
  return { ...address, name: address?.name ?? customer.name };
}
