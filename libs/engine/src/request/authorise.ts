import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type Role, ROLES, type Who } from '@turnpike/protocol';
import { Problem, refusing, unavailable } from '@turnpike/service';
import type { FastifyRequest } from 'fastify';

/*
 * Who asks, for what, and whether that is allowed: the table of the engine's own actions, the decision and what is noted of
 * it, and the callers of the requests that are under way.
 */

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

/** Something that callers ask for, and who may. */
export interface ActionDefinition {
  name: string;
  allow: readonly Who[];
  /** Nobody does it to what is the own, whatever the role. */
  neverOwn?: boolean;
  /** Of a read that shows somebody's data in clear: by which name the audit trail is told of it. */
  shows?: string;
  /** Of an act of which nothing else tells: the same. */
  acts?: string;
}

const ACT = ['operator.act', 'admin'] as const;

/**
 * What the engine itself offers, and who may: everything about operations, lanes and operators. What an
 * application and its services add says so in its own definition. Every route names its action (`Allows`).
 *
 * Nobody stops the own lane, or withdraws from it what others asked for: whoever could would keep away from himself what
 * is to end his access.
 */
const OWN_ACTIONS = {
  'operation.read': { allow: ['holder', 'owner', 'actor', 'admin'] },
  'operation.result': { allow: ['holder', 'owner', 'admin'] },
  'operation.list': { allow: ['user'] },
  'operation.cancel': { allow: ['owner', 'actor', ...ACT] },
  'operation.cancel-anothers': { allow: ACT, neverOwn: true },
  'operation.repeat-privileged': { allow: ['admin'], neverOwn: true },
  'session.begin': { allow: ['anyone'] },
  'session.end': { allow: ['user'] },
  'user.suspend': { allow: ACT, neverOwn: true },
  'user.reinstate': { allow: ACT, neverOwn: true },
  'ops.read': { allow: ['operator', 'operator.act', 'operator.reveal', 'admin'] },
  'ops.act': { allow: ACT },
  'ops.reveal': { allow: ['operator.reveal', 'admin'] },
  'lane.act': { allow: ACT, neverOwn: true },
} as const satisfies Readonly<Record<string, Omit<ActionDefinition, 'name'>>>;

export type OwnAction = keyof typeof OWN_ACTIONS;

/** One of the engine's by its name, or one of an application as it is defined: an operation is one, whose name is its kind. */
export type Action = OwnAction | ActionDefinition | { kind: string; allow?: readonly Who[] };

/** The engine's own actions, each with its name. */
export const ENGINE_ACTIONS: readonly ActionDefinition[] = Object.entries(OWN_ACTIONS).map(
  ([name, rule]) => ({
    name,
    ...rule,
  }),
);

const BY_NAME = new Map(ENGINE_ACTIONS.map((action) => [action.name, action]));

/** @returns the action with its name and who may */
export function actionOf(action: Action): ActionDefinition {
  if (typeof action === 'string') return BY_NAME.get(action)!;
  return 'kind' in action ? { name: action.kind, allow: action.allow ?? [] } : action;
}

/** @returns whether an action cannot be decided without knowing whose data it is about */
export function dependsOnOwner(action: Action): boolean {
  return actionOf(action).allow.includes('owner');
}

/**
 * @param ownerId whose data it is; null where it does not exist or is nobody's
 * @param actorId of an operation, who asked for it
 * @returns as what the caller is let in: by a role only where nothing else would do, and then by the strongest
 * @throws Problem 404 where only the owner may (somebody else's and missing look the same), 403 where a role is
 *   missing, or where it is the own and nobody may; 503 where it cannot be known whether the role is in force still
 */
export function authorise(
  asked: Action,
  caller: Asker | null,
  ownerId: string | null,
  actorId: string | null = null,
): Who {
  const action = actionOf(asked);
  if (action.allow.includes('anyone')) return 'anyone';
  if (!caller) throw new Problem('unauthenticated');
  const who = whoIs(action, caller, ownerId, actorId);
  if (!who) throw denied(action.name, ownerId, refusalOf(action, caller));
  if (action.neverOwn && ownerId === caller.userId)
    throw denied(action.name, ownerId, new Problem('forbidden', OWN_LANE));
  if (!roleIn(who)) return who;
  if (caller.rolesAreKnown === false) throw unavailable(ROLES_UNKNOWN);
  noteLetIn(caller, action.name, ownerId);
  return who;
}

/** @returns as what a caller would be let in, or null */
export function whoIs(
  action: Action,
  { userId, roles }: Asker,
  ownerId: string | null,
  actorId: string | null = null,
): Who | null {
  const { allow: allowed } = actionOf(action);
  if (allowed.includes('user')) return 'user';
  if (allowed.includes('owner') && ownerId === userId) return 'owner';
  if (allowed.includes('actor') && actorId === userId) return 'actor';
  // The roles stand from the weakest to the strongest.
  return ROLES.findLast((role) => allowed.includes(role) && roles.includes(role)) ?? null;
}

const OWN_LANE = 'Nobody does this in the own lane: ask another operator.';

const ROLES_UNKNOWN = 'Identity does not answer, and this needs a role.';

/** An administrator is told the truth; to anybody else what is not the own looks missing. */
function refusalOf({ allow: allowed }: ActionDefinition, { roles }: Asker): Problem {
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

/** By a role: what for, and whose data it is; null where it is nobody's alone. */
export interface LetIn {
  action: string;
  ownerId: string | null;
}

/** Whom a role alone has let in, for the trail of operators; each request has a caller of its own. */
const letIns = new WeakMap<object, LetIn>();

/** Notes that a caller was let in by a role; of several decisions about one request the last counts. */
function noteLetIn(caller: object, action: string, ownerId: string | null): void {
  letIns.set(caller, { action, ownerId });
}

/** Notes of a caller who was verified again what is noted of the caller of before: the request is still the same. */
function noteAgain(before: object, again: object): void {
  const letIn = letIns.get(before);
  if (letIn && !letIns.has(again)) letIns.set(again, letIn);
}

/** @returns what a caller was let in to by a role, or null where none was needed */
export function letInByRole(caller: object): LetIn | null {
  return letIns.get(caller) ?? null;
}

/** @returns the problem, for the security log as the refusal of that action, unless nothing is there to be asked for */
function denied(action: string, ownerId: string | null, problem: Problem): Problem {
  const isMissing = problem.code === 'not-found' && ownerId === null;
  return isMissing ? problem : refusing(action, problem);
}

/** The caller of one request, what its route is for, and the way to find out whether the caller still is. */
export interface Known {
  caller: Caller;
  actions: readonly ActionDefinition[];
  /** @throws Problem 401 or 403 where the caller would not be let in any more */
  verifyAgain: () => Promise<Caller>;
}

const callers = new WeakMap<FastifyRequest, Known>();

/** @returns who sends that request, as last verified; null where the route does without, and nobody is signed in */
export function callerOf(request: FastifyRequest): Caller | null {
  return callers.get(request)?.caller ?? null;
}

/** @returns what the route of that request is for; nothing where nobody is signed in */
export function actionsOfRequest(request: FastifyRequest): readonly ActionDefinition[] {
  return callers.get(request)?.actions ?? [];
}

/** The caller of a route that needs one. */
export const CurrentCaller = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const caller = callerOf(context.switchToHttp().getRequest<FastifyRequest>());
  if (!caller) throw new Problem('unauthenticated');
  return caller;
});

/**
 * From now on the caller of the request is who it is now: a role that is gone shows nothing more, and does nothing.
 * @returns that caller; null where nobody is signed in
 * @throws Problem 401 when the session of a request has ended, or 403 when a role is gone; its answer may go on for hours
 */
export async function verifyAgain(request: FastifyRequest): Promise<Caller | null> {
  const known = callers.get(request);
  if (!known) return null;
  const again = await known.verifyAgain();
  noteAgain(known.caller, again);
  known.caller = again;
  return again;
}

/** Says who sends that request. */
export function rememberCaller(request: FastifyRequest, known: Known): void {
  callers.set(request, known);
}

/** @throws Problem 401 or 403 where the administrator who sent the request is none any more */
export async function verifyAdministrator(request: FastifyRequest): Promise<void> {
  const caller = await verifyAgain(request);
  if (!caller?.roles.includes('admin')) throw new Problem('forbidden');
}
