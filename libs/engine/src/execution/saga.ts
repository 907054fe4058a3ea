import { type OperationCause, type ProblemBody, type StepState, problemBody } from '@turnpike/protocol';
import type { StepOutcome } from '../ledger/statements/claim.js';
import { observeStep } from './metrics.js';
import type { Answers, Outcome, StepAnswer } from '../definitions/outcome.js';

/*
 * One run of an operation over its services, step by step.
 *
 * A run remembers nothing of the one before it: it sends every step again and gets the first answers from the
 * services' inboxes. Before an operation ends as not applied, each of its steps is refused, sealed or undone,
 * also those that were never sent; nothing is undone before every later step is refused or sealed, because a
 * call may still be on the wire.
 *
 * The first step that cannot be undone is the decision. Until it is in force the operation can be given up; from then
 * on there is no way but forward, and the steps that come after it never refuse.
 */

/** The calls that a run makes; each answers whatever happens. What is known of the step has the numbers of its keys. */
export interface Calls {
  apply(step: string, answers: Answers, known: StepOutcome): Promise<StepAnswer>;
  settle(step: string, known: StepOutcome): Promise<StepAnswer>;
  undo(step: string, known: StepOutcome): Promise<StepAnswer>;
  settleUndo(step: string, known: StepOutcome): Promise<StepAnswer>;
}

/** Why a run closes its steps instead of carrying them out. */
export type AbortReason =
  { type: 'deadline' | 'poison' | 'no-longer'; problem: ProblemBody } | { type: 'cancel' };

type Ending = Extract<Outcome, { type: 'failed' | 'rejected' | 'cancelled' }>;

export class Saga {
  private readonly steps: readonly string[];
  private readonly outcomes: Map<string, StepOutcome>;
  private readonly answers: Record<string, Record<string, unknown>> = {};
  private failed: OperationCause | null = null;

  /**
   * @param known the steps in order, as the ledger has them
   * @param isUndoable whether that step can be taken back, by its declaration
   */
  constructor(
    known: readonly StepOutcome[],
    private readonly calls: Calls,
    private readonly isUndoable: (step: string) => boolean,
  ) {
    this.steps = known.map(({ name }) => name);
    this.outcomes = new Map(known.map((step) => [step.name, { ...step }]));
  }

  /** What is known of the steps now. */
  get stepOutcomes(): StepOutcome[] {
    return [...this.outcomes.values()];
  }

  /** Why the last attempt of this run failed; null where none has, or none was made. */
  get cause(): OperationCause | null {
    return this.failed;
  }

  /** Carries the steps out in order. */
  async forward(): Promise<Outcome> {
    const decision = this.decision();
    for (const [index, step] of this.steps.entries()) {
      const stopped = await this.closeUndo(step);
      if (stopped) return stopped;
      const answer = await this.call(step, (known) => this.calls.apply(step, this.answers, known));
      if (answer.type !== 'applied' && index > decision && IS_RECORDED[answer.type])
        return this.broken(index);
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
        case 'unserved':
          return { type: 'stuck', reason: answer.reason };
      }
    }
    return { type: 'succeeded', answers: this.answers };
  }

  /** Ends an operation of which no step was ever sent. */
  refuse(problem: ProblemBody): Promise<Outcome> {
    return this.undoBefore(0, { type: 'rejected', problem });
  }

  /**
   * Closes every step up to the decision, last first; what comes after that was never sent. If the decision is in force
   * after all, the operation goes forward.
   */
  async abort(reason: AbortReason): Promise<Outcome> {
    let ending = endingOf(reason);
    const decision = this.decision();
    for (const step of this.steps.slice(0, decision + 1).toReversed()) {
      const stopped = await this.closeUndo(step);
      if (stopped) return stopped;
      const answer = await this.call(step, (known) => this.calls.settle(step, known), SETTLING);
      if (answer.type === 'unknown') return retry(answer);
      if (answer.type === 'unserved') return { type: 'stuck', reason: answer.reason };
      if (answer.type === 'stale') return { type: 'lost' };
      if (answer.type === 'gone') ending = { type: 'rejected', problem: answer.problem };
      if (answer.type === 'refused') ending = { type: 'failed', problem: answer.problem };
    }
    if (this.stateOf(this.steps[decision]) === 'applied') return this.goForward(decision, reason);
    return this.undoBefore(decision + 1, ending);
  }

  /**
   * Ends an operation whose one service has seen a later one while no step of it is known to be in force: that service
   * looks for an answer before it compares fences, so it has given none, and refuses whatever call is still under way.
   */
  closeBelowFence(reason: AbortReason): Outcome {
    this.sealUnsent(0);
    return endingOf(reason);
  }

  /** What killed every process that began it would kill the next one, too. */
  private async goForward(decision: number, reason: AbortReason): Promise<Outcome> {
    if (decision === this.steps.length - 1) return { type: 'succeeded', answers: this.answers };
    if (reason.type !== 'poison') return this.forward();
    return {
      type: 'stuck',
      reason: `${this.steps[decision]} is final, and every process that began what follows it died`,
    };
  }

  /**
   * Where an operator has the operation carried out again: closes the undo of a step that is taken for one in force,
   * for nothing may be built on what a late call takes back. A step that turns out to be undone is sent again. A run
   * that gives the operation up does so, too: an earlier one may have died after it had sent the step under its new key,
   * and each comes to the same keys.
   * @returns the end of this run, or null where it goes on
   */
  private async closeUndo(step: string): Promise<Outcome | null> {
    const known = this.outcomes.get(step)!;
    if (known.reopened && this.isUndoable(step)) {
      const answer = await this.calls.settleUndo(step, known);
      if (answer.type === 'unknown') return retry(answer);
      if (answer.type === 'unserved') return { type: 'stuck', reason: answer.reason };
      if (answer.type === 'stale') return { type: 'lost' };
      if (answer.type === 'applied') sendAnew(known);
      else known.undoGeneration = (known.undoGeneration ?? 1) + 1;
    }
    delete known.reopened;
    return null;
  }

  /**
   * Takes back what is in force before that step, last first, then ends. Later steps than a refused one were
   * never sent: no run goes past a step that is not applied.
   */
  private async undoBefore(index: number, ending: Ending): Promise<Outcome> {
    this.sealUnsent(index);
    for (const step of this.steps.slice(0, index).toReversed()) {
      if (this.stateOf(step) !== 'applied') continue;
      const answer = await this.calls.undo(step, this.outcomes.get(step)!);
      switch (answer.type) {
        case 'applied':
          this.note(step, 'undone');
          break;
        case 'stale':
          return { type: 'lost' };
        case 'unknown':
          return retry(answer);
        case 'unserved':
          return { type: 'stuck', reason: answer.reason };
        case 'refused':
        case 'gone':
        case 'sealed':
          return { type: 'stuck', reason: stuckAt(step, answer) };
      }
    }
    return ending;
  }

  /** No plan has a step behind its decision that may refuse: a service that refuses one does not keep to its word. */
  private broken(index: number): Outcome {
    const [step, decision] = [this.steps[index]!, this.steps[this.decision()]!];
    return {
      type: 'stuck',
      reason: `${step} was refused, which it never is by its declaration: ${decision} is in force, and nothing leads back`,
    };
  }

  /** @returns where the step is after which an operation cannot be given up: the first that is final, or the last */
  private decision(): number {
    const first = this.steps.findIndex((step) => !this.isUndoable(step));
    return first === -1 ? this.steps.length - 1 : first;
  }

  private sealUnsent(from: number): void {
    for (const step of this.steps.slice(from)) {
      if (this.stateOf(step) === 'pending') this.note(step, 'sealed');
    }
  }

  private async call(
    step: string,
    send: (known: StepOutcome) => Promise<StepAnswer>,
    { settles }: { settles: boolean } = CARRYING_OUT,
  ): Promise<StepAnswer> {
    const outcome = this.outcomes.get(step)!;
    const begun = performance.now();
    const answer = await send(outcome);
    if (!wasHeldBack(answer)) outcome.attempts += 1;
    const ms = performance.now() - begun;
    observeStep(outcome.service, step, answer, ms);
    outcome.ms = Math.round(ms);
    if (answer.type === 'applied') this.answers[step] = answer.body;
    const state = STATE_AFTER[answer.type];
    if (state) outcome.state = state;
    // A question that is not answered, or finds nothing, says nothing of why the step failed.
    if (!settles || answer.type === 'refused' || answer.type === 'gone') this.noteFailure(outcome, answer);
    return answer;
  }

  private noteFailure(outcome: StepOutcome, answer: StepAnswer): void {
    outcome.problem = 'problem' in answer ? answer.problem.code : undefined;
    const failure = 'failure' in answer ? answer.failure : undefined;
    if (!failure) return;
    const { service, name: step } = outcome;
    this.failed = { service, step, ...failure, at: new Date().toISOString() };
  }

  private stateOf(step: string | undefined): StepState | undefined {
    return step === undefined ? undefined : this.outcomes.get(step)?.state;
  }

  private note(step: string, state: StepState): void {
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
  unserved: null,
};

/** Answers that a service gives for ever, and that mean that the step is not in force. */
const IS_RECORDED: Readonly<Record<Exclude<StepAnswer['type'], 'applied'>, boolean>> = {
  ...{ refused: true, gone: true, sealed: true },
  ...{ stale: false, unknown: false, unserved: false },
};

/** Behind an open breaker nothing was sent. */
function wasHeldBack(answer: StepAnswer): boolean {
  return answer.type === 'unknown' && answer.problem['breaker'] !== undefined;
}

function endingOf(reason: AbortReason): Ending {
  if (reason.type === 'cancel') return { type: 'cancelled' };
  return { type: reason.type === 'no-longer' ? 'rejected' : 'failed', problem: reason.problem };
}

const CARRYING_OUT = { settles: false };
const SETTLING = { settles: true };

/** Its service answers the key of before for ever as it did first. */
function sendAnew(step: StepOutcome): void {
  step.state = 'pending';
  step.generation = (step.generation ?? 1) + 1;
  delete step.undoGeneration;
}

function stuckAt(step: string, answer: StepAnswer): string {
  const why = 'problem' in answer ? answer.problem.detail : undefined;
  return `${step} cannot be undone${why ? `: ${why}` : ''}`;
}

function retry({ problem, retryAfterMs }: Extract<StepAnswer, { type: 'unknown' }>): Outcome {
  return { type: 'retry', problem, retryAfterMs };
}
