import type { StepName } from '@turnpike/contracts';
import { payloadOnly, type Plan, singleStep } from './plan.js';

/** Every write to an order is one step of ordering, which knows the order's state. */
function orderStep(step: StepName): Plan {
  return singleStep({
    step,
    body: ({ payload, targetId }) => ({ ...payload, orderId: targetId }),
    checksVersion: true,
  });
}

export const place = orderStep('ordering.place');
export const change = orderStep('ordering.change');
export const pay = orderStep('ordering.pay');
export const cancel = orderStep('ordering.cancel');
export const ship = orderStep('ordering.ship');
export const deliver = orderStep('ordering.deliver');

export const updateCustomer = singleStep({
  step: 'ordering.update-customer',
  body: payloadOnly,
  checksVersion: true,
});
