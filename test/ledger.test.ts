import { problemBody } from '@turnpike/protocol';
import { v7 as uuidv7 } from 'uuid';
import { claim, type ClaimedRow } from '../libs/engine/src/ledger/statements/claim.js';
import { lockLanes } from '../libs/engine/src/ledger/statements/lane-lock.js';
import type { Finished } from '../libs/engine/src/ledger/completion-batches.js';
import { inState, keyOf, TERMS, TestLedger } from './support/ledger.js';

let t: TestLedger;
beforeAll(async () => (t = await TestLedger.open()));
afterAll(() => t.close());

const FAILED = { state: 'failed' as const, result: null, problem: problemBody('order-state-conflict') };

/** Ends the operation as if every step had been applied, and asks for the next of its lane. */
async function goOn(userId: string, operation: string | ClaimedRow): Promise<Finished | null> {
  const claimed = typeof operation === 'string' ? (await t.claim(userId, operation))! : operation;
  const { effect } = claimed;
  const steps = inState(claimed, 'applied');
  return t.ledger.finish(
    keyOf(claimed),
    { effect, state: 'succeeded', steps, result: {}, problem: null },
    TERMS,
  );
}

describe('admission', () => {
  it('gives the writes of one lane places without gaps, however many arrive at once', async () => {
    const userId = await t.newLane();
    const admitted = await Promise.all(Array.from({ length: 60 }, () => t.accepted(userId)));
    expect(admitted.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 60 }, (_, i) => i + 2),
    );
  });

  it('leaves no gap where a write was refused or replayed', async () => {
    const userId = await t.newLane();
    const clientKey = { scope: userId, key: 'k', fingerprint: 'f' };
    await t.accepted(userId, { clientKey });
    expect(await t.write(userId, { clientKey })).toMatchObject({ outcome: 'replayed' });
    expect(await t.write(userId, { maxDepth: 1 })).toMatchObject({ outcome: 'refused', code: 'lane-full' });
    expect((await t.accepted(userId)).seq).toBe(3);
  });

  it('makes one operation of equal keys that arrive at once', async () => {
    const userId = await t.newLane();
    const clientKey = { scope: userId, key: 'same', fingerprint: 'f' };
    const all = await Promise.all(Array.from({ length: 20 }, () => t.write(userId, { clientKey })));
    const accepted = all.filter(({ outcome }) => outcome === 'accepted');
    expect(accepted).toHaveLength(1);
    const replays = all.filter((one) => one.outcome === 'replayed' && one.operationId === accepted[0]!.id);
    expect(replays).toHaveLength(19);
    expect((await t.queries.lane(userId))!.lastSeq).toBe(2);
  });

  it('makes one user of equal registrations that arrive at once', async () => {
    const clientKey = { scope: 'email x', key: uuidv7(), fingerprint: 'f' };
    const all = await Promise.all(
      Array.from({ length: 10 }, () => t.write(uuidv7(), { kind: 'user.register', clientKey })),
    );
    expect(all.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1);
    const [row] = await t.database.query<{ count: string }>('select count(*) from lanes where last_seq = 0');
    expect(row!.count).toBe('0');
  });

  it('refuses a key that was used for another request, also when the lane is closed', async () => {
    const userId = await t.newLane();
    const clientKey = { scope: userId, key: 'k', fingerprint: 'one' };
    const { id } = await t.accepted(userId, { clientKey });
    await t.accepted(userId, { kind: 'user.delete' });
    expect(await t.write(userId, { clientKey })).toMatchObject({ outcome: 'replayed', operationId: id });
    const other = { ...clientKey, fingerprint: 'two' };
    expect(await t.write(userId, { clientKey: other })).toMatchObject({ outcome: 'key-reused' });
  });

  it('keeps the key of a refused request free', async () => {
    const userId = await t.newLane();
    const clientKey = { scope: userId, key: 'again', fingerprint: 'f' };
    expect(await t.write(userId, { clientKey, maxDepth: 0 })).toMatchObject({ code: 'lane-full' });
    expect(await t.write(userId, { clientKey })).toMatchObject({ outcome: 'accepted' });
  });

  it('takes a key over a day after its operation has ended, and never before', async () => {
    const userId = await t.newLane();
    const clientKey = { scope: userId, key: 'old', fingerprint: 'f' };
    const other = { clientKey: { ...clientKey, fingerprint: 'g' } };
    const { id } = await t.accepted(userId, { clientKey });
    await t.keyIsOlder(userId, 100);
    expect(await t.write(userId, other)).toMatchObject({ outcome: 'key-reused' });
    expect(await t.write(userId, { clientKey })).toMatchObject({ outcome: 'replayed', operationId: id });
    await t.succeed(userId, id);
    await t.endedEarlier(id, 23);
    expect(await t.write(userId, other)).toMatchObject({ outcome: 'key-reused' });
    await t.endedEarlier(id, 2);
    expect(await t.write(userId, other)).toMatchObject({ outcome: 'accepted' });
  });

  it('binds a key that has expired to one of two writes that race for it', async () => {
    const userId = await t.newLane();
    const clientKey = { scope: userId, key: 'raced', fingerprint: 'f' };
    const { id } = await t.accepted(userId, { clientKey });
    await t.succeed(userId, id);
    await t.keyIsOlder(userId, 100);
    await t.endedEarlier(id, 25);
    const lanes = await Promise.all(Array.from({ length: 6 }, () => t.newLane()));
    const answers = await Promise.all(lanes.map((lane) => t.write(lane, { clientKey })));
    const accepted = answers.filter(({ outcome }) => outcome === 'accepted');
    expect(accepted).toHaveLength(1);
    const replays = answers.flatMap((answer) => (answer.outcome === 'replayed' ? [answer.operationId] : []));
    expect(replays).toHaveLength(5);
    expect(replays).not.toContain(id);
    expect(new Set(replays).size).toBe(1);
  });

  it('knows no lane but those that a registration made', async () => {
    expect(await t.write(uuidv7())).toMatchObject({ outcome: 'refused', code: 'not-found' });
  });
});

describe('writes of several lanes that are written together', () => {
  const manyLanes = (): Promise<string[]> => Promise.all(Array.from({ length: 12 }, () => t.newLane()));

  it('do not fail with one that the database refuses', async () => {
    const [bad, ...others] = await manyLanes();
    const { id } = await t.accepted(bad!);
    const writes = others.map((userId) => t.accepted(userId));
    const again = t.write(bad!, { id });
    const later = others.map((userId) => t.accepted(userId));
    await expect(again).rejects.toThrow('duplicate key');
    expect((await Promise.all([...writes, ...later])).map(({ seq }) => seq).sort()).toEqual([
      ...others.map(() => 2),
      ...others.map(() => 3),
    ]);
    expect((await t.accepted(bad!)).seq).toBe(3);
  });

  it('do not wait for a lane that somebody else works on', async () => {
    const [busy, ...others] = await manyLanes();
    let held: Promise<{ seq: number }> | undefined;
    await t.database.transaction(async (tx) => {
      await tx.query('select 1 from lanes where user_id = $1 for update', [busy]);
      const first = others.map((userId) => t.accepted(userId));
      held = t.accepted(busy!);
      const then = others.map((userId) => t.accepted(userId));
      expect(await Promise.all([...first, ...then])).toHaveLength(2 * others.length);
    });
    expect((await held!).seq).toBe(2);
  });
});

describe('deletion', () => {
  it('closes the lane at its acknowledgement: of writes that race with it none comes after it', async () => {
    for (let round = 0; round < 5; round += 1) {
      const userId = await t.newLane();
      const deletion = { kind: 'user.delete' as const };
      const all = await Promise.all(
        Array.from({ length: 40 }, (_, i) => t.write(userId, i === 20 ? deletion : {})),
      );
      const end = all[20]!;
      if (end.outcome !== 'accepted') throw new Error('the deletion was refused');
      for (const one of all) {
        if (one.outcome === 'accepted') expect(one.seq).toBeLessThanOrEqual(end.seq);
        else expect(one).toMatchObject({ outcome: 'refused', code: 'user-deleting' });
      }
    }
  });

  it('is followed by 410, takes a restore alone, and re-opens with its success', async () => {
    const userId = await t.newLane();
    expect(await t.write(userId, { kind: 'user.restore' })).toMatchObject({ code: 'user-not-deleted' });
    const { id } = await t.accepted(userId, { kind: 'user.delete' });
    await t.succeed(userId, id);
    expect(await t.write(userId)).toMatchObject({ code: 'user-deleted' });
    expect(await t.write(userId, { kind: 'user.delete' })).toMatchObject({ code: 'user-deleted' });
    const restore = await t.accepted(userId, { kind: 'user.restore' });
    expect(await t.write(userId)).toMatchObject({ code: 'user-deleted' });
    await t.succeed(userId, restore.id);
    expect(await t.write(userId)).toMatchObject({ outcome: 'accepted' });
  });

  it('stays acknowledged when a restore of before ends after it', async () => {
    const userId = await t.newLane();
    await t.succeed(userId, (await t.accepted(userId, { kind: 'user.delete' })).id);
    const restore = { kind: 'user.restore' as const };
    const [first, second] = [await t.accepted(userId, restore), await t.accepted(userId, restore)];
    await t.succeed(userId, first.id);
    await t.accepted(userId, { kind: 'user.delete' });
    await t.succeed(userId, second.id);
    expect(await t.write(userId)).toMatchObject({ code: 'user-deleting' });
  });

  it('opens the lane again when it fails or is cancelled', async () => {
    const userId = await t.newLane();
    const first = await t.accepted(userId, { kind: 'user.delete' });
    const claimed = (await t.claim(userId, first.id))!;
    await t.ledger.finish(keyOf(claimed), {
      ...FAILED,
      effect: claimed.effect,
      steps: inState(claimed, 'refused'),
    });
    const second = await t.accepted(userId, { kind: 'user.delete' });
    expect(await t.write(userId)).toMatchObject({ code: 'user-deleting' });
    expect((await t.ledger.cancel(userId, second.id)).outcome).toBe('cancelled');
    expect(await t.write(userId)).toMatchObject({ outcome: 'accepted' });
  });

  it('gets through a full lane, and cancels what waits if it is told to', async () => {
    const userId = await t.newLane();
    const running = await t.accepted(userId);
    await t.claim(userId, running.id);
    const waiting = await Promise.all([t.accepted(userId), t.accepted(userId)]);
    await t.accepted(userId, { kind: 'user.delete', maxDepth: 3, cancelsWaiting: true });
    expect(await Promise.all(waiting.map(({ id }) => t.state(id)))).toEqual(['cancelled', 'cancelled']);
    expect(await t.state(running.id)).toBe('running');
    expect((await t.queries.lane(userId))!.depth).toBe(2);
  });

  it('that cancelled all before it is released at once', async () => {
    const userId = await t.newLane();
    await t.accepted(userId);
    const deletion = await t.write(userId, { kind: 'user.delete', cancelsWaiting: true });
    expect(deletion).toMatchObject({ releases: [{ operationId: deletion.id }] });
  });
});

describe('a lane', () => {
  it('releases and runs its head alone, however many workers claim', async () => {
    const userId = await t.newLane();
    const [first, second] = [await t.write(userId), await t.write(userId)];
    expect(first).toMatchObject({ releases: [{ operationId: first.id }] });
    expect(second).toMatchObject({ releases: [] });
    expect(await t.claim(userId, second.id)).toBeNull();
    const claims = await Promise.all(Array.from({ length: 10 }, () => t.claim(userId, first.id)));
    expect(claims.filter(Boolean)).toHaveLength(1);
  });

  it('releases the next head with the outcome of the one before', async () => {
    const userId = await t.newLane();
    const [first, second] = [await t.accepted(userId), await t.accepted(userId)];
    const claimed = (await t.claim(userId, first.id))!;
    const steps = inState(claimed, 'applied');
    const success = { effect: claimed.effect, state: 'succeeded' as const, steps, result: {}, problem: null };
    expect(await t.ledger.finish(keyOf(claimed), success)).toMatchObject({
      claimed: null,
      releases: [{ operationId: second.id }],
    });
  });

  it('gives the next head to whoever ended the one before and goes on', async () => {
    const userId = await t.newLane();
    const [first, second] = [await t.accepted(userId), await t.accepted(userId)];
    const finished = await goOn(userId, first.id);
    expect(finished).toMatchObject({ claimed: { id: second.id, epoch: 1, crashes: 0 }, releases: [] });
    expect(await t.claim(userId, second.id)).toBeNull();
    expect(await goOn(userId, finished!.claimed!)).toEqual({ claimed: null, releases: [] });
  });

  it('gives nothing to whoever goes on while it is paused', async () => {
    const userId = await t.newLane();
    const [first, second] = [await t.accepted(userId), await t.accepted(userId)];
    const claimed = (await t.claim(userId, first.id))!;
    await t.database.query(`update lanes set execution = 'paused', paused_at = now() where user_id = $1`, [
      userId,
    ]);
    expect(await goOn(userId, claimed)).toEqual({ claimed: null, releases: [] });
    expect(await t.state(second.id)).toBe('queued');
  });

  it('waits for its head while that is in retry', async () => {
    const userId = await t.newLane();
    const [first, second] = [await t.accepted(userId), await t.accepted(userId)];
    const claimed = (await t.claim(userId, first.id))!;
    const { steps } = claimed;
    await t.ledger.retryLater({
      key: keyOf(claimed),
      delayMs: 0,
      problem: problemBody('unavailable'),
      steps,
    });
    expect(await t.claim(userId, second.id)).toBeNull();
    expect(await t.claim(userId, first.id)).toMatchObject({ epoch: 2, attempts: 2 });
  });

  it('does not run while it is paused', async () => {
    const userId = await t.newLane();
    const { id } = await t.accepted(userId);
    await t.database.query(`update lanes set execution = 'paused', paused_at = now() where user_id = $1`, [
      userId,
    ]);
    expect(await t.claim(userId, id)).toBeNull();
  });

  it('is closed for ever when its registration fails, and what waits in it is rejected', async () => {
    const userId = uuidv7();
    const registration = await t.accepted(userId, { kind: 'user.register' });
    const waiting = await t.accepted(userId);
    const claimed = (await t.claim(userId, registration.id))!;
    await t.ledger.finish(keyOf(claimed), {
      ...FAILED,
      effect: claimed.effect,
      steps: inState(claimed, 'refused'),
    });
    expect(await t.state(waiting.id)).toBe('rejected');
    expect(await t.write(userId)).toMatchObject({ code: 'user-deleted' });
    expect(await t.write(userId, { kind: 'user.restore' })).toMatchObject({ code: 'user-deleted' });
  });

  it('knows its depth', async () => {
    const userId = await t.newLane();
    const all = await Promise.all(Array.from({ length: 8 }, () => t.accepted(userId)));
    const bySeq = all.sort((a, b) => a.seq - b.seq);
    await t.succeed(userId, bySeq[0]!.id);
    await t.ledger.cancel(userId, bySeq[5]!.id);
    expect((await t.queries.lane(userId))!.depth).toBe(6);
    expect(await t.unfinished(userId)).toBe(6);
  });
});

describe('a claim', () => {
  it('that was taken over changes nothing any more', async () => {
    const userId = await t.newLane();
    const { id } = await t.accepted(userId);
    const old = (await t.claim(userId, id))!;
    await t.expire(id);
    expect(await t.ledger.renew([keyOf(old)], 1000)).toEqual(new Map([[id, false]]));
    expect(await t.claim(userId, id)).toMatchObject({ epoch: 2, crashes: 1 });
    const steps = inState(old, 'applied');
    const ending = { effect: old.effect, state: 'succeeded' as const, steps, result: {}, problem: null };
    expect(await t.ledger.finish(keyOf(old), ending)).toBeNull();
    expect(await t.ledger.retryLater({ key: keyOf(old), delayMs: 0, problem: null, steps })).toBeNull();
    expect(await t.ledger.halt(keyOf(old), 'no', steps)).toBe(false);
    expect(await t.state(id)).toBe('running');
    expect((await t.queries.operation(id))!.steps[0]!.state).toBe('pending');
  });

  it('is prolonged while it is alive', async () => {
    const userId = await t.newLane();
    const { id } = await t.accepted(userId);
    const claimed = (await t.claim(userId, id, { leaseMs: 1000 }))!;
    expect(await t.ledger.renew([keyOf(claimed)], 60_000)).toEqual(new Map([[id, true]]));
    const left = (await t.queries.operation(id))!.leaseUntil!.getTime() - Date.now();
    expect(left).toBeGreaterThan(30_000);
  });

  it('cannot end as not applied while a step may still be applied, nor as applied while one is not', async () => {
    const userId = await t.newLane();
    const { id } = await t.accepted(userId);
    const claimed = (await t.claim(userId, id))!;
    for (const state of ['pending', 'applied'] as const) {
      expect(
        await t.ledger.finish(keyOf(claimed), {
          ...FAILED,
          effect: claimed.effect,
          steps: inState(claimed, state),
        }),
      ).toBeNull();
    }
    const success = { effect: claimed.effect, state: 'succeeded' as const, result: {}, problem: null };
    expect(
      await t.ledger.finish(keyOf(claimed), { ...success, steps: inState(claimed, 'sealed') }),
    ).toBeNull();
    expect(await t.state(id)).toBe('running');
  });
});

describe('a report of a claim', () => {
  it('counts only if it knows every step', async () => {
    const userId = await t.newLane();
    const { id } = await t.accepted(userId);
    const claimed = (await t.claim(userId, id))!;
    const key = keyOf(claimed);
    const success = { effect: claimed.effect, state: 'succeeded' as const, result: {}, problem: null };
    expect(await t.ledger.finish(key, { ...success, steps: [] })).toBeNull();
    expect(await t.ledger.retryLater({ key, delayMs: 0, problem: null, steps: [] })).toBeNull();
    expect(await t.ledger.finish(key, { ...success, steps: inState(claimed, 'applied') })).not.toBeNull();
  });
});

describe('a batch', () => {
  it('touches no lane but those that its transaction has locked', async () => {
    const [locked, other] = [await t.newLane(), await t.newLane()];
    const writes = [await t.accepted(locked), await t.accepted(other)];
    const requests = [locked, other].map((userId, index) => ({ userId, id: writes[index]!.id, ...TERMS }));
    const claimed = await t.database.statements(async (tx) => {
      await lockLanes(tx, [locked], { wait: true });
      return claim(tx, requests);
    });
    expect([...claimed.keys()]).toEqual([writes[0]!.id]);
    expect(await t.state(writes[1]!.id)).toBe('queued');
  });
});

describe('what takes no lane’s lock', () => {
  it('passes by what somebody is at', async () => {
    const [busy, free] = [await t.newLane(), await t.newLane()];
    const [{ id: busyId }, { id: freeId }] = [await t.accepted(busy), await t.accepted(free)];
    const claims = [await t.claim(busy, busyId), await t.claim(free, freeId)].map((row) => keyOf(row!));
    await t.database.statements(async (tx) => {
      await tx.query('select 1 from operations where id = $1 for update', [busyId]);
      const renewed = [busyId, freeId].map((id): [string, boolean] => [id, id === freeId]);
      expect(await t.ledger.renew(claims, 60_000)).toEqual(new Map(renewed));
    });
    await Promise.all([busyId, freeId].map((id) => t.expire(id)));
    await t.database.query(`update operations set released_at = now() - interval '3 s' where id = any($1)`, [
      [busyId, freeId],
    ]);
    await t.database.statements(async (tx) => {
      await tx.query('select 1 from operations where id = $1 for update', [busyId]);
      const { releases } = await t.ledger.releaseOverdue(null, { olderThanMs: 2000, limit: 1000 });
      const ids = releases.map(({ operationId }) => operationId);
      expect(ids).toContain(freeId);
      expect(ids).not.toContain(busyId);
    });
  });
});

describe('the reconciler', () => {
  const OVERDUE = { olderThanMs: 2000, limit: 2 };
  const released = async (): Promise<string[]> => {
    const ids: string[] = [];
    let after: string | null = null;
    do {
      const page = await t.ledger.releaseOverdue(after, OVERDUE);
      ids.push(...page.releases.map(({ operationId, release }) => `${operationId}-${release}`));
      after = page.next;
    } while (after);
    return ids;
  };
  const age = (id: string): Promise<unknown> =>
    t.database.query(
      `update operations set released_at = now() - interval '3 s' where id = $1 and release > 0`,
      [id],
    );

  it('queues a lost head again under its id, and one whose worker died under a new id', async () => {
    const lost = await t.newLane();
    const died = await t.newLane();
    const lostHead = await t.accepted(lost);
    const next = await t.accepted(lost);
    const diedHead = await t.accepted(died);
    await t.claim(died, diedHead.id);
    await t.expire(diedHead.id);
    expect(await released()).not.toContain(`${lostHead.id}-1`);
    await Promise.all([lostHead, next, diedHead].map(({ id }) => age(id)));
    const ids = await released();
    expect(ids).toEqual(expect.arrayContaining([`${lostHead.id}-1`, `${diedHead.id}-2`]));
    expect(ids.join()).not.toContain(next.id);
    const again = (await released()).join();
    for (const { id } of [lostHead, diedHead]) expect(again).not.toContain(id);
  });

  it('works in one process at a time', async () => {
    const userId = await t.newLane();
    const { id } = await t.accepted(userId);
    await age(id);
    await t.database.transaction(async (tx) => {
      await tx.query(`select pg_advisory_xact_lock(hashtext('turnpike.reconciler'))`);
      expect(await released()).not.toContain(`${id}-1`);
    });
    expect(await released()).toContain(`${id}-1`);
  });
});

describe('impossible rows are refused by the database itself', () => {
  it.each([
    [
      'two operations of a lane under way',
      'operations_under_way',
      `state = 'retrying', next_attempt_at = now()`,
    ],
    ['a finished one without a time', 'ended_has_a_time', `state = 'cancelled'`],
    [
      'a finished one that says nothing of why it failed',
      'refused_says_why',
      `state = 'rejected', finished_at = now()`,
    ],
    ['a running one without a lease', 'running_has_a_lease', `state = 'running'`],
    [
      'a claimed one that waits for its first turn',
      'queued_was_not_claimed',
      `epoch = 1, started_at = now(), deadline_at = now()`,
    ],
    ['a success that was never begun', 'under_way_was_claimed', `state = 'succeeded', finished_at = now()`],
    ['a retry without a time', 'retrying_has_a_time', `state = 'retrying'`],
    [
      'a success with a step that is not in force',
      'end_agrees_with_steps',
      `state = 'succeeded', finished_at = now(), epoch = 1, started_at = now(), deadline_at = now()`,
    ],
    [
      'a step in no known state',
      'steps_are_in_known_states',
      `steps = '[{"name": "ordering.place", "state": "done"}]'`,
    ],
  ])('%s', async (_what, constraint, change) => {
    const userId = await t.newLane();
    const first = await t.accepted(userId);
    const second = await t.accepted(userId);
    await t.claim(userId, first.id);
    const claimed =
      constraint === 'operations_under_way' ? `, epoch = 1, started_at = now(), deadline_at = now()` : '';
    const impossible = t.database.query(`update operations set ${change}${claimed} where id = $1`, [
      second.id,
    ]);
    await expect(impossible).rejects.toThrow(constraint);
  });
});
