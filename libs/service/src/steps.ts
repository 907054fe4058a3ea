import { Injectable } from '@nestjs/common';
import { problemBody, type ProblemCode, type StepName } from '@turnpike/contracts';
import type { EntityManager } from 'typeorm';
import { Database } from './database.js';
import { isOlder } from './fence.js';
import {
  type FenceRow,
  forgetOld,
  lockFence,
  record,
  RecordedAnswer,
  remembered,
  setTombstone,
  type StepCall,
} from './inbox.js';
import { reportChange, reportStep } from './outbox.js';
import { Problem } from './problem.js';

/*
 * Inbox, fence and tombstone: how a service keeps its half of the promise.
 *
 * Every step, settle and undo is one transaction. It locks the user's fence row (making it if absent) and
 * then, in new statements, looks at inbox, fence and tombstone, in this order, before it acts. The order is
 * load-bearing: a remembered answer is returned even to a caller whose fence is old or whose user is gone,
 * and a statement that both locks and reads would see the past.
 *
 * Every answer that ends a step is committed with the fence, refusals too (the effect alone is rolled back, to
 * a savepoint). If the process dies before the commit nothing has happened, and the caller sends it again.
 */

/** What an effect did. */
export interface Applied {
  /** The answer of the step. */
  body: unknown;
  /** What its undo needs to know. */
  before?: unknown;
  /** Whether the user's tombstone is set or taken away with it. */
  tombstone?: 'set' | 'clear';
}

/** Runs in the step's transaction; a Problem below 500 that it throws is the step's final refusal. */
export type Effect = (tx: EntityManager) => Promise<Applied>;

/** An undo's effect; `before` is what the step's effect had left for it. */
export type UndoEffect = (tx: EntityManager, before: unknown) => Promise<Applied>;

/** A change that begins in the service; null says that there was nothing to do. */
export type BesideEffect = (tx: EntityManager) => Promise<Pick<Applied, 'tombstone'> | null>;

export interface StepOptions {
  /**
   * What it means for the step that its user is gone. It forbids most of them; deletion, restore and what follows
   * the user are carried out all the same; a purge is carried out only then.
   */
  tombstone?: 'forbids' | 'ignored' | 'needed';
}

@Injectable()
export class Steps {
  constructor(private readonly database: Database) {}

  /** Carries a step out once. @throws Problem `stale-fence`, unrecorded, when a newer claim was seen. */
  apply(call: StepCall, effect: Effect, options: StepOptions = {}): Promise<RecordedAnswer> {
    return this.once(call, async (tx, fence) => {
      const refusal = refusalByTombstone(fence, options);
      if (refusal) return refuse(tx, call, refusal);
      return attempt(tx, call, effect);
    });
  }

  /** @returns the step's first answer, or seals its key, so that a call that is still under way can do nothing. */
  settle(call: StepCall): Promise<RecordedAnswer> {
    return this.once(call, (tx) => refuse(tx, call, 'step-sealed'));
  }

  /**
   * Takes a step back, whose success must be on record. It has a key of its own and ignores the tombstone. Its
   * refusal is not recorded: an operator mends what stands in the way, and then the undo must be possible.
   * @param call with the undo's key
   * @param stepKey the key of the step that it takes back
   * @throws Problem `undo-refused`
   */
  undo(call: StepCall, stepKey: string, effect: UndoEffect): Promise<RecordedAnswer> {
    return this.once(call, async (tx) => {
      const step = await remembered(tx, stepKey);
      if (!step || step.status >= 300) throw new Error(`undo of ${stepKey}, which was not applied`);
      return carryOut(tx, call, (inner) => effect(inner, step.before)).catch((error: unknown) => {
        if (!isRefusal(error)) throw error;
        throw new Problem('undo-refused', error.body.detail ?? error.body.title);
      });
    });
  }

  /**
   * Carries out a change that begins in this service, beside the lane. It has no place there, so there is no fence to
   * compare and no answer to remember; but it holds the user's row first, as every step does, so that no step sees
   * half of it, and its event comes in its order among those of the steps.
   * @param reportedAs the step whose event tells of it
   */
  beside(userId: string, reportedAs: StepName, effect: BesideEffect): Promise<void> {
    return this.database.transaction(async (tx) => {
      await lockFence(tx, userId);
      const applied = await effect(tx);
      if (!applied) return;
      if (applied.tombstone) await setTombstone(tx, userId, applied.tombstone);
      await reportChange(tx, userId, reportedAs);
    });
  }

  /** Lock; then, in new statements, inbox and fence; then `act`. */
  private once(
    call: StepCall,
    act: (tx: EntityManager, fence: FenceRow) => Promise<RecordedAnswer>,
  ): Promise<RecordedAnswer> {
    return this.database.transaction(async (tx) => {
      const fence = await lockFence(tx, call.userId);
      const first = await remembered(tx, call.key);
      if (first) return new RecordedAnswer(first.status, first.body);
      if (isOlder(call.fence, fence)) {
        throw new Problem('stale-fence', `fence ${fence.seq}.${fence.epoch} has been seen`);
      }
      const answer = await act(tx, fence);
      // Afterwards: a purge counts what it makes forgotten.
      if (call.fence.seq > fence.seq) await forgetOld(tx, call);
      return answer;
    });
  }
}

/** Carries the effect out, or records why not. */
async function attempt(tx: EntityManager, call: StepCall, effect: Effect): Promise<RecordedAnswer> {
  try {
    return await carryOut(tx, call, effect);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return record(tx, call, new RecordedAnswer(error.body.status, error.body));
  }
}

function refuse(tx: EntityManager, call: StepCall, code: ProblemCode): Promise<RecordedAnswer> {
  const body = problemBody(code);
  return record(tx, call, new RecordedAnswer(body.status, body));
}

/** @returns why the step is refused before its effect, or null */
function refusalByTombstone(
  { tombstoned }: FenceRow,
  { tombstone = 'forbids' }: StepOptions,
): ProblemCode | null {
  switch (tombstone) {
    case 'forbids':
      return tombstoned ? 'user-deleted' : null;
    case 'needed':
      return tombstoned ? null : 'user-not-deleted';
    case 'ignored':
      return null;
  }
}

/** The effect in a savepoint of its own, so that a refusal undoes it and can be recorded all the same. */
async function carryOut(tx: EntityManager, call: StepCall, effect: Effect): Promise<RecordedAnswer> {
  const applied = await tx.transaction(effect);
  if (applied.tombstone) await setTombstone(tx, call.userId, applied.tombstone);
  await reportStep(tx, call);
  return record(tx, call, new RecordedAnswer(200, applied.body), applied.before);
}

/** 429 and what is above 499 say nothing about the step; any other problem of an effect is its final answer. */
function isRefusal(error: unknown): error is Problem {
  return error instanceof Problem && error.body.status < 500 && error.body.status !== 429;
}
