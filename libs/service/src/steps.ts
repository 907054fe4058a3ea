import { Injectable } from '@nestjs/common';
import { problemBody } from '@turnpike/contracts';
import type { EntityManager } from 'typeorm';
import { Database } from './database.js';
import { type Fence, isOlder } from './fence.js';
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

/** One call of the gateway for one step, as its headers say. */
export interface StepCall {
  /** `{operationId}/{step}`, or that with `/undo`. */
  key: string;
  /** Whose lane it belongs to. */
  userId: string;
  fence: Fence;
}

/** A final answer: it was committed, and will be given again to whoever asks with its key. */
export class RecordedAnswer {
  constructor(
    readonly status: number,
    readonly body: unknown,
  ) {}
}

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

export interface StepOptions {
  /** Deletion and restore: they are carried out for a user who is gone. */
  ignoresTombstone?: boolean;
}

interface FenceRow extends Fence {
  tombstoned: boolean;
}

interface InboxRow {
  status: number;
  body: unknown;
  before: unknown;
}

/** How long an answer is remembered at least. It is forgotten only below the fence, where nobody can repeat it. */
const REMEMBER_AT_LEAST = '1 day';

@Injectable()
export class Steps {
  constructor(private readonly database: Database) {}

  /** Carries a step out once. @throws Problem `stale-fence`, unrecorded, when a newer claim was seen. */
  apply(call: StepCall, effect: Effect, options: StepOptions = {}): Promise<RecordedAnswer> {
    return this.once(call, async (tx, fence) => {
      if (fence.tombstoned && !options.ignoresTombstone) {
        return record(tx, call, new RecordedAnswer(410, problemBody('user-deleted')));
      }
      return attempt(tx, call, effect);
    });
  }

  /** @returns the step's first answer, or seals its key, so that a call that is still under way can do nothing. */
  settle(call: StepCall): Promise<RecordedAnswer> {
    return this.once(call, (tx) => record(tx, call, new RecordedAnswer(409, problemBody('step-sealed'))));
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
      if (call.fence.seq > fence.seq) await forget(tx, call);
      return act(tx, fence);
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

/** The effect in a savepoint of its own, so that a refusal undoes it and can be recorded all the same. */
async function carryOut(tx: EntityManager, call: StepCall, effect: Effect): Promise<RecordedAnswer> {
  const applied = await tx.transaction(effect);
  if (applied.tombstone) await setTombstone(tx, call.userId, applied.tombstone);
  return record(tx, call, new RecordedAnswer(200, applied.body), applied.before);
}

/** 429 and what is above 499 say nothing about the step; any other problem of an effect is its final answer. */
function isRefusal(error: unknown): error is Problem {
  return error instanceof Problem && error.body.status < 500 && error.body.status !== 429;
}

async function lockFence(tx: EntityManager, userId: string): Promise<FenceRow> {
  await tx.query('insert into fences (user_id) values ($1) on conflict do nothing', [userId]);
  const rows = await tx.query<FenceRow[]>(
    'select seq, epoch, tombstoned_at is not null as tombstoned from fences where user_id = $1 for update',
    [userId],
  );
  return rows[0]!;
}

async function remembered(tx: EntityManager, key: string): Promise<InboxRow | undefined> {
  const rows = await tx.query<InboxRow[]>('select status, body, before from inbox where key = $1', [key]);
  return rows[0];
}

/** Commits the answer together with the fence. */
async function record(
  tx: EntityManager,
  { key, userId, fence }: StepCall,
  answer: RecordedAnswer,
  before?: unknown,
): Promise<RecordedAnswer> {
  await tx.query(
    'insert into inbox (key, user_id, seq, status, body, before) values ($1, $2, $3, $4, $5, $6)',
    [key, userId, fence.seq, answer.status, json(answer.body), json(before)],
  );
  await tx.query('update fences set seq = $2, epoch = $3 where user_id = $1', [
    userId,
    fence.seq,
    fence.epoch,
  ]);
  return answer;
}

async function setTombstone(tx: EntityManager, userId: string, tombstone: 'set' | 'clear'): Promise<void> {
  const at = tombstone === 'set' ? 'now()' : 'null';
  await tx.query(`update fences set tombstoned_at = ${at} where user_id = $1`, [userId]);
}

async function forget(tx: EntityManager, { userId, fence }: StepCall): Promise<void> {
  await tx.query('delete from inbox where user_id = $1 and seq < $2 and answered_at < now() - $3::interval', [
    userId,
    fence.seq,
    REMEMBER_AT_LEAST,
  ]);
}

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
