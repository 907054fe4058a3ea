import type { CUSTOMER_OPERATIONS } from './declarations/customers.js';
import type { INVOICE_OPERATIONS } from './declarations/invoices.js';
import type { ORDER_OPERATIONS } from './declarations/orders.js';
import type { FOLLOWING_OPERATIONS, USER_OPERATIONS } from './declarations/users.js';

/*
 * The words for this shop's writes, as they are declared: the compiler knows them by these names.
 */

type Operations =
  | typeof USER_OPERATIONS
  | typeof CUSTOMER_OPERATIONS
  | typeof ORDER_OPERATIONS
  | typeof INVOICE_OPERATIONS
  | typeof FOLLOWING_OPERATIONS;
type Operation = Operations[number];

/** What a write is. The first part names the resource, the second what is done to it. */
export type OperationKind = Operation['kind'];

/** What only the system itself asks for: no client does, and nobody can withdraw it. */
export type SystemKind = Extract<Operation, { effect: 'ends' | 'follows' }>['kind'];

/** What a client may ask for. */
export type ClientKind = Exclude<OperationKind, SystemKind>;

/** What the system cannot be without. Any other service takes part where the gateway is given its address. */
export const CORE_SERVICES = ['identity', 'ordering'] as const;
export type CoreService = (typeof CORE_SERVICES)[number];
export const SERVICES = [...CORE_SERVICES, 'billing'] as const;
export type ServiceName = (typeof SERVICES)[number];

export const TARGET_TYPES = ['user', 'customer', 'order', 'invoice'] as const;
export type TargetType = (typeof TARGET_TYPES)[number];

/** What somebody was let in to read by a role alone: the data of others. */
export const SHOP_READS = [
  'user.read',
  'user.list',
  'customer.read',
  'order.read',
  'order.list',
  'invoice.read',
] as const;
export type ShopRead = (typeof SHOP_READS)[number];
