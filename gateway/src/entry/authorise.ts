import type { ClientKind, Role } from '@turnpike/contracts';
import { Problem, unavailable } from '@turnpike/service';

/** Who sends a request. */
export interface Caller {
  userId: string;
  sessionId: string;
  roles: readonly Role[];
  /** Whether identity has been heard lately; if not, a role may have been taken away beside the lanes. */
  rolesAreKnown: boolean;
  /** When the session began; null of a token from before sessions said so. */
  authenticatedAt: Date | null;
}

/**
 * Anyone: signed in or not. Holder: whoever has the token of that one operation. User: whoever is signed in, about
 * the own data. Owner: whose data it is. Admin: whoever has the role.
 */
export type Who = 'anyone' | 'holder' | 'user' | 'owner' | 'admin';

/** What operators do. */
type Operate = 'ops' | 'operation.cancel-anothers' | 'user.suspend' | 'user.reinstate';

/** What can be read; a write is named by the kind of its operation. */
type Read =
  | 'me.read'
  | 'invoice.read'
  | 'user.read'
  | 'user.list'
  | 'customer.read'
  | 'order.read'
  | 'order.list'
  | 'order.list-all'
  | 'operation.read'
  | 'operation.list';

/** What is neither queued nor read. */
type Pass = 'session.begin' | 'session.refresh' | 'session.end' | 'operation.cancel';

export type Action = ClientKind | Read | Pass | Operate;

/** The whole of authorisation: who may do what. Every route names its action (`Allows`). */
export const ALLOWED: Readonly<Record<Action, readonly Who[]>> = {
  'user.register': ['anyone'],
  'user.update': ['owner', 'admin'],
  'user.change-password': ['owner'],
  'user.set-roles': ['admin'],
  'user.set-claims': ['admin'],
  'user.delete': ['owner', 'admin'],
  'user.restore': ['admin'],
  'customer.update': ['owner', 'admin'],
  'order.place': ['user'],
  'order.change': ['owner', 'admin'],
  'order.pay': ['owner', 'admin'],
  'order.cancel': ['owner', 'admin'],
  'order.ship': ['admin'],
  'order.deliver': ['admin'],
  'invoice.issue': ['owner', 'admin'],
  'invoice.void': ['admin'],
  'invoice.read': ['owner', 'admin'],
  'me.read': ['user'],
  'user.read': ['owner', 'admin'],
  'user.list': ['admin'],
  'customer.read': ['owner', 'admin'],
  'order.read': ['owner', 'admin'],
  'order.list': ['user'],
  'order.list-all': ['admin'],
  'operation.read': ['holder', 'owner', 'admin'],
  'operation.list': ['user'],
  'operation.cancel': ['owner', 'admin'],
  'operation.cancel-anothers': ['admin'],
  'session.begin': ['anyone'],
  'session.refresh': ['anyone'],
  'session.end': ['user'],
  ops: ['admin'],
  'user.suspend': ['admin'],
  'user.reinstate': ['admin'],
};

/** @returns whether an action cannot be decided without knowing whose data it is about */
export function dependsOnOwner(action: Action): boolean {
  return ALLOWED[action].includes('owner');
}

/**
 * @param ownerId whose data it is; null where it does not exist or is nobody's
 * @throws Problem 404 where only the owner may (somebody else's and missing look the same), 403 where a role is
 *   missing, 503 where it cannot be known whether the role is in force still
 */
export function authorise(action: Action, caller: Caller | null, ownerId: string | null): void {
  const allowed = ALLOWED[action];
  if (allowed.includes('anyone')) return;
  if (!caller) throw new Problem('unauthenticated');
  if (allowed.includes('user')) return;
  if (allowed.includes('owner') && caller.userId === ownerId) return;
  const isAdmin = caller.roles.includes('admin');
  if (isAdmin && allowed.includes('admin')) {
    if (!caller.rolesAreKnown) throw unavailable('Identity does not answer, and this needs a role.');
    return;
  }
  if (allowed.includes('owner') && !isAdmin) throw new Problem('not-found');
  throw new Problem('forbidden', isAdmin ? 'Only the user may do this.' : 'This needs the role admin.');
}
