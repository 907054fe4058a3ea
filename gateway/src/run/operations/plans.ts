import { type OperationKind, STEPS } from '@turnpike/contracts';
import type { PlannedStep } from '../../ledger/lane-statements.js';
import * as order from './order.js';
import type { Plan } from './plan.js';
import * as user from './user.js';

/** Every kind of operation and the way in which it is carried out; the compiler refuses a kind without one. */
export const PLANS: Readonly<Record<OperationKind, Plan>> = {
  'user.register': user.register,
  'user.update': user.update,
  'user.change-password': user.changePassword,
  'user.set-roles': user.setRoles,
  'user.set-claims': user.setClaims,
  'user.delete': user.remove,
  'user.restore': user.restore,
  'customer.update': order.updateCustomer,
  'order.place': order.place,
  'order.change': order.change,
  'order.pay': order.pay,
  'order.cancel': order.cancel,
  'order.ship': order.ship,
  'order.deliver': order.deliver,
};

/** @returns the steps of an operation of that kind, as the ledger writes them down */
export function stepsOf(kind: OperationKind, payload: Record<string, unknown>): PlannedStep[] {
  return PLANS[kind].calls(payload).map(({ step }) => ({ name: step, service: STEPS[step].service }));
}
