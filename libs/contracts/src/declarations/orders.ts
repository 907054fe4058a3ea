import type { OperationDeclaration, ResourceDeclaration, StepDeclaration } from '@turnpike/protocol';
import { CancelOrder, ChangeOrder, OrderView, PayOrder, PlaceOrder, ShipOrder } from '../orders.js';

export const ORDERS: ResourceDeclaration = { type: 'order', path: '/v1/orders', schema: OrderView };

/** What every write to an order that is there has in common. Its lane is that of the user who placed it. */
const WRITE = { lane: 'resource', on: 'order', result: OrderView, ifMatch: true } as const;

const REFUSES = ['order-state-conflict'] as const;

export const ORDER_OPERATIONS = [
  {
    kind: 'order.place',
    summary: "Places an order for the caller. Without an address the customer's is copied.",
    ...{ method: 'POST', path: '/v1/orders', lane: 'caller', allow: ['user'] },
    ...{ body: PlaceOrder, result: OrderView, creates: 'order', ifMatch: true, steps: ['ordering.place'] },
  },
  {
    ...WRITE,
    kind: 'order.change',
    summary: 'Changes lines or address of a placed order.',
    ...{ method: 'PATCH', path: '/v1/orders/{id}', allow: ['owner', 'admin'], body: ChangeOrder },
    ...{ refuses: REFUSES, steps: ['ordering.change'] },
  },
  {
    ...WRITE,
    kind: 'order.pay',
    summary: 'Marks a placed order as paid.',
    ...{ method: 'POST', path: '/v1/orders/{id}/pay', allow: ['owner', 'admin'], body: PayOrder },
    ...{ refuses: REFUSES, steps: ['ordering.pay'] },
  },
  {
    ...WRITE,
    kind: 'order.cancel',
    summary: 'Cancels a placed or paid order.',
    ...{ method: 'POST', path: '/v1/orders/{id}/cancel', allow: ['owner', 'admin'], body: CancelOrder },
    ...{ refuses: REFUSES, steps: ['ordering.cancel'] },
  },
  {
    ...WRITE,
    kind: 'order.ship',
    summary: 'Marks a paid order as shipped.',
    ...{ method: 'POST', path: '/v1/orders/{id}/ship', allow: ['admin'], body: ShipOrder },
    ...{ refuses: REFUSES, steps: ['ordering.ship'] },
  },
  {
    ...WRITE,
    kind: 'order.deliver',
    summary: 'Marks a shipped order as delivered.',
    ...{ method: 'POST', path: '/v1/orders/{id}/deliver', allow: ['admin'] },
    ...{ refuses: REFUSES, steps: ['ordering.deliver'] },
  },
] as const satisfies readonly OperationDeclaration[];

export const ORDER_STEPS = [
  { name: 'ordering.place', refuses: true, undo: false, event: 'order.placed' },
  { name: 'ordering.change', refuses: true, undo: false, event: 'order.changed' },
  { name: 'ordering.pay', refuses: true, undo: false, event: 'order.paid' },
  { name: 'ordering.cancel', refuses: true, undo: false, event: 'order.cancelled' },
  { name: 'ordering.ship', refuses: true, undo: false, event: 'order.shipped' },
  { name: 'ordering.deliver', refuses: true, undo: false, event: 'order.delivered' },
] as const satisfies readonly StepDeclaration[];
