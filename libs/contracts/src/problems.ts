import { declareProblems } from '@turnpike/protocol/problems';

/*
 * The problems of this shop alone. Browsers read this file too.
 */

const CONFLICTS = {
  'email-taken': {
    status: 409,
    title: 'This e-mail address is in use',
    help: 'Use another address, or sign in. The address of a deleted user is free again after the purge.',
  },
  'order-state-conflict': {
    status: 409,
    title: 'The order is not in a state that allows this',
    help: 'Read the order: only placed orders are changed or paid, paid ones shipped, shipped ones delivered.',
  },
};

const ADMINISTRATORS = {
  'last-administrator': {
    status: 409,
    title: 'This is the last administrator',
    help: 'Make another user an administrator first.',
  },
};

/** With what stands in the way in this shop. */
const RESTRICTED = {
  'deletion-restricted': {
    status: 409,
    title: 'Something still holds the user',
    help: '`restrictedBy` lists what: end those (ship or cancel a paid order) and delete again.',
  },
};

declare module '@turnpike/protocol/problems' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- its members are the codes of the tables above
  interface DeclaredProblems extends Record<keyof typeof CONFLICTS | keyof typeof ADMINISTRATORS, true> {}
}

declareProblems(CONFLICTS, 'user-deleting');
declareProblems(ADMINISTRATORS, 'user-not-deleted');
declareProblems(RESTRICTED);
