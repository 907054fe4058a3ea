import {
  CUSTOMER_OPERATIONS,
  CUSTOMERS,
  declarationOf,
  FOLLOWED_EVENTS,
  FOLLOWING_OPERATIONS,
  ORDER_OPERATIONS,
  ORDERS,
  SERVICES,
  USER_CONFIRMED,
  USER_OPERATIONS,
  USER_RESOURCE,
  USER_STEPS,
  USERS,
} from '@turnpike/contracts';
import { holds, type Role, ROLES, type OperationDeclaration } from '@turnpike/protocol';
import { Catalogue, type Definitions, type OperationDefinition, type Subject } from '@turnpike/engine';
import { READS } from './reads.js';
import { byDeletion, byPassword, byRoles } from './access.js';
import { confirmedState, deletedAt, follow, purge, register, remove, restore, update } from './plans.js';
import { type ShopSettings, stepRequests } from './step-requests.js';

/** What an operation of this shop has beside its declaration. */
type Facts = Omit<OperationDefinition, keyof OperationDeclaration>;

/** What the audit trail tells of a user, as far as somebody can still want it erased. */
const NAMES = ['email', 'firstName', 'lastName', 'phone', 'deliveryAddress'];

const FACTS: Readonly<Record<string, Facts>> = {
  'user.register': { plan: register, audits: NAMES, tells: { success: 'user_created' } },
  'user.update': { plan: update, audits: NAMES, tells: { success: 'user_updated' } },
  'user.change-password': {
    ...{ beside: true, endsAccess: byPassword, repeatedBy: 'nobody' },
    tells: { success: 'authn_password_change', failure: 'authn_password_change_fail' },
  },
  'user.set-roles': {
    ...{ beside: true, changesRoles: true, endsAccess: byRoles },
    ...{ changesRights: true, repeatedBy: 'administrators' },
    takesRoles: ({ roles }) => ROLES.filter((role) => !holds(roles as Role[], role)),
    tells: { success: 'privilege_permissions_changed' },
  },
  'user.set-claims': {
    ...{ changesRights: true, repeatedBy: 'administrators' },
    tells: { success: 'privilege_permissions_changed' },
  },
  'user.delete': {
    ...{ plan: remove, endsAccess: byDeletion, repeatedBy: 'administrators', takesRoles: () => ROLES },
    tells: { success: 'user_archived' },
  },
  'user.restore': { plan: restore, repeatedBy: 'administrators', tells: { success: 'user_updated' } },
  'user.purge': { plan: purge, tells: { success: 'user_deleted' } },
  'customer.update': { audits: NAMES },
  'event.user-deleted': { plan: follow, reportsDeletion: true },
  'event.user-updated': { plan: follow },
  'repair.user': { plan: follow, mends: true },
};

const SUBJECT: Subject = {
  type: 'user',
  service: 'identity',
  table: USERS,
  steps: USER_STEPS,
  confirm: USER_CONFIRMED,
  follows: FOLLOWED_EVENTS,
};

const RESOURCES = { identity: [USER_RESOURCE], ordering: [CUSTOMERS, ORDERS] } as const;

/** @returns what this process knows of the shop */
export function catalogueOf(settings: ShopSettings): Catalogue {
  return new Catalogue(definitionsOf(settings));
}

/** @returns what this shop consists of */
export function definitionsOf(settings: ShopSettings): Definitions {
  return {
    subject: SUBJECT,
    services: SERVICES.map((service) => ({ ...declarationOf(service), resources: RESOURCES[service] })),
    operations: [
      ...[...USER_OPERATIONS, ...CUSTOMER_OPERATIONS, ...ORDER_OPERATIONS, ...FOLLOWING_OPERATIONS],
    ].map((declared) => ({ ...declared, ...FACTS[declared.kind] })),
    reads: READS.flatMap(({ shows }) => shows ?? []),
    everyStep: { email: '', firstName: '', lastName: '' },
    callOf: stepRequests(settings),
    subjectEnd: (answers) => ({
      voidsSessionsBefore: deletedAt(answers),
      confirmed: confirmedState(answers),
    }),
  };
}
