import type { OperationCause, ProblemBody } from '@turnpike/protocol';
import { problemBody } from '@turnpike/protocol';
import type { ClaimedRow, StepOutcome } from '../ledger/statements/claim.js';

/*
 * Operations that are carried out beside their lane never halt it. Where one in line would stop its lane for an operator
 * to look at, one of these is tried again, as seldom as anything is, and an error line tells of it each time. Its
 * deadline gives it up like any other.
 */

/** Why an operation cannot go on. */
export interface Obstacle {
  claimed: ClaimedRow;
  steps: readonly StepOutcome[];
  cause: OperationCause | null;
  reason: string;
}

/** Each of these operations has one step that matters: the one without a final answer, or else the last. */
function stoppedAt(steps: readonly StepOutcome[]): StepOutcome {
  return steps.find(({ state }) => state === 'pending') ?? steps.at(-1)!;
}

/** @returns what failed, where the run has not learned it from an answer of the service */
export function causeOf({ steps, cause, reason }: Obstacle): OperationCause {
  const { service, name: step } = stoppedAt(steps);
  const unknown = { status: null, code: 'contradiction', detail: reason, requestId: null };
  return cause ?? { service, step, ...unknown, at: new Date().toISOString() };
}

/** @returns what clients read of it while it waits to be tried again */
export function problemOf({ reason }: Obstacle): ProblemBody {
  return problemBody('unavailable', reason);
}

/** @returns the line for whoever has to look */
export function lineOf({ claimed, steps, reason }: Obstacle, delayMs: number): string {
  const { id, user_id: userId, kind } = claimed;
  const { service, name: step } = stoppedAt(steps);
  return (
    `${kind} of ${userId} (${id}) cannot go on at ${step} of ${service}: ${reason} ` +
    `It is tried again in ${delayMs} ms, beside the lane, until its deadline; compare ${service} with the ledger, ` +
    'as the runbook says of a lane that is halted.'
  );
}
