import type { PersonalColumns } from '@turnpike/service';

/** What a purge erases of a customer. */
export const CUSTOMER_COLUMNS: PersonalColumns = { name: `''`, phone: 'null', delivery_address: 'null' };

/**
 * What a purge erases of an order. The names of its lines are what somebody typed, whatever a shop puts there; the sku
 * says what was bought.
 */
export const ORDER_COLUMNS: PersonalColumns = {
  lines: 'nameless(lines)',
  delivery: `'{"name": ""}'`,
  reference: 'null',
  payment_reference: 'null',
  tracking_number: 'null',
  cancel_reason: 'null',
};
