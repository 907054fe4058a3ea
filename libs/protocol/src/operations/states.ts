/*
 * What becomes of writes. Nothing is imported here: browsers read this file too.
 */

/** The states of an operation; libs/engine/src/ledger/states.ts has the transitions between them. */
export const OPERATION_STATES = [
  'queued',
  'running',
  'retrying',
  'succeeded',
  'failed',
  'cancelled',
  'rejected',
] as const;
export type OperationState = (typeof OPERATION_STATES)[number];

/** What is known of a step: not sent or not answered, in force, refused by the service, closed unsent, taken back. */
export const STEP_STATES = ['pending', 'applied', 'refused', 'sealed', 'undone'] as const;
export type StepState = (typeof STEP_STATES)[number];

/** Why a write has to wait: its turn, a retry of its own, or an operator. */
export const WAITING_REASONS = ['turn', 'retry', 'paused', 'halted', 'breaker'] as const;
export type WaitingReason = (typeof WAITING_REASONS)[number];
