import type { EntityManager } from 'typeorm';
import type { Fence } from './fence.js';

/*
 * The rows of Steps: the answers that were given (`inbox`), and how far each user's lane has come (`fences`). What
 * may be asked of them in which order is for Steps to say.
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

/** Locks the user's row to the end of the transaction, making it if absent. */
export async function lockFence(tx: EntityManager, userId: string): Promise<FenceRow> {
  await tx.query('insert into fences (user_id) values ($1) on conflict do nothing', [userId]);
  const rows = await tx.query<FenceRow[]>(
    'select seq, epoch, tombstoned_at is not null as tombstoned from fences where user_id = $1 for update',
    [userId],
  );
  return rows[0]!;
}

export async function remembered(tx: EntityManager, key: string): Promise<InboxRow | undefined> {
  const rows = await tx.query<InboxRow[]>('select status, body, before from inbox where key = $1', [key]);
  return rows[0];
}

/** Commits the answer together with the fence. */
export async function record(
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

export async function setTombstone(
  tx: EntityManager,
  userId: string,
  tombstone: 'set' | 'clear',
): Promise<void> {
  const at = tombstone === 'set' ? 'now()' : 'null';
  await tx.query(`update fences set tombstoned_at = ${at} where user_id = $1`, [userId]);
}

/** Forgets the answers of earlier operations that are old enough for it. */
export async function forgetOld(tx: EntityManager, { userId, fence }: StepCall): Promise<void> {
  await tx.query('delete from inbox where user_id = $1 and seq < $2 and answered_at < now() - $3::interval', [
    userId,
    fence.seq,
    REMEMBER_AT_LEAST,
  ]);
}

/**
 * Forgets the answers of all earlier operations at once, for a purge: they repeat what the rows held. The step that
 * calls it moves the fence, below which nobody can ask for them any more.
 * @returns how many there were
 */
export async function forgetAnswers(tx: EntityManager, { userId, fence }: StepCall): Promise<number> {
  const [, forgotten] = await tx.query<[unknown[], number]>(
    'delete from inbox where user_id = $1 and seq < $2',
    [userId, fence.seq],
  );
  return forgotten;
}

function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
