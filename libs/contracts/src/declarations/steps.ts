import type { ServiceName } from '../kinds.js';
import { CUSTOMER_STEPS } from './customers.js';
import { BILLING_STEPS } from './invoices.js';
import { ORDER_STEPS } from './orders.js';
import { IDENTITY_STEPS } from './users.js';

/**
 * The steps that operations are made of, by their services. Each is `POST /internal/steps/{name}`, and its undo, where it
 * has one, `POST /internal/steps/{name}/undo`.
 */
export const STEPS_OF = {
  identity: IDENTITY_STEPS,
  ordering: [...CUSTOMER_STEPS, ...ORDER_STEPS],
  billing: BILLING_STEPS,
} as const;

export type StepName = (typeof STEPS_OF)[ServiceName][number]['name'];

export const STEPS = Object.values(STEPS_OF).flat();
