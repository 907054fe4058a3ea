import type { Erasure, FollowUserStep } from '@turnpike/protocol';
import {
  Problem,
  type ReadRequest,
  type StepCall,
  type StepRequest,
  type StepResult,
  type UndoRequest,
} from '@turnpike/service';
import type { EntityManager } from 'typeorm';
import type { Account, EarnPoints, RedeemPoints } from './shapes.js';

/*
 * Points are earned with paid orders, and redeemed. An account has as many as its entries have together, but for those
 * that are revoked. Everything that takes `tx` runs in the transaction of a step, and of one user one step runs at a time.
 */

/** Minor units of a currency that bring one point. */
const PRICE_OF_A_POINT = 100;

interface Row {
  userId: string;
  /** PostgreSQL's bigint comes as text. */
  points: string;
  version: number;
  closedAt: Date | null;
  erasedAt: Date | null;
}

/** What the undo of a closing or an opening needs to know. */
interface Before {
  /** As a Date where it is written, as a text where it is read. */
  closedAt: Date | string | null;
}

const OPEN = 'closed_at = null, erased_at = null';
const CLOSED = 'closed_at = coalesce(closed_at, now()), erased_at = null';
const ERASED = 'closed_at = coalesce(closed_at, now()), erased_at = now()';

const COLUMNS = 'user_id as "userId", points, version, closed_at as "closedAt", erased_at as "erasedAt"';

/** Takes points from an account that has as many. */
export async function redeem({ input, call, tx, refuse }: StepRequest<RedeemPoints>): Promise<StepResult> {
  const { points, reason = null } = input;
  const entry = [call.userId, -points, reason];
  await tx.query('insert into entries (user_id, points, reason) values ($1, $2, $3)', entry);
  const account = await add(tx, call, -points);
  if (!account || account.points < 0) throw refuse('insufficient-points', `There are less than ${points}.`);
  return { body: account };
}

/** An order brings points once, and none if it was cancelled before it was their turn. */
export async function earn({ input, call, tx }: StepRequest<EarnPoints>): Promise<StepResult> {
  const points = Math.floor(input.amount / PRICE_OF_A_POINT);
  await tx.query('insert into accounts (user_id) values ($1) on conflict do nothing', [call.userId]);
  const entries = await tx.query<unknown[]>(
    `insert into entries (user_id, order_id, points) values ($1, $2, $3)
     on conflict (order_id) do nothing returning id`,
    [call.userId, input.orderId, points],
  );
  return { body: (await add(tx, call, entries.length > 0 ? points : 0))! };
}

/** An order that is cancelled has brought nothing, and brings nothing later. */
export async function revoke({ operation, call, tx }: StepRequest): Promise<StepResult> {
  const [revoked] = await tx.query<{ points: string }[]>(
    `insert into entries (user_id, order_id, points, revoked_at) values ($1, $2, 0, now())
     on conflict (order_id) do update set revoked_at = now() where entries.revoked_at is null returning points`,
    [call.userId, operation.target.id],
  );
  const points = Number(revoked?.points ?? 0);
  return { body: { ...(await add(tx, call, -points)), revoked: points === 0 ? 0 : 1 } };
}

/** The user is deleted, and the account with it. */
export async function close({ call, tx }: StepRequest): Promise<StepResult> {
  return { before: await mark(tx, call, CLOSED) };
}

/** The user is back, and the account as it was. */
export async function open({ call, tx }: StepRequest): Promise<StepResult> {
  return { before: await mark(tx, call, OPEN) };
}

/** Neither was the user deleted, nor restored, after all. */
export async function putBack({ before, call, tx }: UndoRequest): Promise<void> {
  const { closedAt } = before as Before;
  await tx.query('update accounts set closed_at = $2, version = version + 1 where user_id = $1', [
    ...[call.userId, closedAt],
  ]);
}

/** What somebody typed is gone; how many points there were, and when, stays. */
export async function purge({ call, tx }: StepRequest<unknown>): Promise<StepResult> {
  const account = await mark(tx, call, ERASED);
  const [, reasons] = await tx.query<[unknown, number]>(
    'update entries set reason = null where user_id = $1 and reason is not null',
    [call.userId],
  );
  const retained = 'points and dates';
  const erasures: Erasure[] = [
    { relation: 'loyalty.accounts', erased: account ? 1 : 0, retained },
    { relation: 'loyalty.entries', erased: reasons, retained },
  ];
  return { body: { erasures } };
}

/** Makes the account what it has to be for a user in that state, whatever it was. */
export async function follow(request: StepRequest<FollowUserStep>): Promise<StepResult> {
  switch (request.input.state) {
    case 'active':
      await mark(request.tx, request.call, OPEN);
      return {};
    case 'deleted':
      await mark(request.tx, request.call, CLOSED);
      return {};
    case 'absent':
      return purge(request);
  }
}

/** Who has earned nothing yet has no points. @throws Problem `user-deleted` where the account is purged */
export async function find({ params, database }: ReadRequest<{ userId: string }>): Promise<Account> {
  const { userId } = params;
  const [row] = await database.query<Row>(`select ${COLUMNS} from accounts where user_id = $1`, [userId]);
  if (row?.erasedAt) throw new Problem('user-deleted');
  return row ? viewOf(row) : { userId, points: 0, state: 'open', version: 0 };
}

/** @returns the account as it is now, or null where there is none */
async function add(tx: EntityManager, { userId }: StepCall, points: number): Promise<Account | null> {
  const [rows] = await tx.query<[Row[], number]>(
    `update accounts set points = points + $2, version = version + 1 where user_id = $1 returning ${COLUMNS}`,
    [userId, points],
  );
  return rows[0] ? viewOf(rows[0]) : null;
}

/** @returns how the account was, or null where there is none */
async function mark(tx: EntityManager, { userId }: StepCall, changes: string): Promise<Before | null> {
  const was = 'select closed_at as "closedAt" from accounts where user_id = $1 for update';
  const [before] = await tx.query<Before[]>(was, [userId]);
  await tx.query(`update accounts set ${changes}, version = version + 1 where user_id = $1`, [userId]);
  return before ?? null;
}

function viewOf({ userId, points, version, closedAt }: Row): Account {
  return { userId, points: Number(points), state: closedAt ? 'closed' : 'open', version };
}
