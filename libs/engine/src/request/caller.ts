import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { Problem } from '@turnpike/service';
import type { FastifyRequest } from 'fastify';
import { type ActionDefinition, type Caller, noteAgain } from './authorise.js';

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
