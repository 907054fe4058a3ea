import type { OperationDeclaration, ResourceDeclaration, StepDeclaration } from '@turnpike/protocol';
import {
  ChangePassword,
  CurrentPassword,
  RegisterUser,
  RestoredUser,
  SetClaims,
  SetRoles,
  UpdateUser,
  UserView,
} from '../users.js';

export const USER_RESOURCE: ResourceDeclaration = { type: 'user', path: '/v1/users', schema: UserView };

/** What most writes to a user have in common: they go to that user's lane. */
const WRITE = { lane: 'path:id', on: 'user', result: UserView, ifMatch: true } as const;

/** Operations that concern users themselves; where steps are left out, they follow from the relations. */
export const USER_OPERATIONS = [
  {
    kind: 'user.register',
    ...{ method: 'POST', path: '/v1/users', effect: 'opens', allow: ['anyone'], body: RegisterUser },
    ...{ result: UserView, refuses: ['email-taken'], creates: 'user', steps: [] },
  },
  {
    ...WRITE,
    kind: 'user.update',
    ...{ method: 'PATCH', path: '/v1/users/{id}', allow: ['owner', 'admin'], body: UpdateUser },
    ...{ refuses: ['email-taken', 'invalid-credentials'], steps: [] },
  },
  {
    ...WRITE,
    kind: 'user.change-password',
    ...{ method: 'PUT', path: '/v1/users/{id}/password', allow: ['owner'], body: ChangePassword },
    ...{ refuses: ['invalid-credentials'], steps: ['identity.change-password'] },
  },
  {
    ...WRITE,
    kind: 'user.set-roles',
    ...{ method: 'PUT', path: '/v1/users/{id}/roles', allow: ['admin'], body: SetRoles },
    ...{ refuses: ['last-administrator'], steps: ['identity.set-roles'] },
  },
  {
    ...WRITE,
    kind: 'user.set-claims',
    ...{ method: 'PUT', path: '/v1/users/{id}/claims', allow: ['admin'], body: SetClaims },
    steps: ['identity.set-claims'],
  },
  {
    ...WRITE,
    kind: 'user.delete',
    ...{ method: 'DELETE', path: '/v1/users/{id}', effect: 'closes', allow: ['owner', 'admin'] },
    ...{ body: CurrentPassword, result: null, steps: [] },
    refuses: ['deletion-restricted', 'last-administrator', 'invalid-credentials'],
  },
  {
    ...WRITE,
    kind: 'user.restore',
    ...{ method: 'POST', path: '/v1/users/{id}/restore', effect: 'reopens', allow: ['admin'] },
    ...{ result: RestoredUser, refuses: ['user-not-deleted'], steps: [] },
  },
  { kind: 'user.purge', effect: 'ends', result: UserView, steps: [] },
] as const satisfies readonly OperationDeclaration[];

/** What makes the services agree with a user who was changed beside the lanes. */
export const FOLLOWING_OPERATIONS = [
  { kind: 'event.user-deleted', effect: 'follows', steps: [] },
  { kind: 'event.user-updated', effect: 'follows', steps: [] },
  { kind: 'repair.user', effect: 'follows', steps: [] },
] as const satisfies readonly OperationDeclaration[];

export const IDENTITY_STEPS = [
  { name: 'identity.register', refuses: true, undo: true, event: 'user.registered' },
  { name: 'identity.update', refuses: true, undo: true, event: 'user.updated' },
  { name: 'identity.release-email', refuses: false, undo: false, event: 'user.email-released' },
  { name: 'identity.change-password', refuses: true, undo: false, event: 'user.password-changed' },
  { name: 'identity.set-roles', refuses: true, undo: false, event: 'user.roles-set' },
  { name: 'identity.set-claims', refuses: true, undo: false, event: 'user.claims-set' },
  { name: 'identity.delete', refuses: true, undo: false, event: 'user.deleted' },
  { name: 'identity.restore', refuses: true, undo: true, event: 'user.restored' },
  { name: 'identity.purge', refuses: true, undo: false, event: 'user.purged' },
  { name: 'identity.confirm', refuses: true, undo: true, event: null },
] as const satisfies readonly StepDeclaration[];
