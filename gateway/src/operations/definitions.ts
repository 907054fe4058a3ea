import type { OperationKind } from '@turnpike/contracts';
import { type OperationDefinition, OperationRegistry, type ResourceDefinition } from '@turnpike/engine';
import { byDeletion, byPassword, byRoles } from './access.js';
import {
  confirmedState,
  deletedAt,
  follow,
  purge,
  register,
  remove,
  restore,
  singleStep,
  update,
} from './plans.js';
import { callOf } from './step-requests.js';

const USERS: ResourceDefinition = { type: 'user', path: '/v1/users', isSubject: true };
const ORDERS: ResourceDefinition = { type: 'order', path: '/v1/orders' };

/** What the audit trail tells of a user, as far as somebody can still want it erased. */
const NAMES = ['email', 'firstName', 'lastName', 'phone', 'deliveryAddress'];

type Facts = Omit<OperationDefinition, 'kind'>;

/** Every kind of operation of this shop; the compiler refuses a kind without a definition. */
const FACTS: Readonly<Record<OperationKind, Facts>> = {
  'user.register': {
    ...{ plan: register, effect: 'opens' },
    ...{ creates: USERS, isAnonymous: true, audits: NAMES, tells: { success: 'user_created' } },
  },
  'user.update': { plan: update, audits: NAMES, tells: { success: 'user_updated' } },
  'user.change-password': {
    plan: singleStep('identity.change-password'),
    ...{ beside: true, endsAccess: byPassword },
    tells: { success: 'authn_password_change', failure: 'authn_password_change_fail' },
  },
  'user.set-roles': {
    plan: singleStep('identity.set-roles'),
    ...{ beside: true, changesRoles: true, endsAccess: byRoles },
    tells: { success: 'privilege_permissions_changed' },
  },
  'user.set-claims': {
    plan: singleStep('identity.set-claims'),
    tells: { success: 'privilege_permissions_changed' },
  },
  'user.delete': {
    ...{ plan: remove, effect: 'closes', endsAccess: byDeletion },
    ...{ leavesNothing: true, tells: { success: 'user_archived' } },
  },
  'user.restore': { plan: restore, effect: 'reopens', tells: { success: 'user_updated' } },
  'user.purge': { plan: purge, effect: 'ends', tells: { success: 'user_deleted' } },
  'customer.update': { plan: singleStep('ordering.update-customer'), audits: NAMES },
  'order.place': { plan: singleStep('ordering.place'), creates: ORDERS },
  'order.change': { plan: singleStep('ordering.change') },
  'order.pay': { plan: singleStep('ordering.pay') },
  'order.cancel': { plan: singleStep('ordering.cancel') },
  'order.ship': { plan: singleStep('ordering.ship') },
  'order.deliver': { plan: singleStep('ordering.deliver') },
  'invoice.issue': { plan: singleStep('billing.issue-invoice') },
  'invoice.void': { plan: singleStep('billing.void-invoice') },
  'event.user-deleted': { plan: follow, effect: 'follows', reportsDeletion: true },
  'event.user-updated': { plan: follow, effect: 'follows' },
  'repair.user': { plan: follow, effect: 'follows', mends: true },
};

/** The same, each with its kind. */
export const DEFINITIONS = Object.fromEntries(
  Object.entries(FACTS).map(([kind, facts]) => [kind, { kind, ...facts }]),
) as Readonly<Record<OperationKind, OperationDefinition>>;

export const OPERATIONS = new OperationRegistry({
  operations: DEFINITIONS,
  callOf,
  subjectEnd: (answers) => ({
    voidsSessionsBefore: deletedAt(answers),
    confirmed: confirmedState(answers),
  }),
});
