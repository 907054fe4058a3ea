import type { ActionDefinition } from '@turnpike/engine';

/*
 * What can be read of this shop, and who may. What is shown to somebody whom a role let in is told to the audit trail.
 */

/** @returns what can be read and is shown in clear */
const read = (name: string, allow: ActionDefinition['allow']): ActionDefinition => ({
  name,
  allow,
  shows: name,
});

export const READ_ME: ActionDefinition = { name: 'me.read', allow: ['user'] };
export const READ_USER = read('user.read', ['owner', 'admin']);
export const LIST_USERS = read('user.list', ['admin']);
export const READ_CUSTOMER = read('customer.read', ['owner', 'admin']);
export const READ_ORDER = read('order.read', ['owner', 'admin']);
export const LIST_ORDERS = read('order.list', ['user']);
/** What it shows is told of by the route's first action. */
export const LIST_ALL_ORDERS: ActionDefinition = { name: 'order.list-all', allow: ['admin'] };

/** All of them. */
export const READS: readonly ActionDefinition[] = [
  ...[READ_ME, READ_USER, LIST_USERS, READ_CUSTOMER, READ_ORDER, LIST_ORDERS, LIST_ALL_ORDERS],
];
