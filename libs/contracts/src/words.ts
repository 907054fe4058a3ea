import type { Words } from '@turnpike/protocol';
import { CLIENT_KINDS, OPERATION_KINDS, SERVICES, TARGET_TYPES } from './kinds.js';
import { STEPS } from './steps.js';

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

/** The words of this shop. */
export const SHOP_WORDS: Words = {
  kinds: OPERATION_KINDS,
  clientKinds: CLIENT_KINDS,
  services: SERVICES,
  targetTypes: TARGET_TYPES,
  reads: SHOP_READS,
  steps: Object.values(STEPS),
};
