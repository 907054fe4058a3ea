import type { Answers } from '../outcome.js';
import { nothing, payloadOnly, type Plan, type PlannedCall, singleStep } from './plan.js';

/** A customer's name is a copy of the user's, taken from identity's answer and not from the request. */
function customerName(answer: Record<string, unknown> | undefined): { name: string } {
  return { name: `${String(answer?.['firstName'])} ${String(answer?.['lastName'])}` };
}

/** Registration makes the user first: identity alone can refuse, because the e-mail is taken. */
export const register: Plan = {
  calls: () => [
    { step: 'identity.register', body: payloadOnly },
    { step: 'ordering.create-customer', body: (_, answers) => customerName(answers['identity.register']) },
  ],
  result: (answers) => answers['identity.register'] ?? null,
};

const copyName: PlannedCall = {
  step: 'ordering.rename-customer',
  body: (_, answers) => customerName(answers['identity.update']),
};

/** While the change could still be undone the old address stays reserved for its owner. */
const releaseEmail: PlannedCall = { step: 'identity.release-email', body: nothing };

/** A change of names reaches the customer too; a change of address frees the old one when all else is done. */
export const update: Plan = {
  calls: ({ email, firstName, lastName }) => [
    { step: 'identity.update', body: payloadOnly, checksVersion: true },
    ...(firstName !== undefined || lastName !== undefined ? [copyName] : []),
    ...(email !== undefined ? [releaseEmail] : []),
  ],
  result: (answers) => answers['identity.update'] ?? null,
};

export const changePassword = singleStep({
  step: 'identity.change-password',
  body: payloadOnly,
  checksVersion: true,
});

export const setRoles = singleStep({
  step: 'identity.set-roles',
  body: payloadOnly,
  checksVersion: true,
});

export const setClaims = singleStep({
  step: 'identity.set-claims',
  body: payloadOnly,
  checksVersion: true,
});

/** What can refuse comes first: ordering, whose paid orders may hold the user. The user goes last. */
export const remove: Plan = {
  calls: () => [
    { step: 'ordering.delete-customer', body: (_operation, _answers, { paidOrders }) => ({ paidOrders }) },
    { step: 'identity.delete', body: nothing, checksVersion: true },
  ],
  result: () => null,
};

/** The user comes back first: only identity knows whether there is one to restore. */
export const restore: Plan = {
  calls: () => [
    { step: 'identity.restore', body: nothing, checksVersion: true },
    { step: 'ordering.restore-customer', body: nothing },
  ],
  result: (answers) => answers['identity.restore'] ?? null,
};

/** @returns the instant from which a deletion voids sessions, on identity's clock, which stamps its tokens */
export function deletedAt(answers: Answers): string | undefined {
  const at = answers['identity.delete']?.['deletedAt'];
  return typeof at === 'string' ? at : undefined;
}
