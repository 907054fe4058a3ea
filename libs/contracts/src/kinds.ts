/*
 * The words for this shop's writes. Nothing is imported here: browsers read this file too.
 */

/**
 * What a write is. The first part names the resource, the second what is done to it. The system itself makes
 * purges, what follows an event of a service, and repairs.
 */
export const OPERATION_KINDS = [
  'user.register',
  'user.update',
  'user.change-password',
  'user.set-roles',
  'user.set-claims',
  'user.delete',
  'user.restore',
  'user.purge',
  'customer.update',
  'order.place',
  'order.change',
  'order.pay',
  'order.cancel',
  'order.ship',
  'order.deliver',
  'invoice.issue',
  'invoice.void',
  'event.user-deleted',
  'event.user-updated',
  'repair.user',
] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

/** What only the system itself asks for: no client does, and nobody can withdraw it. */
export const SYSTEM_KINDS = [
  'user.purge',
  'event.user-deleted',
  'event.user-updated',
  'repair.user',
] as const satisfies readonly OperationKind[];
export type SystemKind = (typeof SYSTEM_KINDS)[number];
/** What a client may ask for. */
export type ClientKind = Exclude<OperationKind, SystemKind>;

export const CLIENT_KINDS: readonly ClientKind[] = OPERATION_KINDS.filter((kind) => !isSystemKind(kind));

export function isSystemKind(kind: string): kind is SystemKind {
  return (SYSTEM_KINDS as readonly string[]).includes(kind);
}

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
