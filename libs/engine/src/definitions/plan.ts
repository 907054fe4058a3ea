import type { ConfirmUserStep } from '@turnpike/protocol';
import type { Relation, StepName } from '@turnpike/contracts';
import type { Answers } from './outcome.js';

/**
 * What the body of a step may look at: all of it is in the ledger, so every run of an operation sends the same; but for
 * the register, of which the first run's counts, since the service has answered that one.
 */
export interface PlannedOperation {
  payload: Record<string, unknown>;
  targetId: string;
  /** What the register says of the user, for the step that confirms one; null where it says nothing. */
  register?: ConfirmUserStep | null;
}

/** What may be configured about the way in which operations are carried out. */
export interface PlanSettings {
  paidOrders: 'restrict' | 'cancel';
}

/** How one step is sent. */
export interface Call {
  /** @returns the body of the step; `answers` are those of the steps before it */
  body: (operation: PlannedOperation, answers: Answers, settings: PlanSettings) => unknown;
  /** The step compares the client's `If-Match` with the resource. */
  checksVersion: boolean;
}

/** How an operation of one kind is carried out. */
export interface Plan {
  /** @returns its steps in order; they are written down when the operation is accepted */
  steps: (payload: Record<string, unknown>, relations: readonly Relation[]) => readonly StepName[];
  /** @returns the resource as the write left it, or null where there is none */
  result: (answers: Answers) => Record<string, unknown> | null;
}
