import type { OperationView } from '@turnpike/protocol';
import type { CustomerView } from './customers.js';
import type { OrderView } from './orders.js';
import type { UserView } from './users.js';

export const ME_PARTS = ['user', 'customer', 'orders', 'operations'] as const;
export type MePart = (typeof ME_PARTS)[number];

/** What a frontend shows first. */
export class Me {
  user?: UserView;
  customer?: CustomerView;
  orders?: OrderView[];
  operations?: OperationView[];
  /** The parts that could not be had in time. */
  missing: MePart[];
}
