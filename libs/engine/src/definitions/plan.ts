import type { DeclaredStepBody } from '@turnpike/protocol';
import type { Declarations } from './lifecycle-sagas.js';
import type { Answers } from './outcome.js';

/**
 * What the body of a step may look at: all of it is in the ledger, so every run of an operation sends the same; but for
 * the register, of which the first run's counts, since the service has answered that one.
 */
export interface PlannedOperation extends Omit<DeclaredStepBody['operation'], 'target'> {
  target: { type: string; id: string };
  payload: Record<string, unknown>;
  /** What the register says of the user, for the step that confirms one; null where it says nothing. */
  register?: object | null;
}

/** How one step is sent. */
export interface Call {
  /** @returns the body of the step; `answers` are those of the steps before it */
  body: (operation: PlannedOperation, answers: Answers) => unknown;
  /** The step compares the client's `If-Match` with the resource. */
  checksVersion: boolean;
}

/** How an operation is carried out whose steps depend on what it holds. */
export interface Plan {
  /** @returns its steps in order; they are written down when the operation is accepted */
  steps: (payload: Record<string, unknown>, declared: Declarations) => readonly string[];
  /** @returns the resource as the write left it, or null where there is none */
  result: (answers: Answers) => Record<string, unknown> | null;
}
