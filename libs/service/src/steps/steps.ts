import { Injectable, Logger } from '@nestjs/common';
import { problemBody, type ProblemCode } from '@turnpike/protocol';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import { isOlder } from '../protocol/fence.js';
import { impossible, lineOf, refusedBecause, refusedData } from './impossible.js';
import {
  type FenceRow,
  forgetUndone,
  lockAndLook,
  lockUser,
  record,
  RecordedAnswer,
  remembered,
  setTombstone,
  type StepCall,
  undoEffect,
} from './inbox.js';
import { eventOfStep, reportChange } from './outbox.js';
import { Problem } from '../problems/problem.js';
import type { Transaction } from '../database/transaction.js';

/*
 * Inbox, fence and tombstone: how a service keeps its half of the promise.
 *
 * Every step, settle and undo is one transaction. It locks the user's fence row (making it if absent) and
 * then, in new statements, looks at inbox, fence and tombstone, in this order, before it acts. The order is
 * load-bearing: a remembered answer is returned even to a caller whose fence is old or whose user is gone,
 * and a statement that both locks and reads would see the past.
 *
 * Every answer that ends a step is committed with the fence, refusals too (the effect alone is rolled back, to
 * a savepoint). What the database refuses by a constraint or a value is such a refusal: the same effect breaks the same
 * constraint at every attempt. A constraint that is checked at the commit takes the whole transaction with it, so that
 * refusal is recorded in another one. If the process dies before the commit nothing has happened, and the caller sends it again.
 *
 * What comes before the effect goes to the database in one packet, and what comes after it in another, the begin and
 * the commit with them: sent one by one they were most of what a step cost.
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
   * What it means for the step that its user is gone. It forbids most of them; deletion, restore, purge and what follows
   * the user are carried out all the same.
   */
  tombstone?: 'forbids' | 'ignored';
}

@Injectable()
export class Steps {
  private readonly logger = new Logger(Steps.name);

  constructor(private readonly database: Database) {}

  /** Carries a step out once. @throws Problem `stale-fence`, unrecorded, when a newer claim was seen. */
  async apply(
    call: StepCall,
    effect: Effect,
    { tombstone = 'forbids' }: StepOptions = {},
  ): Promise<RecordedAnswer> {
    try {
      return await this.once(call, async (tx, fence) => {
        if (fence.tombstoned && tombstone === 'forbids') return refuse(tx, call, 'user-deleted');
        return this.attempt(tx, call, effect);
      });
    } catch (error) {
      // Refused by what is checked at the commit, or by the row of the answer: nothing of it is there any more.
      return this.once(call, (tx) => record(tx, call, this.impossible(call, error)));
    }
  }

  /** @returns the step's first answer, or seals its key, so that a call that is still under way can do nothing. */
  settle(call: StepCall): Promise<RecordedAnswer> {
    return this.once(call, (tx) => refuse(tx, call, 'step-sealed'));
  }

  /**
   * Takes a step back, whose success must be on record. It has a key of its own and ignores the tombstone. Its
   * refusal is not recorded: an operator mends what stands in the way, and then the undo must be possible. What the
   * step answered goes with it: of a registration that is undone no purge would ever come to take the name.
   * @param call with the undo's key
   * @param stepKey the key of the step that it takes back
   * @throws Problem `undo-refused`
   */
  undo(call: StepCall, stepKey: string, effect: UndoEffect): Promise<RecordedAnswer> {
    return this.once(call, async (tx) => {
      const step = await remembered(tx, stepKey);
      if (!step || step.status >= 300) throw new Problem('undo-refused', 'It is on no record as applied.');
      const applied = await effect(tx.entities, step.before);
      await forgetUndone(tx, stepKey);
      return recordApplied(tx, call, applied);
    }).catch((error: unknown) => this.refuseUndo(call, error));
  }

  private refuseUndo(call: StepCall, error: unknown): never {
    const refused = refusedData(error);
    if (refused) {
      this.logger.error(lineOf(call, refused));
      throw new Problem('undo-refused', refusedBecause(refused));
    }
    if (!isRefusal(error) || UNDO_PASSES.has(error.code)) throw error;
    throw new Problem('undo-refused', error.body.detail ?? error.body.title);
  }

  /**
   * Carries out a change that begins in this service, beside the lane. It has no place there, so there is no fence to
   * compare and no answer to remember; but it holds the user's row first, as every step does, so that no step sees
   * half of it, and its event comes in its order among those of the steps.
   * @param reportedAs the step whose event tells of it
   */
  beside(userId: string, reportedAs: string, effect: BesideEffect): Promise<void> {
    return this.database.statements(async (tx) => {
      await lockUser(tx, userId);
      const applied = await effect(tx.entities);
      if (!applied) return;
      if (applied.tombstone) await setTombstone(tx, userId, applied.tombstone);
      await reportChange(tx, userId, reportedAs);
    });
  }

  /** Carries the effect out, or records why not. */
  private async attempt(tx: Transaction, call: StepCall, effect: Effect): Promise<RecordedAnswer> {
    let applied: Applied;
    try {
      applied = await effect(tx.entities);
    } catch (error) {
      const refusal = isRefusal(error)
        ? new RecordedAnswer(error.body.status, error.body)
        : this.impossible(call, error);
      await undoEffect(tx);
      return record(tx, call, refusal);
    }
    return recordApplied(tx, call, applied);
  }

  /** @throws the error, where it is not one that comes at every attempt */
  private impossible(call: StepCall, error: unknown): RecordedAnswer {
    const refused = refusedData(error);
    if (!refused) throw error;
    this.logger.error(lineOf(call, refused));
    return impossible(refused);
  }

  /** Lock; then, in new statements, inbox and fence; then `act`. */
  private once(
    call: StepCall,
    act: (tx: Transaction, fence: FenceRow) => Promise<RecordedAnswer>,
  ): Promise<RecordedAnswer> {
    return this.database.statements(async (tx) => {
      const { fence, answer } = await lockAndLook(tx, call);
      if (answer) return new RecordedAnswer(answer.status, answer.body);
      if (isOlder(call.fence, fence)) {
        throw new Problem('stale-fence', `fence ${fence.seq}.${fence.epoch} has been seen`);
      }
      return act(tx, fence);
    });
  }
}

function recordApplied(
  tx: Transaction,
  call: StepCall,
  { body, before, tombstone }: Applied,
): Promise<RecordedAnswer> {
  const event = eventOfStep(call.key);
  return record(tx, call, new RecordedAnswer(200, body), { before, tombstone, event });
}

function refuse(tx: Transaction, call: StepCall, code: ProblemCode): Promise<RecordedAnswer> {
  const body = problemBody(code);
  return record(tx, call, new RecordedAnswer(body.status, body));
}

/** What an undo is refused with that is not about its effect. */
const UNDO_PASSES: ReadonlySet<ProblemCode> = new Set(['undo-refused', 'stale-fence']);

/** 429 and what is above 499 say nothing about the step; any other problem of an effect is its final answer. */
function isRefusal(error: unknown): error is Problem {
  return error instanceof Problem && error.body.status < 500 && error.body.status !== 429;
}
