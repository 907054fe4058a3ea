import { type Problem, refusing } from '@turnpike/service';

/*
 * What authorisation tells of its decisions: which callers it let in by a role alone, for the trail of operators, and
 * whom it refused, for the security log.
 */

/** By a role: what for, and whose data it is; null where it is nobody's alone. */
export interface LetIn {
  action: string;
  ownerId: string | null;
}

/** By their callers, of which each request has one of its own. */
const known = new WeakMap<object, LetIn>();

/** Notes that a caller was let in by a role; of several decisions about one request the last counts. */
export function noteLetIn(caller: object, action: string, ownerId: string | null): void {
  known.set(caller, { action, ownerId });
}

/** Notes of a caller who was verified again what is noted of the caller of before: the request is still the same. */
export function noteAgain(before: object, again: object): void {
  const letIn = known.get(before);
  if (letIn && !known.has(again)) known.set(again, letIn);
}

/** @returns what a caller was let in to by a role, or null where none was needed */
export function letInByRole(caller: object): LetIn | null {
  return known.get(caller) ?? null;
}

/** @returns the problem, as the refusal of that action, unless there is nothing that could have been asked for */
export function denied(action: string, ownerId: string | null, problem: Problem): Problem {
  const isMissing = problem.code === 'not-found' && ownerId === null;
  return isMissing ? problem : refusing(action, problem);
}
