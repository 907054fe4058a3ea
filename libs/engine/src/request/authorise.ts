import type { ClientKind } from '@turnpike/contracts';
import { type Role, ROLES } from '@turnpike/protocol';
import { Problem, unavailable } from '@turnpike/service';
import { denied, noteLetIn } from './let-in.js';

/** Who sends a request. */
export interface Caller {
  userId: string;
  sessionId: string;
  /** How often the user's access had been ended before the session began. */
  sessionEpoch: number;
  roles: readonly Role[];
  /** Whether identity has been heard lately; if not, a role may have been taken away beside the lanes. */
  rolesAreKnown: boolean;
  /** When the session began; null of a token from before sessions said so. */
  authenticatedAt: Date | null;
}

/** As much of a caller as decides what is allowed. */
export type Asker = Pick<Caller, 'userId' | 'roles'> & Partial<Pick<Caller, 'rolesAreKnown'>>;

/**
 * Anyone: signed in or not. Holder: whoever has the token of that one operation. User: whoever is signed in, about
 * the own data. Owner: whose data it is. Actor: whoever asked for that operation. The others: whoever has that role.
 */
export type Who = 'anyone' | 'holder' | 'user' | 'owner' | 'actor' | Role;

/** What operators do: look, act, open what is sealed, and act on one lane and the writes in it, or on one account. */
type Operate =
  | 'ops.read'
  | 'ops.act'
  | 'ops.reveal'
  | 'lane.act'
  | 'user.suspend'
  | 'user.reinstate'
  | 'operation.repeat-privileged'
  | 'operation.cancel-anothers';

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
  | 'operation.result'
  | 'operation.list';

/** What is neither queued nor read. */
type Pass =
  | 'session.begin'
  | 'session.refresh'
  | 'session.list'
  | 'session.end'
  | 'user.end-sessions'
  | 'operation.cancel';

export type Action = ClientKind | Read | Pass | Operate;

const ACT = ['operator.act', 'admin'] as const;

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
  'operation.read': ['holder', 'owner', 'actor', 'admin'],
  'operation.result': ['holder', 'owner', 'admin'],
  'operation.list': ['user'],
  'operation.cancel': ['owner', 'actor', ...ACT],
  'operation.cancel-anothers': ACT,
  'operation.repeat-privileged': ['admin'],
  'session.begin': ['anyone'],
  'session.refresh': ['anyone'],
  'session.list': ['user'],
  'session.end': ['user'],
  'user.end-sessions': ['owner', 'admin'],
  'user.suspend': ACT,
  'user.reinstate': ACT,
  'ops.read': ['operator', 'operator.act', 'operator.reveal', 'admin'],
  'ops.act': ACT,
  'ops.reveal': ['operator.reveal', 'admin'],
  'lane.act': ACT,
};

/**
 * What nobody does to what is the own, whatever the role: whoever could stop the own lane, or withdraw from it what
 * others asked for, could keep away from himself what is to end his access.
 */
export const NEVER_OWN: ReadonlySet<Action> = new Set<Action>([
  'lane.act',
  'user.suspend',
  'user.reinstate',
  'operation.repeat-privileged',
  'operation.cancel-anothers',
]);

/** @returns whether an action cannot be decided without knowing whose data it is about */
export function dependsOnOwner(action: Action): boolean {
  return ALLOWED[action].includes('owner');
}

/**
 * @param ownerId whose data it is; null where it does not exist or is nobody's
 * @param actorId of an operation, who asked for it
 * @returns as what the caller is let in: by a role only where nothing else would do, and then by the strongest
 * @throws Problem 404 where only the owner may (somebody else's and missing look the same), 403 where a role is
 *   missing, or where it is the own and nobody may; 503 where it cannot be known whether the role is in force still
 */
export function authorise(
  action: Action,
  caller: Asker | null,
  ownerId: string | null,
  actorId: string | null = null,
): Who {
  if (ALLOWED[action].includes('anyone')) return 'anyone';
  if (!caller) throw new Problem('unauthenticated');
  const who = whoIs(action, caller, ownerId, actorId);
  if (!who) throw denied(action, ownerId, refusalOf(action, caller));
  if (NEVER_OWN.has(action) && ownerId === caller.userId)
    throw denied(action, ownerId, new Problem('forbidden', OWN_LANE));
  if (!roleIn(who)) return who;
  if (caller.rolesAreKnown === false) throw unavailable(ROLES_UNKNOWN);
  noteLetIn(caller, action, ownerId);
  return who;
}

/** @returns as what a caller would be let in, or null */
export function whoIs(
  action: Action,
  { userId, roles }: Asker,
  ownerId: string | null,
  actorId: string | null = null,
): Who | null {
  const allowed = ALLOWED[action];
  if (allowed.includes('user')) return 'user';
  if (allowed.includes('owner') && ownerId === userId) return 'owner';
  if (allowed.includes('actor') && actorId === userId) return 'actor';
  // The roles stand from the weakest to the strongest.
  return ROLES.findLast((role) => allowed.includes(role) && roles.includes(role)) ?? null;
}

const OWN_LANE = 'Nobody does this in the own lane: ask another operator.';

const ROLES_UNKNOWN = 'Identity does not answer, and this needs a role.';

/** An administrator is told the truth; to anybody else what is not the own looks missing. */
function refusalOf(action: Action, { roles }: Asker): Problem {
  const allowed = ALLOWED[action];
  const wouldDo = ROLES.filter((role) => allowed.includes(role));
  if (allowed.includes('owner') && !roles.includes('admin')) return new Problem('not-found');
  if (wouldDo.length === 0) return new Problem('forbidden', 'Only the user may do this.');
  const what = wouldDo.length === 1 ? 'the role' : 'one of the roles';
  return new Problem('forbidden', `This needs ${what} ${wouldDo.join(', ')}.`);
}

/** @returns the role that let a caller in; null where none was needed */
export function roleIn(who: Who): Role | null {
  return ROLES.find((role) => role === who) ?? null;
}
