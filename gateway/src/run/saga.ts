import type { ProblemBody, StepName, StepState } from '@turnpike/contracts';
import { problemBody, STEPS } from '@turnpike/contracts';
import type { StepOutcome } from '../ledger/claim-statements.js';
import { observeStep } from './metrics.js';
import type { Answers, Outcome, StepAnswer } from './outcome.js';

/*
 * One run of an operation over its services, step by step.
 *
 * A run remembers nothing of the one before it: it sends every step again and gets the first answers from the
 * services' inboxes. Before an operation ends as not applied, each of its steps is refused, sealed or undone,
 * also those that were never sent; nothing is undone before every later step is refused or sealed, because a
 * call may still be on the wire.
 */

/** The calls that a run makes; each answers whatever happens. */
export interface Calls {
  apply(step: StepName, answers: Answers): Promise<StepAnswer>;
  settle(step: StepName): Promise<StepAnswer>;
  undo(step: StepName): Promise<StepAnswer>;
}

/** Why a run closes its steps instead of carrying them out. */
export type AbortReason =
  { type: 'deadline'; problem: ProblemBody } | { type: 'poison'; problem: ProblemBody } | { type: 'cancel' };

type Ending = Extract<Outcome, { type: 'failed' | 'rejected' | 'cancelled' }>;

export class Saga {
  private readonly outcomes: Map<StepName, StepOutcome>;
  private readonly answers: Record<string, Record<string, unknown>> = {};

  /** @param known the steps in order, as the ledger has them */
  constructor(
    private readonly steps: readonly StepName[],
    known: readonly StepOutcome[],
    private readonly calls: Calls,
  ) {
    this.outcomes = new Map(known.map((step) => [step.name, { ...step }]));
  }

  /** What is known of the steps now. */
  get stepOutcomes(): StepOutcome[] {
    return [...this.outcomes.values()];
  }

  /** Carries the steps out in order. */
  async forward(): Promise<Outcome> {
    for (const [index, step] of this.steps.entries()) {
      const answer = await this.call(step, () => this.calls.apply(step, this.answers));
      switch (answer.type) {
        case 'applied':
          break;
        case 'refused':
          return this.undoBefore(index, { type: 'failed', problem: answer.problem });
        case 'gone':
          return this.undoBefore(index, { type: 'rejected', problem: answer.problem });
        case 'sealed':
          // An earlier run had begun to give it up, and died; which end it meant is not known any more.
          return this.undoBefore(index, { type: 'failed', problem: problemBody('deadline-exceeded') });
        case 'stale':
          return { type: 'lost' };
        case 'unknown':
          return retry(answer);
      }
    }
    return { type: 'succeeded', answers: this.answers };
  }

  /** Closes every step, last first; if the last was applied after all the operation succeeded. */
  async abort(reason: AbortReason): Promise<Outcome> {
    let ending: Ending =
      reason.type === 'cancel' ? { type: 'cancelled' } : { type: 'failed', problem: reason.problem };
    for (const step of this.steps.toReversed()) {
      const answer = await this.call(step, () => this.calls.settle(step));
      if (answer.type === 'unknown') return retry(answer);
      if (answer.type === 'stale') return { type: 'lost' };
      if (answer.type === 'gone') ending = { type: 'rejected', problem: answer.problem };
      if (answer.type === 'refused') ending = { type: 'failed', problem: answer.problem };
    }
    if (this.stateOf(this.steps.at(-1)) === 'applied') return { type: 'succeeded', answers: this.answers };
    return this.undoBefore(this.steps.length, ending);
  }

  /**
   * Takes back what is in force before that step, last first, then ends. Later steps than a refused one were
   * never sent: no run goes past a step that is not applied.
   */
  private async undoBefore(index: number, ending: Ending): Promise<Outcome> {
    this.sealUnsent(index);
    for (const step of this.steps.slice(0, index).toReversed()) {
      if (this.stateOf(step) !== 'applied') continue;
      if (!STEPS[step].undo) return { type: 'stuck', reason: `${step} is final and cannot be undone` };
      const answer = await this.calls.undo(step);
      switch (answer.type) {
        case 'applied':
          this.note(step, 'undone');
          break;
        case 'stale':
          return { type: 'lost' };
        case 'unknown':
          return retry(answer);
        case 'refused':
        case 'gone':
        case 'sealed':
          return { type: 'stuck', reason: stuckAt(step, answer) };
      }
    }
    return ending;
  }

  private sealUnsent(from: number): void {
    for (const step of this.steps.slice(from)) {
      if (this.stateOf(step) === 'pending') this.note(step, 'sealed');
    }
  }

  private async call(step: StepName, send: () => Promise<StepAnswer>): Promise<StepAnswer> {
    const outcome = this.outcomes.get(step)!;
    outcome.attempts += 1;
    const begun = performance.now();
    const answer = await send();
    const ms = performance.now() - begun;
    observeStep(outcome.service, step, answer, ms);
    outcome.ms = Math.round(ms);
    outcome.problem = 'problem' in answer ? answer.problem.code : undefined;
    if (answer.type === 'applied') this.answers[step] = answer.body;
    const state = STATE_AFTER[answer.type];
    if (state) outcome.state = state;
    return answer;
  }

  private stateOf(step: StepName | undefined): StepState | undefined {
    return step && this.outcomes.get(step)?.state;
  }

  private note(step: StepName, state: StepState): void {
    this.outcomes.get(step)!.state = state;
  }
}

/** What an answer says of a step's state; a stale or an unknown one says nothing. */
const STATE_AFTER: Readonly<Record<StepAnswer['type'], StepState | null>> = {
  applied: 'applied',
  refused: 'refused',
  gone: 'refused',
  sealed: 'sealed',
  stale: null,
  unknown: null,
};

function stuckAt(step: StepName, answer: StepAnswer): string {
  const why = 'problem' in answer ? answer.problem.detail : undefined;
  return `${step} cannot be undone${why ? `: ${why}` : ''}`;
}

function retry({ problem, retryAfterMs }: Extract<StepAnswer, { type: 'unknown' }>): Outcome {
  return { type: 'retry', problem, retryAfterMs };
}
