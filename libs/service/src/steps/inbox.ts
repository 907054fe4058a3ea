import type { EntityManager } from 'typeorm';
import type { Fence } from '../protocol/fence.js';
import type { OutboxEvent } from './outbox.js';
import { walkOver } from '../database/retention.js';
import type { Statements, Transaction } from '../database/transaction.js';

/*
 * The rows of Steps: the answers that were given (`inbox`), and how far each user's lane has come (`fences`). What
 * may be asked of them in which order is for Steps to say.
 *
 * A row of `fences` has two: that of the lane, and that of the operations that are carried out beside it, which leave the
 * lane's as it is. Else the undo of an earlier write would be stale after them. A call sees and moves one of the two.
 */

/** One call of the gateway for one step, as its headers say. */
export interface StepCall {
  /** `{operationId}/{step}`, or that with `/undo`. */
  key: string;
  /** Whose lane it belongs to. */
  userId: string;
  fence: Fence;
  /** Whether its operation is carried out beside the lane. */
  beside: boolean;
}

/** A final answer: it was committed, and will be given again to whoever asks with its key. */
export class RecordedAnswer {
  constructor(
    readonly status: number,
    readonly body: unknown,
  ) {}
}

export interface FenceRow extends Fence {
  tombstoned: boolean;
}

interface InboxRow {
  status: number;
  body: unknown;
  before: unknown;
}

/** How long an answer is remembered at least. It is forgotten only below the fence, where nobody can repeat it. */
const REMEMBER_AT_LEAST = '1 day';

/** The savepoint before a step's effect. */
const EFFECT = 'effect';

/** One of the two fences moves; one statement for both, since it has one name. */
const MOVED = `
  seq = case when $11 then seq else $3 end, epoch = case when $11 then epoch else $4 end,
  beside_seq = case when $11 then $3 else beside_seq end, beside_epoch = case when $11 then $4 else beside_epoch end`;

/** What is set is set now; what is neither set nor cleared stays. */
const TOMBSTONE = `tombstoned_at = case $5::text when 'set' then now() when 'clear' then null else tombstoned_at end`;

/** What a service knows of a call before it acts. */
export interface Known {
  fence: FenceRow;
  /** The answer that the call was given before. */
  answer: InboxRow | undefined;
}

/**
 * Locks the user's row to the end of the transaction, making it if absent, and looks then, in a new statement, whether
 * the call was answered before. A savepoint comes with it, for {@link undoEffect}: the three are one round trip.
 */
export async function lockAndLook(tx: Transaction, { userId, key, beside }: StepCall): Promise<Known> {
  const look = (): Promise<[FenceRow | undefined, InboxRow | undefined, unknown]> =>
    Promise.all([lockFence(tx, userId, beside), remembered(tx, key), tx.query(`savepoint ${EFFECT}`)]);
  let [fence, answer] = await look();
  if (!fence) {
    await makeFence(tx, userId);
    [fence, answer] = await look();
  }
  return { fence: fence!, answer };
}

/** Locks the user's row to the end of the transaction, making it if absent. */
export async function lockUser(tx: Transaction, userId: string): Promise<void> {
  if (await lockFence(tx, userId)) return;
  await makeFence(tx, userId);
  await lockFence(tx, userId);
}

async function lockFence(tx: Statements, userId: string, beside = false): Promise<FenceRow | undefined> {
  const { seq, epoch } = columnsOf(beside);
  const rows = await tx.query<FenceRow>(
    `select ${seq} as seq, ${epoch} as epoch, tombstoned_at is not null as tombstoned from fences
     where user_id = $1 for update`,
    [userId],
  );
  return rows[0];
}

/** @returns where the fence stands that such a call compares itself with, and moves */
function columnsOf(beside: boolean): { seq: string; epoch: string } {
  return beside ? { seq: 'beside_seq', epoch: 'beside_epoch' } : { seq: 'seq', epoch: 'epoch' };
}

async function makeFence(tx: Statements, userId: string): Promise<void> {
  await tx.query('insert into fences (user_id) values ($1) on conflict do nothing', [userId]);
}

export async function remembered(tx: Statements, key: string): Promise<InboxRow | undefined> {
  const rows = await tx.query<InboxRow>('select status, body, before from inbox where key = $1', [key]);
  return rows[0];
}

/** Takes back what was done since {@link lockAndLook}. */
export async function undoEffect(tx: Statements): Promise<void> {
  await tx.query(`rollback to savepoint ${EFFECT}`);
}

/** Sets or takes away the tombstone of a user whose row is locked. */
export async function setTombstone(
  tx: Statements,
  userId: string,
  tombstone: 'set' | 'clear',
): Promise<void> {
  const at = tombstone === 'set' ? 'now()' : 'null';
  await tx.query(`update fences set tombstoned_at = ${at} where user_id = $1`, [userId]);
}

/** What an answer brings with it. */
export interface Outcome {
  /** What the step's undo needs to know. */
  before?: unknown;
  tombstone?: 'set' | 'clear';
  event?: OutboxEvent | null;
}

/**
 * Commits the answer, together with the fence, the tombstone and the event of what was done. Old answers are not
 * forgotten here but by {@link forgetOldAnswers}: a step that looked for them passed by every answer of its user's day.
 */
export async function record(
  tx: Transaction,
  { key, userId, fence, beside }: StepCall,
  answer: RecordedAnswer,
  { before, tombstone, event }: Outcome = {},
): Promise<RecordedAnswer> {
  await tx.last.query(
    `/* step.record */
     with moved as (
       update fences set ${MOVED}, ${TOMBSTONE}
       where user_id = $2
     ), told as (
       insert into outbox (user_id, type, operation_id)
       select $2, $9, $10 where $9::text is not null
     )
     insert into inbox (key, user_id, seq, status, body, before, beside)
     values ($1, $2, $3, $6, $7, $8, $11)`,
    [
      key,
      userId,
      fence.seq,
      fence.epoch,
      tombstone ?? null,
      answer.status,
      json(answer.body),
      json(before),
      event?.type ?? null,
      event?.operationId ?? null,
      beside,
    ],
  );
  return answer;
}

/**
 * Forgets the answers of all earlier operations at once, for a purge: they repeat what the rows held. The step that
 * calls it moves the lane's fence, below which nobody can ask for them any more; the other one is moved here, since
 * nothing of before is carried out beside the lane either.
 * @returns how many there were
 */
export async function forgetAnswers(tx: EntityManager, { userId, fence }: StepCall): Promise<number> {
  await tx.query(
    'update fences set beside_seq = $2, beside_epoch = 0 where user_id = $1 and beside_seq < $2',
    [userId, fence.seq],
  );
  const [, forgotten] = await tx.query<[unknown[], number]>(
    'delete from inbox where user_id = $1 and seq < $2',
    [userId, fence.seq],
  );
  return forgotten;
}

/** Forgets what a step answered, once it is undone: that it was applied, and no more, is still true. */
export async function forgetUndone(tx: Statements, stepKey: string): Promise<void> {
  await tx.query(`update inbox set body = '{}', before = null where key = $1`, [stepKey]);
}

/**
 * Forgets old answers below their fence. Keys begin with the ids of operations, so they grow with
 * time. The last operation's answers stay however old they are: a lane that was paused may still ask for them.
 */
export const forgetOldAnswers = walkOver('inbox', {
  ...{ key: 'key', type: 'text', kept: REMEMBER_AT_LEAST, since: 'answered_at' },
  goes: `t.answered_at < now() - interval '${REMEMBER_AT_LEAST}'
    and t.seq < (select case when t.beside then beside_seq else seq end from fences where user_id = t.user_id)`,
});

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
