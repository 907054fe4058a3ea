import type { StepName } from '@turnpike/contracts';
import type { Answers } from '../outcome.js';

/** What a plan may look at: all of it is in the ledger, so every run of an operation plans the same. */
export interface PlannedOperation {
  payload: Record<string, unknown>;
  targetId: string;
}

/** What may be configured about the way in which operations are carried out. */
export interface PlanSettings {
  paidOrders: 'restrict' | 'cancel';
}

export interface PlannedCall {
  step: StepName;
  /** @returns the body of the step; `answers` are those of the steps before it */
  body: (operation: PlannedOperation, answers: Answers, settings: PlanSettings) => unknown;
  /** The step that compares the client's `If-Match` with the resource. */
  checksVersion?: boolean;
}

/** How an operation of one kind is carried out. */
export interface Plan {
  /** @returns its steps in order; they depend on nothing but the payload */
  calls: (payload: Record<string, unknown>) => readonly PlannedCall[];
  /** @returns the resource as the write left it, or null where there is none */
  result: (answers: Answers) => Record<string, unknown> | null;
}

/** The payload alone is the body of the step. */
export const payloadOnly: PlannedCall['body'] = ({ payload }) => payload;

/** The step needs nothing but the lane's user. */
export const nothing: PlannedCall['body'] = () => ({});

/** @returns the plan of a write that is one step, whose answer is the resource */
export function singleStep(call: PlannedCall): Plan {
  return { calls: () => [call], result: (answers) => answers[call.step] ?? null };
}
