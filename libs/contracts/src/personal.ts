import { declarePersonal } from '@turnpike/protocol/sensitive';

/** What people type in this shop, beside what is personal everywhere. */
export const SHOP_PERSONAL_MEMBERS = [
  'reference',
  'paymentReference',
  'trackingNumber',
  'cancelReason',
] as const;

declarePersonal(SHOP_PERSONAL_MEMBERS);
