import type { ClientKind, Role } from '@turnpike/contracts';
import { Problem } from '@turnpike/service';

/** Who sends a request. */
export interface Caller {
  userId: string;
  sessionId: string;
  roles: readonly Role[];
}

/** Owner: whose data it is. */
type Who = 'anyone' | 'owner' | 'admin';

/** What operators do. */
type Operate = 'ops' | 'operation.cancel-anothers';

/** What can be read; a write is named by the kind of its operation. */
type Read =
  | 'invoice.read'
  | 'user.read'
  | 'user.list'
  | 'customer.read'
  | 'order.read'
  | 'order.list-all'
  | 'operation.read';

/** The whole of authorisation: who may do what. */
const ALLOWED: Readonly<Record<ClientKind | Read | Operate, readonly Who[]>> = {
  'user.register': ['anyone'],
  'user.update': ['owner', 'admin'],
  'user.change-password': ['owner'],
  'user.set-roles': ['admin'],
  'user.set-claims': ['admin'],
  'user.delete': ['owner', 'admin'],
  'user.restore': ['admin'],
  'customer.update': ['owner', 'admin'],
  'order.place': ['owner'],
  'order.change': ['owner', 'admin'],
  'order.pay': ['owner', 'admin'],
  'order.cancel': ['owner', 'admin'],
  'order.ship': ['admin'],
  'order.deliver': ['admin'],
  'invoice.issue': ['owner', 'admin'],
  'invoice.void': ['admin'],
  'invoice.read': ['owner', 'admin'],
  'user.read': ['owner', 'admin'],
  'user.list': ['admin'],
  'customer.read': ['owner', 'admin'],
  'order.read': ['owner', 'admin'],
  'order.list-all': ['admin'],
  'operation.read': ['owner', 'admin'],
  'operation.cancel-anothers': ['admin'],
  ops: ['admin'],
};

/**
 * @param ownerId whose data it is; null where it does not exist or is nobody's
 * @throws Problem 404 where only the owner may (somebody else's and missing look the same), 403 where a role is
 *   missing
 */
export function authorise(action: keyof typeof ALLOWED, caller: Caller | null, ownerId: string | null): void {
  const allowed = ALLOWED[action];
  if (allowed.includes('anyone')) return;
  if (!caller) throw new Problem('unauthenticated');
  if (allowed.includes('owner') && caller.userId === ownerId) return;
  const isAdmin = caller.roles.includes('admin');
  if (isAdmin && allowed.includes('admin')) return;
  if (allowed.includes('owner') && !isAdmin) throw new Problem('not-found');
  throw new Problem('forbidden', isAdmin ? 'Only the user may do this.' : 'This needs the role admin.');
}
