import type { ConfirmedState, OperationKind, Relation, StepName } from '@turnpike/contracts';
import type { Change } from '../audit/audit-entries.js';
import type { NewOperation } from '../ledger/statements/admit.js';
import type { Answers } from './outcome.js';
import type { Call } from './plan.js';

/** What a successful operation leaves to be written down. */
export interface OperationEnd {
  /** The resource as the write left it, or null where there is none. */
  result: Record<string, unknown> | null;
  /** The instant from which it voids sessions, on the clock that stamps their tokens. */
  voidsSessionsBefore: string | undefined;
  /** How the owner of the users had the user at this operation's turn; undefined where it was not asked. */
  confirmed: ConfirmedState | undefined;
  change: Change;
}

/** The operations that the application has: their steps, and what is made of the answers. */
export abstract class OperationRegistry {
  /** @returns the steps of an operation of that kind, as the ledger writes them down */
  abstract stepsOf(
    kind: OperationKind,
    payload: Record<string, unknown>,
    relations: readonly Relation[],
  ): NewOperation['steps'];

  /** @returns whether an operation of that kind makes its target: a resource whose later writes go to the same lane */
  abstract creates(kind: OperationKind): boolean;

  /** @returns how that step is sent */
  abstract callOf(step: StepName): Call;

  abstract endOf(kind: OperationKind, answers: Answers): OperationEnd;
}
