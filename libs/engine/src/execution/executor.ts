import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Injectable, Logger } from '@nestjs/common';
import type { Span } from '@opentelemetry/api';
import { isOfSystem, type OperationCause, problemBody, stepKey, undoKey } from '@turnpike/protocol';
import {
  contextIn,
  failWith,
  inSpan,
  linksToActive,
  problemOf,
  type SpanDescription,
  traceIdIn,
} from '@turnpike/service';
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { GatewayConfig } from '../config.js';
import { NO_LONGER } from '../ledger/actor-standings.js';
import { Ledger } from '../ledger/ledger.js';
import type { Ending, Finished } from '../ledger/completion-batches.js';
import type { ClaimedRow, ClaimKey, ClaimTerms, StepOutcome } from '../ledger/statements/claim.js';
import type { Release } from '../ledger/statements/enqueue.js';
import {
  abortReasonOf,
  deadlineExceeded,
  noLonger,
  POISON_AFTER_CRASHES,
  USER_GONE,
  userGone,
} from './abort-reason.js';
import { Authority, mayHaveBegun } from './authority.js';
import { backoffMs } from './backoff.js';
import { causeOf, lineOf, type Obstacle, problemOf as problemOfObstacle } from './beside.js';
import { Leases } from './leases.js';
import { observeRun } from './metrics.js';
import type { PlannedOperation } from '../definitions/plan.js';
import { Catalogue } from '../definitions/catalogue.js';
import { followOnsOf } from '../definitions/follow-ons.js';
import type { OperationEnd } from '../definitions/operation.js';
import { withCounts } from '../definitions/relation-counts.js';
import type { Answers, EndOutcome, Outcome, StepAnswer } from '../definitions/outcome.js';
import { type AbortReason, type Calls, Saga } from './saga.js';
import { Services, type StepContext } from './service-client.js';
import { tellEnd } from './told.js';

/*
 * Carries operations out: claim, steps, outcome. The outcome of one and the claim of the next in its lane are one
 * transaction, so that a lane which is at work goes over the queue only now and then.
 *
 * It relies on the ledger for who may run it (the claim and its epoch) and on the services' inboxes and fences
 * for what happens when it is wrong about that. If this process dies half-way, the lease expires and another
 * claim replays the steps. It never throws for what happens to the operation: that is an Outcome.
 */

/**
 * Milliseconds that a lane goes on before its next write is queued again, behind those of other lanes: long beside the
 * few that the queue takes, and short for whoever waits until one of so many lanes as run at a time makes room.
 */
const TURN_MS = 250;

/**
 * An outcome is written down again while the ledger is away and the lease may hold: a lane whose outcome is given up
 * waits until that is over. What was written although the answer was lost is not written twice, since its claim no
 * longer holds then. After so many attempts even the longest usual lease is over.
 */
const conclusion = retry(
  handleWhen((error) => problemOf(error).code === 'unavailable'),
  { maxAttempts: 50, backoff: new ExponentialBackoff({ initialDelay: 50, maxDelay: 500 }) },
).dangerouslyUnref();

/** Outcomes that leave the operation without an end. */
const FAILED_RUNS: ReadonlySet<Outcome['type']> = new Set(['retry', 'lost', 'stuck']);

const NOTHING: Finished = { claimed: null, releases: [] };

@Injectable()
export class Executor {
  /** Under which the ledger knows this process. */
  readonly worker = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`;
  private readonly logger = new Logger(Executor.name);

  constructor(
    private readonly ledger: Ledger,
    private readonly services: Services,
    private readonly leases: Leases,
    private readonly authority: Authority,
    private readonly catalogue: Catalogue,
    private readonly config: GatewayConfig,
  ) {}

  /**
   * Carries the operation out if it may be, and for a while what follows it in its lane.
   * @param stopping whether no further operation may begin
   * @returns what is to be queued next: the last one again, or its successor
   */
  async run(userId: string, operationId: string, stopping: () => boolean = () => false): Promise<Release[]> {
    const turnOver = performance.now() + TURN_MS;
    const terms = this.terms();
    const next = (): ClaimTerms | null => (stopping() || performance.now() >= turnOver ? null : terms);
    let done: Finished = { claimed: await this.ledger.claim(userId, operationId, terms), releases: [] };
    while (done.claimed) {
      const { claimed } = done;
      const isKnown = await this.catalogue.learns(claimed.kind, claimed.steps).catch(() => false);
      done = isKnown ? await this.runClaimed(claimed, next) : await this.leaveToOthers(claimed);
    }
    return done.releases;
  }

  /** Its kind, or a step, came with a manifest that this process cannot read now. */
  private async leaveToOthers({ user_id: userId, id, epoch, kind, steps }: ClaimedRow): Promise<Finished> {
    this.logger.error(
      `${kind} of ${userId} (${id}) is of a kind that no service declares to this process: see GET /v1/ops/services.`,
    );
    const { retryMaxMs: delayMs } = this.config.run;
    const release = await this.ledger.retryLater({
      ...{ key: { userId, id, epoch }, delayMs, steps },
      problem: problemBody('unavailable', 'No service declares this kind of operation.'),
    });
    return { claimed: null, releases: release ? [release] : [] };
  }

  private terms(): ClaimTerms {
    const { leaseMs, deadlineMs } = this.config.run;
    return { worker: this.worker, leaseMs, deadlineMs };
  }

  /** In the trace of its admission, as the ledger has it; the way over the queue is a link. */
  private runClaimed(claimed: ClaimedRow, next: () => ClaimTerms | null): Promise<Finished> {
    return inSpan(running(claimed), (span) => this.runWithin(span, claimed, next));
  }

  private async runWithin(span: Span, claimed: ClaimedRow, next: () => ClaimTerms | null): Promise<Finished> {
    const claim = { userId: claimed.user_id, id: claimed.id, epoch: claimed.epoch };
    const lease = this.leases.hold(claim);
    try {
      const saga = this.sagaOf(claimed, lease.signal);
      const outcome = await this.carryOut(claimed, saga);
      observeRun(claimed.kind, claimed.id, outcome.type);
      this.report(span, claimed, outcome);
      const run = { claimed, outcome, steps: saga.stepOutcomes, cause: saga.cause, next };
      return await conclusion.execute(() => this.conclude(claim, run), lease.signal);
    } finally {
      lease.release();
    }
  }

  /** A run that did not succeed is what somebody will look for; of the others there are as many as writes. */
  private report(
    span: Span,
    { id, kind, attempts, traceparent, request_id: requestId }: ClaimedRow,
    outcome: Outcome,
  ): void {
    const { type } = outcome;
    const problem = 'problem' in outcome ? outcome.problem.code : undefined;
    span.setAttributes({ 'turnpike.outcome': type, 'turnpike.problem': problem });
    if (FAILED_RUNS.has(type)) failWith(span, problem ?? type);
    const ids = { ...traceIdIn(traceparent), ...(requestId && { requestId }) };
    const line = { ...ids, operationId: id, kind, attempts, outcome: type, problem };
    this.logger[type === 'succeeded' ? 'debug' : 'log'](line);
  }

  private async carryOut(claimed: ClaimedRow, saga: Saga): Promise<Outcome> {
    if (isOfSystem(claimed.effect)) return this.carryThrough(claimed, saga);
    const begun = performance.now();
    const reason = abortReasonOf(claimed);
    const outcome = await (reason ? this.giveUp(claimed, saga, reason) : this.goForward(claimed, saga));
    const expired = performance.now() - begun >= claimed.ms_to_deadline;
    const cause = saga.cause ?? claimed.cause;
    return !reason && outcome.type === 'retry' && expired ? saga.abort(deadlineExceeded(cause)) : outcome;
  }

  private async giveUp({ beside }: ClaimedRow, saga: Saga, reason: AbortReason): Promise<Outcome> {
    const outcome = await saga.abort(reason);
    return beside && outcome.type === 'lost' ? saga.closeBelowFence(reason) : outcome;
  }

  /**
   * Where only a role let the actor in, the actor must have it still in each run. Where a step may have been sent, what
   * the role is lost for is closed first, and is carried through only if it cannot be taken back; and it does not wait
   * for whoever knows.
   */
  private async goForward(claimed: ClaimedRow, saga: Saga): Promise<Outcome> {
    if (claimed.follows_id) {
      const stopped = await this.stopWithUser(claimed, saga);
      if (stopped) return stopped;
    }
    const held = await this.authority.toCarryOut(claimed);
    const begun = mayHaveBegun(claimed);
    switch (held) {
      case 'held':
        return saga.forward();
      case 'lost':
        return begun ? this.giveUp(claimed, saga, noLonger()) : saga.refuse(NO_LONGER);
      case 'unknown':
        if (begun) return saga.forward();
        return { type: 'retry', problem: AUTHORITY_UNKNOWN, retryAfterMs: null };
    }
  }

  /**
   * What follows another write may stand behind the deletion of its user, which no admission has kept it from; and its
   * service need not know of that.
   * @returns the end of the run where the user is gone, or nobody can say so; null where it goes on
   */
  private async stopWithUser(claimed: ClaimedRow, saga: Saga): Promise<Outcome | null> {
    const register = await this.ledger.register(claimed).catch(() => undefined);
    if (register === undefined) return { type: 'retry', problem: REGISTER_UNKNOWN, retryAfterMs: null };
    if (register === null || register.register === 'active') return null;
    return mayHaveBegun(claimed) ? this.giveUp(claimed, saga, userGone()) : saga.refuse(USER_GONE);
  }

  /**
   * What the system itself wants is not given up: half an erasure cannot be taken back, and a change that has
   * happened in a service stays to be followed.
   */
  private async carryThrough(claimed: ClaimedRow, saga: Saga): Promise<Outcome> {
    if (claimed.crashes < POISON_AFTER_CRASHES) return this.goForward(claimed, saga);
    return { type: 'stuck', reason: 'Every process that began this write died.' };
  }

  /** Writes the outcome down. A claim that no longer holds writes nothing. */
  private async conclude(claim: ClaimKey, run: Run): Promise<Finished> {
    const { claimed, outcome, steps, cause } = run;
    switch (outcome.type) {
      case 'succeeded':
      case 'failed':
      case 'rejected':
      case 'cancelled':
        return this.finish(claim, { ...this.endingOf(claimed, outcome, steps), cause }, run, outcome);
      case 'retry': {
        const delayMs = backoffMs(claimed.attempts, this.config.run, outcome.retryAfterMs);
        const { problem } = outcome;
        const release = await this.ledger.retryLater({ key: claim, delayMs, problem, steps, cause });
        return release ? { claimed: null, releases: [release] } : NOTHING;
      }
      case 'lost':
        return this.stop(claim, {
          ...run,
          reason: 'A service has seen a newer claim than the ledger knows.',
        });
      case 'stuck':
        return this.stop(claim, { ...run, reason: outcome.reason });
    }
  }

  private async finish(claim: ClaimKey, ending: Ending, run: Run, outcome: EndOutcome): Promise<Finished> {
    const finished = await this.ledger.finish(claim, ending, run.next());
    if (finished) tellEnd(this.catalogue.of(run.claimed.kind), run.claimed, outcome.type);
    if (finished) return finished;
    // Tried again it would come to the same end: only a lost claim, or an operator, gets on from here.
    return this.stop(claim, { ...run, reason: `Its steps contradict the end '${ending.state}'.` });
  }

  /** Does nothing when the claim has been taken over, as it has been almost always when a fence was stale. */
  private stop(claim: ClaimKey, obstacle: Obstacle): Promise<Finished> {
    return obstacle.claimed.beside ? this.putOff(claim, obstacle) : this.halt(claim, obstacle);
  }

  private async halt(claim: ClaimKey, { reason, steps, cause }: Obstacle): Promise<Finished> {
    if (await this.ledger.halt(claim, reason, steps, cause)) {
      this.logger.error(`The lane of ${claim.userId} is halted at ${claim.id}: ${reason}`);
    } else this.tellOfLoss(claim);
    return NOTHING;
  }

  private async putOff(key: ClaimKey, obstacle: Obstacle): Promise<Finished> {
    const { retryMaxMs: delayMs } = this.config.run;
    const { steps } = obstacle;
    const [problem, cause] = [problemOfObstacle(obstacle), causeOf(obstacle)];
    const release = await this.ledger.retryLater({ key, delayMs, problem, steps, cause });
    if (!release) {
      this.tellOfLoss(key);
      return NOTHING;
    }
    this.logger.error(lineOf(obstacle, delayMs));
    return { claimed: null, releases: [release] };
  }

  private tellOfLoss({ id, epoch }: ClaimKey): void {
    this.logger.warn(`The claim ${id}.${epoch} was lost before its outcome.`);
  }

  /** @returns whether the ledger has said what the register has of the user, which the operation knows then */
  private async askRegister(operation: PlannedOperation, claimed: ClaimedRow): Promise<boolean> {
    const register = await this.ledger.register(claimed).catch(() => undefined);
    operation.register = register;
    return register !== undefined;
  }

  private sagaOf(claimed: ClaimedRow, signal: AbortSignal): Saga {
    const operation = plannedOf(claimed);
    const hasUsers = (service: string): boolean => service === this.catalogue.subject.service;
    const context = (known: StepOutcome): StepContext => ({
      ...contextOf(claimed, known, signal),
      hasUsers: hasUsers(known.service),
    });
    const ofUndo = (known: StepOutcome): StepContext => {
      const { key, ...others } = context(known);
      return { ...others, key: undoKey(key, known.undoGeneration) };
    };
    const calls: Calls = {
      apply: async (step, answers, known) => {
        if (step === this.catalogue.subject.confirm && !(await this.askRegister(operation, claimed)))
          return registerUnknown();
        const call = this.catalogue.callOf(step);
        const ifMatch = call.checksVersion ? claimed.if_match : null;
        const body = call.body(operation, answers);
        return this.services.apply(step, body, { ...context(known), ifMatch });
      },
      settle: (_step, known) => this.services.settle(context(known)),
      undo: (step, known) => this.services.undo(step, ofUndo(known)),
      settleUndo: (_step, known) => this.services.settle(ofUndo(known)),
    };
    return new Saga(claimed.steps, calls, (step) => this.catalogue.step(step).undo);
  }

  private endingOf(claimed: ClaimedRow, outcome: EndOutcome, steps: readonly StepOutcome[]): Ending {
    const { effect, reports_deletion: reportsDeletion } = claimed;
    const ending = { effect, reportsDeletion, steps, result: null, problem: null };
    switch (outcome.type) {
      case 'succeeded':
        return { ...ending, state: 'succeeded', ...this.successOf(claimed, outcome.answers, steps) };
      case 'failed':
      case 'rejected':
        return { ...ending, state: outcome.type, problem: outcome.problem };
      case 'cancelled':
        return { ...ending, state: 'cancelled' };
    }
  }

  /** What a success leaves, and what follows it. */
  private successOf(
    claimed: ClaimedRow,
    answers: Answers,
    known: readonly StepOutcome[],
  ): OperationEnd & Pick<Ending, 'followOns' | 'steps'> {
    const { kind, effect } = claimed;
    const end = this.catalogue.endOf(kind, answers);
    const steps = withCounts(known, { kind, effect, answers }, this.catalogue.counting);
    if (this.catalogue.followersOf(kind).length === 0) return { ...end, steps };
    const { payload: input, ...operation } = plannedOf(claimed);
    const succeeded = { operation, input, answers, result: end.result };
    return { ...end, steps, followOns: followOnsOf(this.catalogue, succeeded) };
  }
}

const AUTHORITY_UNKNOWN = problemBody(
  'unavailable',
  'It is not known whether its actor still has the role for it.',
);

const REGISTER_UNKNOWN = problemBody(
  'unavailable',
  'The ledger did not say what the register has of the user.',
);

/** Nothing was sent: the write is tried again. */
function registerUnknown(): StepAnswer {
  return { type: 'unknown', problem: REGISTER_UNKNOWN, retryAfterMs: null };
}

function plannedOf(claimed: ClaimedRow): PlannedOperation {
  return {
    id: claimed.id,
    kind: claimed.kind,
    userId: claimed.user_id,
    actorId: claimed.actor_id,
    seq: claimed.seq,
    target: { type: claimed.target_type, id: claimed.target_id },
    payload: claimed.payload,
  };
}

function running({ id, kind, user_id, seq, epoch, traceparent }: ClaimedRow): () => SpanDescription {
  return () => ({
    name: `run ${kind}`,
    parent: contextIn(traceparent),
    links: linksToActive(),
    attributes: {
      'turnpike.operation.id': id,
      'turnpike.operation.kind': kind,
      'turnpike.lane': user_id,
      'turnpike.seq': seq,
      'turnpike.epoch': epoch,
    },
  });
}

/** A run of an operation that is over. */
interface Run {
  claimed: ClaimedRow;
  outcome: Outcome;
  steps: readonly StepOutcome[];
  cause: OperationCause | null;
  /** The terms of the next claim, asked for at the end. */
  next: () => ClaimTerms | null;
}

function contextOf(
  claimed: ClaimedRow,
  known: StepOutcome,
  signal: AbortSignal,
): Omit<StepContext, 'hasUsers'> {
  return {
    service: known.service,
    key: stepKey(claimed.id, known.name, known.generation),
    userId: claimed.user_id,
    fence: { seq: claimed.seq, epoch: claimed.epoch },
    beside: claimed.beside,
    ifMatch: null,
    traceparent: claimed.traceparent,
    requestId: claimed.request_id,
    signal,
  };
}
