// The ledger knows no kinds: an application with words of its own has the same lanes.
import { problemBody } from '@turnpike/protocol';
import { v7 as uuidv7 } from 'uuid';
import type { OperationFacts } from '../libs/engine/src/ledger/statements/admit.js';
import { DueRepairs } from '../libs/engine/src/recovery/due-repairs.js';
import { FenceWalks } from '../libs/engine/src/recovery/fence-walks.js';
import { keyOf, TestLedger, type WriteOptions } from './support/ledger.js';

/** The operations of a club, about which nothing stands anywhere else. */
const CLUB: Readonly<Record<string, OperationFacts>> = {
  'member.join': { effect: 'opens' },
  'member.leave': { effect: 'closes' },
  'member.return': { effect: 'reopens' },
  'member.forget': { effect: 'ends' },
  'member.left-elsewhere': { effect: 'follows', reportsDeletion: true },
  'member.mend': { effect: 'follows' },
  'member.promote': { effect: 'writes', beside: true, changesRoles: true, endsAccess: () => ENDS_ALL },
  'member.lend-book': { effect: 'writes' },
};

const ENDS_ALL = { spares: null, unlessRolesSince: null };

let t: TestLedger;
beforeAll(async () => void (t = await TestLedger.open()));
afterAll(() => t.close());

const asked = (kind: string, options: WriteOptions = {}): WriteOptions => ({
  ...{ kind, facts: CLUB[kind] },
  ...options,
});

const accepted = (userId: string, kind: string): Promise<{ id: string; seq: number }> =>
  t.accepted(userId, asked(kind));

async function done(userId: string, kind: string): Promise<string> {
  const { id } = await accepted(userId, kind);
  await t.succeed(userId, id);
  return id;
}

async function member(): Promise<string> {
  const userId = uuidv7();
  await done(userId, 'member.join');
  return userId;
}

async function failed(userId: string, id: string): Promise<void> {
  const claimed = (await t.claim(userId, id))!;
  const problem = problemBody('invalid-request');
  await t.ledger.finish(keyOf(claimed), {
    ...{ effect: claimed.effect, reportsDeletion: claimed.reports_deletion, state: 'failed' },
    ...{ steps: [], result: null, problem },
  });
}

const decidedAt = async (userId: string): Promise<Date | null> => (await t.queries.lane(userId))!.decidedAt;

describe('a lane of other kinds', () => {
  it('opens, closes, opens again and ends', async () => {
    const userId = await member();
    const leaving = await accepted(userId, 'member.leave');
    expect(await t.write(userId, asked('member.lend-book'))).toMatchObject({ code: 'user-deleting' });
    await t.succeed(userId, leaving.id);
    expect(await t.write(userId, asked('member.lend-book'))).toMatchObject({ code: 'user-deleted' });
    await done(userId, 'member.return');
    expect(await t.write(userId, asked('member.return'))).toMatchObject({ code: 'user-not-deleted' });
    await done(userId, 'member.leave');
    await done(userId, 'member.forget');
    expect(await t.write(userId, asked('member.return'))).toMatchObject({ code: 'user-deleted' });
    expect(await t.admission(userId)).toBe('closed');
  });

  it('is dated by what decides whether its user is there', async () => {
    const userId = await member();
    await done(userId, 'member.lend-book');
    expect(await decidedAt(userId)).toBeNull();
    await done(userId, 'member.leave');
    const left = await decidedAt(userId);
    expect(left).not.toBeNull();
    await done(userId, 'member.return');
    expect((await decidedAt(userId))!.getTime()).toBeGreaterThan(left!.getTime());
  });

  it('is closed for ever by a failure of what opens it, and what waits is rejected', async () => {
    const userId = uuidv7();
    const { id } = await accepted(userId, 'member.join');
    const waiting = await accepted(userId, 'member.lend-book');
    await failed(userId, id);
    expect([await t.admission(userId), await t.state(waiting.id)]).toEqual(['closed', 'rejected']);
    expect(await decidedAt(userId)).not.toBeNull();
  });

  it('is closed by a report of a deletion, however full it is, and opens where the user is there', async () => {
    const userId = await member();
    const lent = await accepted(userId, 'member.lend-book');
    const { id } = await t.accepted(userId, asked('member.left-elsewhere', { maxDepth: 1 }));
    expect(await t.admission(userId)).toBe('deleting');
    expect(await t.ledger.cancel(userId, id)).toMatchObject({ outcome: 'not-cancellable' });
    await t.accepted(userId, asked('member.mend', { maxDepth: 1 }));
    expect(await t.write(userId, asked('member.leave'))).toMatchObject({ code: 'user-deleting' });
    await t.succeed(userId, lent.id);
    await t.succeed(userId, id, { confirmed: 'active' });
    expect(await t.admission(userId)).toBe('open');
  });

  it('has its roles changed beside it, which ends access, and whatever closes it waits for that', async () => {
    const userId = await member();
    await accepted(userId, 'member.lend-book');
    const promotion = await t.write(userId, asked('member.promote', { maxDepth: 1 }));
    expect(promotion).toMatchObject({ outcome: 'accepted', acceptance: { position: 0 } });
    const leaving = await t.accepted(userId, { ...asked('member.leave'), cancelsWaiting: true });
    expect(await t.claim(userId, leaving.id)).toBeNull();
    await t.succeed(userId, promotion.id);
    expect(await t.claim(userId, leaving.id)).not.toBeNull();
    expect(await t.queries.lane(userId)).toMatchObject({ accessEpoch: 1, cancelled: 1 });
  });

  it('keeps the receipt of its end for as long as the audit trail', async () => {
    const userId = await member();
    await done(userId, 'member.leave');
    const receipt = await done(userId, 'member.forget');
    await t.database.query(
      `update operations set created_at = created_at - interval '91 days', finished_at = finished_at - interval '91 days'
       where user_id = $1`,
      [userId],
    );
    await t.trim({ auditMs: 0 }, 'operations');
    const left = await t.database.query('select id from operations where user_id = $1', [userId]);
    expect(left).toEqual([{ id: receipt }]);
    await t.trim({ auditMs: 90 * 86_400_000 }, 'operations');
    expect(await t.database.query('select id from operations where user_id = $1', [userId])).toEqual([]);
  });
});

describe('after something was put back', () => {
  it('the newest decision about somebody counts, and nobody is looked at who is about to be followed', async () => {
    const steps = [{ name: 'library.close', service: 'library', state: 'applied', attempts: 1 }];
    const userId = await member();
    const left = await done(userId, 'member.leave');
    await t.database.query('update operations set steps = $2 where id = $1', [left, JSON.stringify(steps)]);
    const repairs = new DueRepairs(t.database);
    const decided = async (): Promise<string[]> =>
      (await repairs.newestDecisions('library', 1000)).map((one) => one.userId);
    expect(await decided()).toEqual([userId]);
    await accepted(userId, 'member.mend');
    expect(await decided()).toEqual([]);
  });

  it('a lane that was opened again since a fence is not behind', async () => {
    const walks = new FenceWalks(t.database);
    const behind = async (userId: string): Promise<number> => {
      const walk = { service: 'library' as never, cause: uuidv7(), afterUser: null };
      return walks.catchUp(walk, [{ userId, seq: 2, tombstoned: true }], true);
    };
    const [back, gone] = [await member(), await member()];
    await done(back, 'member.leave');
    await done(back, 'member.return');
    expect([await behind(back), await behind(gone)]).toEqual([0, 1]);
  });
});
