import { AuditQuery, problemBody } from '@turnpike/protocol';
import type { OperationKind } from '@turnpike/contracts';
import { v7 as uuidv7 } from 'uuid';
import { AuditTrail } from '../libs/engine/src/audit/audit-trail.js';
import { DuePurges } from '../libs/engine/src/lifecycle/due-purges.js';
import { inState, keyOf, TestLedger } from './support/ledger.js';

let t: TestLedger;
beforeAll(async () => (t = await TestLedger.open()));
afterAll(() => t.close());

const EVENT = 'event.user-deleted';
const PURGE = 'user.purge';

/** A repair that waits before what closes its lane. */
const REPAIRS = new Map<string, string>();

/** A lane in that admission, with nothing in it but, in a deleting one, a repair before the deletion. */
const LANES: Record<string, () => Promise<string>> = {
  open: () => t.newLane(),
  unknown: () => Promise.resolve(uuidv7()),
  deleting: async () => {
    const userId = await t.newLane();
    REPAIRS.set(userId, (await t.accepted(userId, { kind: 'repair.user' })).id);
    await t.accepted(userId, { kind: 'user.delete' });
    return userId;
  },
  deleted: async () => {
    const userId = await t.newLane();
    await t.done(userId, 'user.delete');
    return userId;
  },
  closed: async () => {
    const userId = await LANES['deleted']!();
    await t.done(userId, PURGE, { result: { erasures: [] } });
    return userId;
  },
};

describe('a purge', () => {
  it('is accepted for a user who has been deleted for long enough, once, and when nothing waits', async () => {
    const userId = await t.newLane();
    expect(await t.write(userId, { kind: PURGE })).toMatchObject({ code: 'user-not-deleted' });
    await t.done(userId, 'user.delete');
    const grace = { kind: PURGE as OperationKind, deletedForMs: 60_000 };
    expect(await t.write(userId, grace)).toMatchObject({ outcome: 'refused' });
    const restore = await t.accepted(userId, { kind: 'user.restore' });
    expect(await t.write(userId, { kind: PURGE })).toMatchObject({ outcome: 'refused' });
    await t.ledger.cancel(userId, restore.id);
    await t.accepted(userId, { kind: PURGE, deletedForMs: 0 });
    expect(await t.write(userId, { kind: PURGE })).toMatchObject({ outcome: 'refused' });
  });

  it('is due for nobody whom the services have yet to follow', async () => {
    const userId = await LANES['deleted']!();
    const due = async (): Promise<string[]> =>
      (await new DuePurges(t.database).page(0, null, 1000)).map((purge) => purge.userId);
    await t.database.query('insert into due_repairs (user_id, cause) values ($1, $2)', [userId, uuidv7()]);
    expect(await due()).not.toContain(userId);
    await t.database.query('delete from due_repairs where user_id = $1', [userId]);
    expect(await due()).toContain(userId);
  });

  it('closes the lane for ever, for restores too', async () => {
    const userId = await LANES['closed']!();
    for (const kind of ['user.restore', 'order.place', 'user.delete'] as const) {
      expect(await t.write(userId, { kind })).toMatchObject({ outcome: 'refused', code: 'user-deleted' });
    }
  });

  it('that is refused leaves the user deleted', async () => {
    const userId = await LANES['deleted']!();
    const { id } = await t.accepted(userId, { kind: PURGE });
    expect(await t.write(userId, { kind: 'user.restore' })).toMatchObject({ code: 'user-deleted' });
    const claimed = (await t.claim(userId, id))!;
    const problem = problemBody('user-not-deleted');
    await t.ledger.finish(keyOf(claimed), {
      ...{ effect: claimed.effect, state: 'failed', steps: inState(claimed, 'refused') },
      ...{ result: null, problem },
    });
    expect(await t.admission(userId)).toBe('deleted');
  });

  it('takes everything personal out of the ledger, and says so in its receipt', async () => {
    const userId = await t.newLane();
    const clientKey = { scope: `user ${userId}`, key: 'k', fingerprint: 'f' };
    const payload = { email: 'canary@example.com', firstName: 'Canary' };
    const { id } = await t.accepted(userId, { kind: 'user.update', payload, clientKey });
    await t.succeed(userId, id, {
      result: payload,
      change: { before: { firstName: 'Canary' }, after: payload },
    });
    await t.done(userId, 'user.delete');
    const purge = await t.done(userId, PURGE, { result: { erasures: [{ relation: 'ordering.orders' }] } });
    const tables = ['operations', 'idempotency_keys', 'audit'];
    for (const table of tables) {
      const rows = await t.database.query(`select * from ${table} where user_id = $1`, [userId]);
      expect(JSON.stringify(rows)).not.toMatch(/canary/i);
    }
    expect((await t.queries.operation(purge))!.result).toEqual({
      erasures: [
        { relation: 'ordering.orders' },
        { relation: 'gateway.operations', erased: 4, retained: 'places, kinds, states and times' },
        { relation: 'gateway.idempotency_keys', erased: 1, retained: '' },
        { relation: 'gateway.lanes', erased: 0, retained: 'its state, its counts and times' },
        {
          relation: 'gateway.bulk_runs',
          erased: 0,
          retained: 'who began it, when, and what it did to how many writes',
        },
        { relation: 'gateway.audit', erased: 1, retained: 'who did what and when' },
        { relation: 'gateway.data_keys', erased: 1, retained: '' },
      ],
    });
  });
});

describe('what follows a user who was changed beside the lanes', () => {
  it.each(['open', 'deleted', 'closed'])('is accepted in a lane that is %s', async (admission) => {
    const userId = await LANES[admission]!();
    for (const kind of [EVENT, 'event.user-updated', 'repair.user'] as const) {
      expect(await t.write(userId, { kind, maxDepth: 1 })).toMatchObject({ outcome: 'accepted' });
    }
  });

  it('closes an open lane, however full it is, at its acceptance', async () => {
    const userId = await t.newLane();
    await t.accepted(userId);
    await t.accepted(userId, { kind: EVENT, maxDepth: 1 });
    expect(await t.write(userId)).toMatchObject({ code: 'user-deleting' });
  });

  it('has a lane where there was none, which takes nothing else', async () => {
    const userId = uuidv7();
    await t.accepted(userId, { kind: 'repair.user' });
    expect(await t.admission(userId)).toBe('closed');
    expect(await t.write(userId)).toMatchObject({ code: 'user-deleted' });
  });

  it.each([
    ['open', 'active', 'open'],
    ['open', 'deleted', 'deleted'],
    ['open', 'absent', 'closed'],
    ['deleting', 'active', 'deleting'],
    ['deleting', 'deleted', 'deleted'],
    ['deleting', 'absent', 'closed'],
    ['deleted', 'active', 'deleted'],
    ['deleted', 'absent', 'closed'],
    ['closed', 'active', 'closed'],
    ['closed', 'absent', 'closed'],
    ['unknown', 'active', 'open'],
    ['unknown', 'deleted', 'deleted'],
    ['unknown', 'absent', 'closed'],
  ] as const)(
    'makes of a lane that is %s, of a user who is %s, one that is %s',
    async (admission, confirmed, after) => {
      const userId = await LANES[admission]!();
      const repair = REPAIRS.get(userId) ?? (await t.accepted(userId, { kind: 'repair.user' })).id;
      await t.succeed(userId, repair, { confirmed });
      expect(await t.admission(userId)).toBe(after);
    },
  );

  it('opens again what a late event has closed, where the user was restored since', async () => {
    const userId = await LANES['deleted']!();
    await t.done(userId, 'user.restore');
    const event = await t.accepted(userId, { kind: EVENT });
    expect(await t.admission(userId)).toBe('deleting');
    await t.succeed(userId, event.id, { confirmed: 'active' });
    expect(await t.admission(userId)).toBe('open');
  });

  it('opens nothing that a failed registration has closed', async () => {
    const userId = uuidv7();
    const { id } = await t.accepted(userId, { kind: 'user.register' });
    const claimed = (await t.claim(userId, id))!;
    await t.ledger.finish(keyOf(claimed), {
      ...{ effect: claimed.effect, state: 'failed', steps: inState(claimed, 'refused') },
      ...{ result: null, problem: problemBody('email-taken') },
    });
    await t.done(userId, 'repair.user', { confirmed: 'active' });
    expect(await t.admission(userId)).toBe('closed');
  });

  it('takes everything personal out of the ledger where nobody is left to be followed', async () => {
    const userId = await t.newLane();
    const payload = { firstName: 'Canary' };
    await t.done(userId, 'user.update', { result: payload, change: { before: payload, after: payload } });
    await t.done(userId, 'user.delete');
    await t.done(userId, 'repair.user', { result: { state: 'absent' }, confirmed: 'absent' });
    const keys = await t.database.query('select 1 from data_keys where user_id = $1', [userId]);
    expect(keys).toEqual([]);
  });

  it('does not open a lane in which a deletion waits', async () => {
    const userId = await t.newLane();
    const repair = await t.accepted(userId, { kind: 'repair.user' });
    const deletion = await t.accepted(userId, { kind: 'user.delete' });
    await t.succeed(userId, repair.id, { confirmed: 'active' });
    expect(await t.admission(userId)).toBe('deleting');
    await t.succeed(userId, deletion.id);
    expect(await t.admission(userId)).toBe('deleted');
  });

  it('stays to be done where the deletion before it was refused', async () => {
    const userId = await t.newLane();
    const deletion = await t.accepted(userId, { kind: 'user.delete' });
    const event = await t.accepted(userId, { kind: EVENT });
    const claimed = (await t.claim(userId, deletion.id))!;
    const problem = problemBody('deletion-restricted');
    await t.ledger.finish(keyOf(claimed), {
      ...{ effect: claimed.effect, state: 'failed', steps: inState(claimed, 'refused') },
      ...{ result: null, problem },
    });
    expect(await t.admission(userId)).toBe('deleting');
    await t.succeed(userId, event.id, { confirmed: 'deleted' });
    expect(await t.admission(userId)).toBe('deleted');
  });
});

describe('nobody withdraws what the system wants', () => {
  it('neither an operator, nor a deletion that cancels what waits', async () => {
    const userId = await t.newLane();
    await t.accepted(userId);
    const { id } = await t.accepted(userId, { kind: 'event.user-updated' });
    expect(await t.ledger.cancel(userId, id)).toMatchObject({ outcome: 'not-cancellable' });
    await t.accepted(userId, { kind: 'user.delete', cancelsWaiting: true });
    expect(await t.state(id)).toBe('queued');
  });
});

describe('the audit trail', () => {
  it('tells who did what by which operation, and cannot be changed', async () => {
    const trail = new AuditTrail(t.database, t.keys[0].seals);
    const userId = await t.newLane();
    const id = await t.done(userId, 'user.update', {
      change: { before: { lastName: 'Byron' }, after: null },
    });
    const { items } = await trail.page(Object.assign(new AuditQuery(), { userId }));
    const row = items.find(({ operationId }) => operationId === id);
    expect(row).toMatchObject({
      ...{ actorId: userId, userId, action: 'user.update' },
      ...{ before: { lastName: 'Byron' }, after: null },
    });
    for (const change of ['reason', 'action', 'actor_id'].map((name) => `update audit set ${name} = null`)) {
      await expect(t.database.query(`${change} where id = $1`, [row!.id])).rejects.toThrow('only appended');
    }
    const remove = t.database.query('delete from audit where id = $1', [row!.id]);
    await expect(remove).rejects.toThrow('only appended');
  });
});
