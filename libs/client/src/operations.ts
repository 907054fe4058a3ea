import { TurnpikeProblem } from './problem.js';
import type { Operation } from './routes.js';

const OVER: readonly Operation['state'][] = ['succeeded', 'failed', 'cancelled', 'rejected'];

/** Whether nothing will become of it any more. */
export function isOver({ state }: Operation): boolean {
  return OVER.includes(state);
}

/** A write that was withdrawn before it ran: no problem, and no result. */
export class OperationCancelled extends Error {
  override readonly name = 'OperationCancelled';

  constructor(readonly operation: Operation) {
    super(`${operation.kind} ${operation.id} was withdrawn`);
  }
}

/** A success as the answer to a read would have it. */
export interface Outcome<Result> {
  /** The resource as the write left it; undefined after a deletion. */
  data: Result;
  /** For the next write's `ifMatch`. */
  etag: string | null;
  operationId: string;
}

/**
 * @param operation one that is over
 * @throws TurnpikeProblem or OperationCancelled where it did not succeed
 */
export function outcomeOf<Result>(operation: Operation): Outcome<Result> {
  const { id, state, problem, result } = operation;
  if (state === 'cancelled') throw new OperationCancelled(operation);
  if (problem) throw new TurnpikeProblem(problem, { operationId: id });
  const version = result?.['version'];
  return {
    data: (result ?? undefined) as Result,
    etag: typeof version === 'number' ? `"${version}"` : null,
    operationId: id,
  };
}
