import type { NoticeAction, WebhookAction } from '@turnpike/protocol';
import type { Statements } from '@turnpike/service';
import type { Content } from '../encryption/payload-encryption.js';

/*
 * The audit trail: who did what to whom, when, by which operation. It is appended to in the transaction of what it
 * tells of, and never changed; only a purge takes names and addresses out of it.
 */

/** Names and addresses before and after; null where the operation is not about them. */
export interface Change<Value = Content> {
  before: Value | null;
  after: Value | null;
}

/** What an operator does to a lane or to a write in it. */
export interface Intervention {
  /** Null for who was at the ledger itself, and not signed in; the reason says who that was. */
  actorId: string | null;
  action: string;
  /** Null where it is about no single user. */
  userId: string | null;
  operationId: string | null;
  reason: string | null;
  /** How what it was done to stood before and after, or what was looked for: states and names of ours, nothing personal. */
  change?: Change;
}

/**
 * Tells what an operator did. A purge takes reasons out, so of somebody who is purged none is written any more: the lane is
 * held until then, or a purge that ends at the same time would not see it.
 */
export async function appendIntervention(ledger: Statements, done: Intervention): Promise<void> {
  await ledger.query(
    `with lane as materialized (select admission from lanes where user_id = $1 for share)
     insert into audit (user_id, operation_id, actor_id, action, reason, before, after)
     values ($1, $2, $3, $4, case when exists (select from lane where admission = 'closed') then null else $5::text end,
       $6, $7)`,
    [
      ...[done.userId, done.operationId, done.actorId, done.action, done.reason],
      ...[jsonOrNull(done.change?.before ?? null), jsonOrNull(done.change?.after ?? null)],
    ],
  );
}

/** What somebody does to what belongs to no user; by nobody, the system itself. */
export interface SettingChange extends Change {
  actorId: string | null;
  action: WebhookAction;
  reason: string | null;
}

/** Tells what was done to a setting. */
export async function appendSetting(ledger: Statements, done: SettingChange): Promise<void> {
  await ledger.query(
    `insert into audit (actor_id, action, reason, before, after) values ($1, $2, $3, $4, $5)`,
    [done.actorId, done.action, done.reason, jsonOrNull(done.before), jsonOrNull(done.after)],
  );
}

/** What the system noticed about a database: what the ledger knew, and what was found. */
export interface Notice {
  action: NoticeAction;
  reason: string;
  before: Content;
  after: Content;
}

/** Tells what the system noticed by itself. */
export async function appendNotice(
  ledger: Statements,
  { action, reason, before, after }: Notice,
): Promise<void> {
  await ledger.query(`insert into audit (action, reason, before, after) values ($1, $2, $3, $4)`, [
    action,
    reason,
    JSON.stringify(before),
    JSON.stringify(after),
  ]);
}

function jsonOrNull(content: Content | null): string | null {
  return content && JSON.stringify(content);
}
