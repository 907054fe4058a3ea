import type { OperationCause, ProblemBody } from '@turnpike/protocol';

/** What is known of a call that failed. */
export type Failure = Omit<OperationCause, 'service' | 'step' | 'at'>;

/** What a service's answer says of a step. Whatever happens on the way to it is one of these. */
export type StepAnswer =
  /** In force. */
  | { type: 'applied'; body: Record<string, unknown> }
  /** Refused for good; nothing happened. */
  | { type: 'refused'; problem: ProblemBody; failure?: Failure }
  /** Refused for good, because the user is gone. */
  | { type: 'gone'; problem: ProblemBody; failure?: Failure }
  /** Closed before it was applied: nothing happened and nothing will. */
  | { type: 'sealed' }
  /** The service has seen a newer claim: this one is no longer ours. */
  | { type: 'stale' }
  /** Nothing is known: it may have been applied, or may yet be. */
  | { type: 'unknown'; problem: ProblemBody; retryAfterMs: number | null; failure?: Failure }
  /** The service does not know this call at all: trying again will not change that. */
  | { type: 'unserved'; reason: string; failure?: Failure };

/** How an operation ends. */
export type EndOutcome =
  | { type: 'succeeded'; answers: Answers }
  | { type: 'failed' | 'rejected'; problem: ProblemBody }
  | { type: 'cancelled' };

/** How a run of an operation ends. */
export type Outcome =
  | EndOutcome
  | { type: 'retry'; problem: ProblemBody; retryAfterMs: number | null }
  /** Somebody else has the operation: nothing is written. */
  | { type: 'lost' }
  /** What was applied can be neither completed nor taken back. */
  | { type: 'stuck'; reason: string };

/** The answers of the steps that are in force, by the step's name. */
export type Answers = Readonly<Record<string, Record<string, unknown>>>;
