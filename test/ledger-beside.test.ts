// Changes of roles and of the password have their places in the lane, and wait for nothing that it waits for.
import type { OperationKind } from '@turnpike/contracts';
import { problemBody } from '@turnpike/protocol';
import { v7 as uuidv7 } from 'uuid';
import { AccessEndings } from '../libs/engine/src/ledger/access-endings.js';
import { Actors } from '../libs/engine/src/ledger/actor-standings.js';
import { LaneControl } from '../libs/engine/src/ledger/lane-control.js';
import { findHalted, reopen } from '../libs/engine/src/ledger/statements/resolve-halt.js';
import type { Finished } from '../libs/engine/src/ledger/completion-batches.js';
import { inState, keyOf, TERMS, TestLedger } from './support/ledger.js';

const BESIDE = ['user.set-roles', 'user.change-password'] as const satisfies OperationKind[];
const MAX_DEPTH = 3;

let t: TestLedger;
let control: LaneControl;
beforeAll(async () => {
  t = await TestLedger.open();
  control = new LaneControl(t.database);
});
afterAll(() => t.close());

interface Write {
  id: string;
  seq: number;
}

const write = (userId: string, kind: OperationKind = 'order.place'): Promise<Write> =>
  t.accepted(userId, { kind, maxDepth: MAX_DEPTH });

async function putBack(userId: string, id: string): Promise<void> {
  const claimed = (await t.claim(userId, id))!;
  const problem = problemBody('unavailable');
  const { steps } = claimed;
  await t.ledger.retryLater({ key: keyOf(claimed), delayMs: 60_000, problem, steps });
}

/** Ends it as if every step had been applied, and asks for what follows. */
async function goOn(userId: string, id: string): Promise<Finished> {
  const claimed = (await t.claim(userId, id))!;
  const { effect } = claimed;
  const steps = inState(claimed, 'applied');
  const ending = { effect, state: 'succeeded' as const, steps, result: {}, problem: null };
  return (await t.ledger.finish(keyOf(claimed), ending, TERMS))!;
}

async function waitingOf(id: string): Promise<unknown> {
  return t.queries.waiting((await t.queries.operation(id))!);
}

const released = ({ releases }: { releases: readonly { operationId: string }[] }): string[] =>
  releases.map(({ operationId }) => operationId);

async function overdue(): Promise<string[]> {
  return released(await t.ledger.releaseOverdue(null, { olderThanMs: -1000, limit: 1000 }));
}

/** What keeps a lane from going on, done to one whose first write waits. */
const STANDSTILLS: Record<string, (userId: string, head: Write) => Promise<unknown>> = {
  'that is paused': (userId) => control.pause(userId, userId, 'a test'),
  'that is halted': async (userId, { id }) => {
    const claimed = (await t.claim(userId, id))!;
    await t.ledger.halt(keyOf(claimed), 'a test', claimed.steps);
  },
  'whose head is in retry': (userId, { id }) => putBack(userId, id),
  'whose head is under way': (userId, { id }) => t.claim(userId, id),
  'that is full': async (userId) => {
    for (let depth = 1; depth < MAX_DEPTH; depth += 1) await write(userId);
  },
};

describe.each(Object.entries(STANDSTILLS))('a lane %s', (_what, standStill) => {
  it.each(BESIDE)('has %s carried out beside it, at its place', async (kind) => {
    const userId = await t.newLane();
    const head = await write(userId);
    await standStill(userId, head);
    const admitted = await t.write(userId, { kind, maxDepth: MAX_DEPTH });
    const { lastSeq, endedTo, execution } = (await t.queries.lane(userId))!;
    expect(admitted).toMatchObject({ outcome: 'accepted', seq: lastSeq, acceptance: { position: 0 } });
    expect(admitted).toMatchObject({ releases: [{ operationId: admitted.id }] });
    expect(await waitingOf(admitted.id)).toMatchObject({ position: 0, behind: null, reason: 'turn' });
    expect(await goOn(userId, admitted.id)).toEqual({ claimed: null, releases: [] });
    expect(await t.queries.lane(userId)).toMatchObject({ lastSeq, endedTo, execution });
    expect(await t.state(head.id)).not.toBe('succeeded');
    expect(await t.unfinished(userId)).toBe((await t.queries.lane(userId))!.depth);
  });
});

describe('what is carried out beside a lane', () => {
  it('takes a place from no other write: the lane is full with those in line', async () => {
    const userId = await t.newLane();
    for (let count = 0; count <= MAX_DEPTH; count += 1) await write(userId, 'user.set-roles');
    const places = [await write(userId), await write(userId), await write(userId)];
    expect(places.map(({ seq }) => seq)).toEqual([6, 7, 8]);
    expect(await t.write(userId, { maxDepth: MAX_DEPTH })).toMatchObject({ code: 'lane-full' });
    expect(await waitingOf(places[2]!.id)).toMatchObject({ position: 2, behind: places[1]!.id });
  });

  it('keeps its own order, and is given to whoever goes on', async () => {
    const userId = await t.newLane();
    const first = await write(userId, 'user.set-roles');
    const line = await write(userId);
    const second = await write(userId, 'user.change-password');
    expect(await waitingOf(second.id)).toMatchObject({ position: 1, behind: first.id });
    expect(await t.claim(userId, second.id)).toBeNull();
    await putBack(userId, first.id);
    expect(await t.claim(userId, second.id)).toBeNull();
    await t.database.query('update operations set next_attempt_at = now() where id = $1', [first.id]);
    expect(await goOn(userId, line.id)).toEqual({ claimed: null, releases: [] });
    await control.pause(userId, userId, 'a test');
    expect(await goOn(userId, first.id)).toMatchObject({ claimed: { id: second.id }, releases: [] });
  });

  it('is under way at the same time as the head, and neither of it twice', async () => {
    const userId = await t.newLane();
    const [head, beside] = [await write(userId), await write(userId, 'user.set-roles')];
    const [line, aside] = [(await t.claim(userId, head.id))!, (await t.claim(userId, beside.id))!];
    expect([line.beside, aside.beside]).toEqual([false, true]);
    expect(await t.claim(userId, beside.id)).toBeNull();
    await t.expire(beside.id);
    expect(await t.claim(userId, beside.id)).toMatchObject({ epoch: 2, crashes: 1 });
    expect(await t.ledger.renew([keyOf(line)], 1000)).toEqual(new Map([[head.id, true]]));
  });

  it('has no deadline that a pause of its lane puts off, and is no write at which it is halted', async () => {
    const userId = await t.newLane();
    const beside = await write(userId, 'user.set-roles');
    const head = await write(userId);
    await putBack(userId, beside.id);
    const { deadlineAt } = (await t.queries.operation(beside.id))!;
    const claimed = (await t.claim(userId, head.id))!;
    await t.ledger.halt(keyOf(claimed), 'a test', claimed.steps);
    expect(await t.laneViews.find(userId)).toMatchObject({ state: 'halted', head: { id: head.id } });
    expect(await findHalted(t.database, userId)).toMatchObject({ id: head.id });
    expect(await reopen(t.database, { userId, id: beside.id, epoch: 1 }, 1000)).toBe(false);
    await control.release(userId, userId, 'a test');
    expect((await t.queries.operation(beside.id))!.deadlineAt).toEqual(deadlineAt);
  });

  it('waits for the registration that makes its user, and is found by the reconciler then', async () => {
    const userId = uuidv7();
    const registration = await t.accepted(userId, { kind: 'user.register' });
    const beside = await write(userId, 'user.set-roles');
    expect(await waitingOf(beside.id)).toMatchObject({ position: 1, behind: registration.id });
    expect(await t.claim(userId, beside.id)).toBeNull();
    expect(await overdue()).not.toContain(beside.id);
    await t.succeed(userId, registration.id);
    expect(await overdue()).toContain(beside.id);
    expect(await t.claim(userId, beside.id)).toMatchObject({ epoch: 1 });
  });

  it('is released when the one before it is withdrawn', async () => {
    const userId = await t.newLane();
    await control.pause(userId, userId, 'a test');
    const [first, second] = [await write(userId, 'user.set-roles'), await write(userId, 'user.set-roles')];
    expect(released(await t.ledger.cancel(userId, first.id))).toEqual([second.id]);
  });

  it.each(['paused', 'running'])(
    'is tried at once in a %s lane when its service is back',
    async (execution) => {
      const userId = await t.newLane();
      const [head, beside] = [await write(userId), await write(userId, 'user.set-roles')];
      for (const { id } of [head, beside]) {
        await putBack(userId, id);
        await t.database.query(
          `update operations set cause = '{"service": "identity"}', released_at = now() - interval '1 s' where id = $1`,
          [id],
        );
      }
      if (execution === 'paused') await control.pause(userId, userId, 'a test');
      const hurried = released(await t.ledger.hurryRetries('identity', 1000, null));
      expect(hurried).toContain(beside.id);
      expect(hurried.includes(head.id)).toBe(execution === 'running');
    },
  );

  it('is told of in the order of the commits, beside a head that is claimed and put back', async () => {
    const userId = await t.newLane();
    const before = await t.changes.latest(userId);
    const [head, beside] = [await write(userId), await write(userId, 'user.set-roles')];
    for (const id of [head.id, head.id, beside.id, head.id, beside.id]) {
      await t.database.query('update operations set next_attempt_at = now() where id = $1 and state = $2', [
        id,
        'retrying',
      ]);
      await putBack(userId, id);
    }
    await t.database.query('update operations set next_attempt_at = now() where id = $1', [beside.id]);
    await t.succeed(userId, beside.id);
    const { changes } = await t.changes.after(userId, before);
    const told = changes.map(({ operation: { seq, state, attempts } }) => `${seq} ${state} ${attempts}`);
    expect(told).toEqual([
      ...['2 queued 0', '3 queued 0'],
      ...['2 running 1', '2 retrying 1', '2 running 2', '2 retrying 2'],
      ...['3 running 1', '3 retrying 1', '2 running 3', '2 retrying 3', '3 running 2', '3 retrying 2'],
      ...['3 running 3', '3 succeeded 3'],
    ]);
    for (const [place, { number }] of changes.entries()) {
      expect((await t.changes.after(userId, number)).changes).toHaveLength(changes.length - place - 1);
    }
  });

  it('is told of though later writes in line were carried out before it', async () => {
    const userId = await t.newLane();
    const beside = await write(userId, 'user.set-roles');
    for (const { id } of [await write(userId), await write(userId)]) await t.succeed(userId, id);
    const before = await t.changes.latest(userId);
    await t.succeed(userId, beside.id);
    const told = (await t.changes.after(userId, before)).changes.map(({ operation }) => operation.seq);
    expect(told).toEqual([beside.seq, beside.seq]);
  });

  it('lets the lane know up to where all has ended, and no further', async () => {
    const userId = await t.newLane();
    const [beside, line] = [await write(userId, 'user.set-roles'), await write(userId)];
    await t.succeed(userId, line.id);
    expect((await t.queries.lane(userId))!.endedTo).toBe(1);
    expect(await t.queries.firstUnfinished(userId)).toBe(beside.seq);
    await t.succeed(userId, beside.id);
    expect(await t.queries.firstUnfinished(userId)).toBe(Infinity);
  });
});

describe('a deletion', () => {
  it.each(BESIDE)('waits for a %s that was acknowledged before it', async (kind) => {
    const userId = await t.newLane();
    const line = await write(userId);
    const beside = await write(userId, kind);
    const deletion = await write(userId, 'user.delete');
    expect(await waitingOf(deletion.id)).toMatchObject({ position: 2, behind: beside.id });
    expect(await goOn(userId, line.id)).toEqual({ claimed: null, releases: [] });
    expect(await t.claim(userId, deletion.id)).toBeNull();
    expect(await overdue()).not.toContain(deletion.id);
    await t.succeed(userId, beside.id);
    expect(await overdue()).toContain(deletion.id);
    expect(await t.claim(userId, deletion.id)).toMatchObject({ kind: 'user.delete' });
  });

  it('that withdraws what waits leaves alone what is carried out beside the lane', async () => {
    const userId = await t.newLane();
    const [line, beside] = [await write(userId), await write(userId, 'user.set-roles')];
    const deletion = await t.write(userId, { kind: 'user.delete', cancelsWaiting: true });
    const releases = [{ operationId: beside.id }];
    expect(deletion).toMatchObject({ acceptance: { position: 1, behind: beside.id }, releases });
    expect(await t.state(line.id)).toBe('cancelled');
    await t.succeed(userId, beside.id);
    expect(await t.claim(userId, deletion.id)).not.toBeNull();
  });

  it('keeps what comes after it from being accepted beside the lane', async () => {
    const userId = await t.newLane();
    await write(userId, 'user.delete');
    for (const kind of BESIDE)
      expect(await t.write(userId, { kind })).toMatchObject({ code: 'user-deleting' });
  });
});

describe('a session that asks for another password', () => {
  const MINE = uuidv7();
  const ASKED = { kind: 'user.change-password', payload: { keepSession: MINE } } as const;
  const endings = (): AccessEndings => new AccessEndings(t.database);
  const sparedOf = async (userId: string): Promise<string | null> => (await endings().of(userId))!.spared;

  it('goes on, and may ask once more though it began before', async () => {
    const userId = await t.newLane();
    await t.accepted(userId, { ...ASKED, sessionEpoch: 0 });
    expect(await sparedOf(userId)).toBe(MINE);
    await t.accepted(userId, { ...ASKED, sessionEpoch: 0 });
    await endings().end(userId, { id: MINE, epoch: 0 });
    expect(await endings().of(userId)).toMatchObject({ epoch: 3, spared: MINE });
  });

  it.each([
    ['by itself', (userId: string) => endings().end(userId, null)],
    ['by another session', (userId: string) => endings().end(userId, { id: uuidv7(), epoch: 0 })],
    ['by a write', (userId: string) => t.accepted(userId, { kind: 'user.set-roles' })],
    [
      'by a suspension',
      (userId: string) =>
        t.database.query(
          `update lanes set suspended_at = now(), suspended_by = user_id, suspension_reason = 'a test' where user_id = $1`,
          [userId],
        ),
    ],
  ])('is refused, and spares itself nothing, where access was ended meanwhile %s', async (_how, end) => {
    const userId = await t.newLane();
    await end(userId);
    const before = await endings().of(userId);
    const refused = await t.write(userId, { ...ASKED, sessionEpoch: 0 });
    expect(refused).toMatchObject({ outcome: 'refused', code: 'unauthenticated' });
    expect(await endings().of(userId)).toEqual(before);
    await endings().end(userId, { id: MINE, epoch: 0 });
    expect(await sparedOf(userId)).toBeNull();
  });

  it('is not let in again by who repeats its write', async () => {
    const userId = await t.newLane();
    await endings().end(userId, null);
    await t.accepted(userId, ASKED);
    expect(await sparedOf(userId)).toBeNull();
  });
});

describe('what is in retry by a role', () => {
  it('is tried at once when its actor is suspended, and keeps its time before', async () => {
    const [actorId, userId, heldId] = [await t.newLane(), await t.newLane(), await t.newLane()];
    const [mine, other, held] = [
      await write(userId, 'user.set-roles'),
      await write(userId),
      await write(heldId),
    ];
    for (const [user, { id }] of [
      [userId, mine],
      [userId, other],
      [heldId, held],
    ] as const)
      await putBack(user, id);
    await t.database.query(`update operations set actor_id = $1, by_role = 'admin' where id = any($2)`, [
      actorId,
      [mine.id, held.id],
    ]);
    await control.pause(heldId, userId, 'a test');
    const withdraw = async (): Promise<string[]> =>
      released({ releases: await new Actors(t.database).withdrawFor(actorId, ['admin']) });
    expect(await withdraw()).toEqual([]);
    await t.database.query(
      `update lanes set suspended_at = now(), suspended_by = user_id, suspension_reason = 'a test' where user_id = $1`,
      [actorId],
    );
    expect(await withdraw()).toEqual([mine.id]);
    expect(await t.claim(userId, mine.id)).toMatchObject({ actor_id: actorId, by_role: 'admin' });
    expect(await withdraw()).toEqual([]);
  });
});
