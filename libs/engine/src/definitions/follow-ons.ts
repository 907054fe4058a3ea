import { createHash } from 'node:crypto';
import type { DeclaredStepBody } from '@turnpike/protocol';
import { ConfigurationError, valueAt } from '@turnpike/service';
import { v7 as uuidv7 } from 'uuid';
import type { NewOperation } from '../ledger/statements/admit.js';
import type { FollowOn } from '../ledger/statements/follow-ons.js';
import type { OperationDefinition, OperationEnd } from './operation.js';
import type { Answers } from './outcome.js';

/*
 * Operations that follow the success of another one. What they hold is taken from the one before by JSON pointers, so that a
 * manifest can say it; a pointer to what is not there leaves its member out.
 */

/** An operation that has succeeded, as far as what follows it may look at it: pointers begin here. */
export interface Succeeded extends Pick<OperationEnd, 'result'> {
  operation: DeclaredStepBody['operation'];
  input: Record<string, unknown>;
  answers: Answers;
}

/** Where it stands what follows what. */
interface Known {
  /** @returns the operations that follow those of a kind */
  followersOf(kind: string): readonly OperationDefinition[];
  stepsOf(kind: string, payload: Record<string, unknown>): NewOperation['steps'];
}

/** @returns what follows that operation, as the ledger appends it to the lane */
export function followOnsOf(known: Known, succeeded: Succeeded): FollowOn[] {
  const { id, kind, target } = succeeded.operation;
  return known.followersOf(kind).map(({ kind, creates, input = {} }) => {
    const payload = inputFrom(succeeded, input);
    return {
      ...{ id: derivedId(id, kind), kind, payload, steps: known.stepsOf(kind, payload) },
      target: creates ? { type: creates, id: derivedId(id, `target of ${kind}`) } : target,
      creates: Boolean(creates),
    };
  });
}

/**
 * @param from for each member the pointer to what it is taken from
 * @returns what the operation that follows holds
 */
export function inputFrom(
  succeeded: Succeeded,
  from: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const members = Object.entries(from).map(([name, pointer]) => [name, valueAt(succeeded, pointer)] as const);
  return Object.fromEntries(members.filter(([, value]) => value !== undefined));
}

/**
 * @param of which of the ids that derive from that one
 * @returns a UUIDv7 that is the same each time: a ledger that was put back to before the first operation gives the second
 *   its id again, by which the services know what they have carried out. It has the time of the first, as lists go by ids
 */
export function derivedId(first: string, of: string): string {
  const random = createHash('sha256').update(`${first} ${of}`).digest().subarray(0, 16);
  return uuidv7({ msecs: timeIn(first), random });
}

/** Milliseconds: the first 48 bits. */
function timeIn(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
}

type Follower = Pick<OperationDefinition, 'kind' | 'after' | 'effect' | 'beside'>;

/**
 * Holds operations that follow another one to what can be carried out.
 * @throws ConfigurationError that names the kind; the process must not start
 */
export function assertFollowOns(definitions: readonly Follower[]): void {
  const known = new Map(definitions.map((definition) => [definition.kind, definition]));
  for (const definition of definitions) {
    const mistake = definition.after === undefined ? null : mistakeIn(definition, definition.after, known);
    if (mistake) throw new ConfigurationError(`The operation ${definition.kind}`, mistake);
  }
}

function mistakeIn(follower: Follower, after: string, known: ReadonlyMap<string, Follower>): string | null {
  const first = known.get(after);
  if (!first) return `follows ${after}, which is none.`;
  if (!isWrite(follower) || follower.beside) return 'follows another one, and is more than a write in line.';
  // After these the lane takes nothing: what follows would be rejected each time. What follows a user is no write.
  if (!['opens', 'reopens', 'writes'].includes(first.effect ?? 'writes'))
    return `follows ${after}, which leaves nobody.`;
  return comesBack(follower, known) ? 'follows itself.' : null;
}

function isWrite({ effect = 'writes' }: Follower): boolean {
  return effect === 'writes';
}

/** Each kind follows one other at most: whoever goes back from it comes to a first one, or to where he was. */
function comesBack({ kind, after }: Follower, known: ReadonlyMap<string, Follower>): boolean {
  const passed = new Set<string | undefined>();
  for (let one = after; one !== undefined && !passed.has(one); one = known.get(one)?.after) passed.add(one);
  return passed.has(kind);
}
