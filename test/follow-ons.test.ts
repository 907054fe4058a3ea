// What follows a success by itself is appended to its lane with the end, exactly once, whatever dies in between.
import { type Manifest, problemBody } from '@turnpike/protocol';
import { v7 as uuidv7 } from 'uuid';
import { definitionsOf } from '../gateway/src/operations/definitions.js';
import type { GatewayConfig } from '../libs/engine/src/config.js';
import { Catalogue } from '../libs/engine/src/definitions/catalogue.js';
import type { Authority } from '../libs/engine/src/execution/authority.js';
import { Executor } from '../libs/engine/src/execution/executor.js';
import type { Leases } from '../libs/engine/src/execution/leases.js';
import type { Services } from '../libs/engine/src/execution/service-client.js';
import type { Finished } from '../libs/engine/src/ledger/completion-batches.js';
import { LaneControl } from '../libs/engine/src/ledger/lane-control.js';
import { type Ledger } from '../libs/engine/src/ledger/ledger.js';
import type { FollowOn } from '../libs/engine/src/ledger/statements/follow-ons.js';
import type { ClaimedRow } from '../libs/engine/src/ledger/statements/claim.js';
import type { Release } from '../libs/engine/src/ledger/statements/enqueue.js';
import { toView } from '../libs/engine/src/queries/views.js';
import { effectOf, inState, keyOf, TERMS, TestLedger } from './support/ledger.js';

let t: TestLedger;
beforeAll(async () => void (t = await TestLedger.open()));
afterAll(() => t.close());

const STEPS = [{ name: 'loyalty.earn', service: 'loyalty' }] as const;

const followOn = (id = uuidv7(), others: Partial<FollowOn> = {}): FollowOn => ({
  ...{ id, kind: 'loyalty.earn', target: { type: 'order', id: uuidv7() }, payload: { orderId: 'canary' } },
  ...{ steps: STEPS, ...others },
});

/** Ends it as if every step had been applied. */
function end(claimed: ClaimedRow, followOns: FollowOn[], goesOn = false): Promise<Finished | null> {
  const steps = inState(claimed, 'applied');
  const ending = {
    ...effectOf(claimed),
    state: 'succeeded' as const,
    steps,
    result: {},
    problem: null,
    followOns,
  };
  return t.ledger.finish(keyOf(claimed), ending, goesOn ? TERMS : null);
}

async function begun(userId: string, kind = 'order.place'): Promise<ClaimedRow> {
  return (await t.claim(userId, (await t.accepted(userId, { kind })).id))!;
}

interface Row {
  seq: number;
  id: string;
  kind: string;
  state: string;
  follows: string | null;
}

const rowsOf = (userId: string): Promise<Row[]> =>
  t.database.query(
    'select seq, id, kind, state, follows_id as follows from operations where user_id = $1 and seq > 1 order by seq',
    [userId],
  );

const lane = async (userId: string): Promise<object> => {
  const { lastSeq, depth, endedTo } = (await t.queries.lane(userId))!;
  return { lastSeq, depth, endedTo };
};

describe('what follows a success', () => {
  it('is at the end of its lane, sealed, and named with the operation that it follows', async () => {
    const userId = await t.newLane();
    const claimed = await begun(userId);
    const waiting = await t.accepted(userId);
    const one = followOn();
    await end(claimed, [one]);
    expect(await rowsOf(userId)).toMatchObject([
      { seq: 2, id: claimed.id, state: 'succeeded', follows: null },
      { seq: 3, id: waiting.id, state: 'queued', follows: null },
      { seq: 4, id: one.id, kind: 'loyalty.earn', state: 'queued', follows: claimed.id },
    ]);
    expect(await lane(userId)).toEqual({ lastSeq: 4, depth: 2, endedTo: 2 });
    const [row] = await t.database.query('select o::text as row from operations o where id = $1', [one.id]);
    expect(JSON.stringify(row)).not.toContain('canary');
    const [first, next] = await Promise.all([claimed.id, one.id].map((id) => t.queries.operation(id)));
    expect(await t.queries.payloadOf(next!)).toEqual(one.payload);
    expect(toView(next!)).toMatchObject({ follows: claimed.id, actorId: null, target: one.target });
    expect(toView(first!)).not.toHaveProperty('follows');
  });

  it('is in the trace of the first, and has its request', async () => {
    const userId = await t.newLane();
    const { id } = await t.accepted(userId);
    const [traceparent, requestId] = [`00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, uuidv7()];
    await t.database.query('update operations set traceparent = $2, request_id = $3 where id = $1', [
      ...[id, traceparent, requestId],
    ]);
    const one = followOn();
    await end((await t.claim(userId, id))!, [one]);
    expect(await t.claim(userId, one.id)).toMatchObject({
      traceparent,
      request_id: requestId,
      follows_id: id,
    });
  });

  it('is one, however often the same end is said', async () => {
    const userId = await t.newLane();
    const claimed = await begun(userId);
    const one = followOn();
    const said = await Promise.all([end(claimed, [one]), end(claimed, [one]), end(claimed, [one])]);
    expect(said.filter((finished) => finished !== null)).toHaveLength(1);
    expect(await end(claimed, [one])).toBeNull();
    expect(await rowsOf(userId)).toHaveLength(2);
    expect(await lane(userId)).toEqual({ lastSeq: 3, depth: 1, endedTo: 2 });
  });

  it('is not there where the worker has lost its claim, and is there once when the next one ends it', async () => {
    const userId = await t.newLane();
    const late = await begun(userId);
    await t.expire(late.id);
    const claimed = (await t.claim(userId, late.id))!;
    const one = followOn();
    expect(await end(late, [one])).toBeNull();
    expect(await rowsOf(userId)).toHaveLength(1);
    await end(claimed, [one]);
    expect(await end(late, [one])).toBeNull();
    expect(await rowsOf(userId)).toMatchObject([{ id: late.id }, { id: one.id }]);
  });

  it('is not made a second time, nor does it keep others from ending', async () => {
    const [userId, other] = [await t.newLane(), await t.newLane()];
    const one = followOn();
    await end(await begun(userId), [one]);
    const [again, beside] = [(await t.claim(userId, one.id))!, await begun(other)];
    const ended = await Promise.all([end(again, [one]), end(beside, [followOn()])]);
    expect(ended).not.toContain(null);
    expect([await lane(userId), await lane(other)]).toEqual([
      { lastSeq: 3, depth: 0, endedTo: 3 },
      { lastSeq: 3, depth: 1, endedTo: 2 },
    ]);
  });

  it.each([
    ['a lane that is full', (userId: string) => t.accepted(userId, { maxDepth: 2 })],
    ['a lane that is deleting', (userId: string) => t.accepted(userId, { kind: 'user.delete' })],
  ])('is taken by %s', async (_what, fill) => {
    const userId = await t.newLane();
    const claimed = await begun(userId);
    await fill(userId);
    expect(await t.write(userId, { maxDepth: 2 })).toMatchObject({ outcome: 'refused' });
    const [one, other] = [followOn(), followOn()];
    await end(claimed, [one, other]);
    expect(await rowsOf(userId)).toMatchObject([{}, {}, { id: one.id, seq: 4 }, { id: other.id, seq: 5 }]);
    expect(await lane(userId)).toEqual({ lastSeq: 5, depth: 3, endedTo: 2 });
  });

  it('is the lane of what it makes', async () => {
    const userId = await t.newLane();
    const [made, named] = [uuidv7(), uuidv7()];
    await end(await begun(userId), [
      followOn(uuidv7(), { target: { type: 'order', id: made }, creates: true }),
      followOn(uuidv7(), { target: { type: 'order', id: named } }),
    ]);
    expect([await t.queries.laneOf('order', made), await t.queries.laneOf('order', named)]).toEqual([
      userId,
      null,
    ]);
  });

  it('is told of as what has come, to whoever follows the lane', async () => {
    const userId = await t.newLane();
    const claimed = await begun(userId);
    const before = await t.changes.latest(userId);
    const one = followOn();
    await end(claimed, [one]);
    const { changes } = await t.changes.after(userId, before);
    expect(changes.map(({ operation: { id, state } }) => [id, state])).toEqual([
      [claimed.id, 'succeeded'],
      [one.id, 'queued'],
    ]);
  });
});

describe('the next in a lane', () => {
  const released = (finished: Finished | null): string[] =>
    finished!.releases.map(({ operationId, release }) => `${operationId} ${release}`);

  it('is what follows, where nothing else waits, and is released with the end', async () => {
    const userId = await t.newLane();
    const [one, other] = [followOn(), followOn()];
    const finished = await end(await begun(userId), [one, other], true);
    expect(released(finished)).toEqual([`${one.id} 1`]);
    const goesOn = await end((await t.claim(userId, one.id))!, [], true);
    expect(goesOn!.claimed).toMatchObject({ id: other.id, payload: other.payload });
  });

  it('is what came before it, where something did', async () => {
    const userId = await t.newLane();
    const claimed = await begun(userId);
    const waiting = await t.accepted(userId);
    const one = followOn();
    const finished = await end(claimed, [one], true);
    expect([finished!.claimed?.id, released(finished)]).toEqual([waiting.id, []]);
    expect(await t.claim(userId, one.id)).toBeNull();
  });

  it('waits with a lane that is paused meanwhile, and is released when that goes on', async () => {
    const userId = await t.newLane();
    const [claimed, control] = [await begun(userId), new LaneControl(t.database)];
    await control.pause(userId, userId, 'a test');
    const one = followOn();
    expect(released(await end(claimed, [one]))).toEqual([]);
    const { releases } = await control.resume(userId, userId, null);
    expect(releases).toMatchObject([{ operationId: one.id }]);
  });

  it('is released in line, and beside the lane the one of before, where what is followed was beside it', async () => {
    const userId = await t.newLane();
    const roles = await begun(userId, 'user.set-roles');
    const beside = await t.accepted(userId, { kind: 'user.set-roles' });
    const one = followOn();
    expect(released(await end(roles, [one])).sort()).toEqual([`${beside.id} 1`, `${one.id} 1`].sort());
  });
});

/** Each paid order earns points, and that is followed by a letter. */
const JOINED: Manifest = {
  ...{ manifest: 1, service: 'loyalty', version: '1' },
  operations: [
    { kind: 'loyalty.earn', after: 'order.pay', input: { paid: '/result/id' }, steps: ['loyalty.earn'] },
    {
      ...{ kind: 'loyalty.tell', after: 'loyalty.earn', steps: ['loyalty.tell'] },
      input: { points: '/result/points', of: '/input/paid' },
    },
  ],
  steps: ['loyalty.earn', 'loyalty.tell'].map((name) => ({ name, refuses: false, undo: false, event: null })),
};

function catalogue(): Catalogue {
  const shop = definitionsOf({ paidOrders: 'cancel' });
  const subjectEnd = (): ReturnType<typeof shop.subjectEnd> => ({
    ...{ voidsSessionsBefore: undefined, confirmed: undefined },
  });
  const known = new Catalogue({ ...shop, subjectEnd });
  known.apply([JOINED]);
  return known;
}

/** What the services answer. */
const ANSWERS: Readonly<Record<string, object>> = {
  'ordering.pay': { id: 'an order' },
  'loyalty.earn': { points: 17 },
};

describe('a worker', () => {
  const sent: [step: string, body: unknown][] = [];
  beforeEach(() => void sent.splice(0));

  const services = {
    apply: (step: string, body: unknown) => {
      sent.push([step, body]);
      return Promise.resolve({ type: 'applied', body: ANSWERS[step] ?? {} });
    },
  } as unknown as Services;

  function workerOf(ledger: Ledger): Executor {
    const leases = { hold: () => ({ signal: new AbortController().signal, release: () => undefined }) };
    return new Executor(
      ...[ledger, services, leases as unknown as Leases],
      { toCarryOut: () => Promise.resolve('held') } as unknown as Authority,
      catalogue(),
      { run: TERMS } as unknown as GatewayConfig,
    );
  }

  /** Carries out whatever is released, one after the other. */
  async function runAll(userId: string, id: string, ledger = t.ledger): Promise<void> {
    const queue: Pick<Release, 'operationId'>[] = [{ operationId: id }];
    for (let next = queue.shift(); next; next = queue.shift()) {
      queue.push(...(await workerOf(ledger).run(userId, next.operationId)));
    }
  }

  it('carries out a chain, each with what the one before has left', async () => {
    const userId = await t.newLane();
    const { id } = await t.accepted(userId, { kind: 'order.pay' });
    await runAll(userId, id);
    const rows = await rowsOf(userId);
    expect(rows).toMatchObject([
      { kind: 'order.pay', state: 'succeeded', follows: null },
      { kind: 'loyalty.earn', state: 'succeeded', follows: id },
      { kind: 'loyalty.tell', state: 'succeeded', follows: rows[1]!.id },
    ]);
    expect(sent.slice(1)).toMatchObject([
      ['loyalty.earn', { operation: { id: rows[1]!.id }, input: { paid: 'an order' } }],
      ['loyalty.tell', { operation: { id: rows[2]!.id }, input: { points: 17, of: 'an order' } }],
    ]);
    expect(await lane(userId)).toEqual({ lastSeq: 4, depth: 0, endedTo: 4 });
  });

  it('that dies before it has said the end leaves nothing, and the next one comes to the same', async () => {
    const userId = await t.newLane();
    const { id } = await t.accepted(userId, { kind: 'order.pay' });
    const dead = Object.create(t.ledger, {
      finish: { value: () => Promise.reject(new Error('killed')) },
    }) as Ledger;
    await expect(workerOf(dead).run(userId, id)).rejects.toThrow('killed');
    expect(await rowsOf(userId)).toHaveLength(1);
    await t.expire(id);
    await runAll(userId, id);
    expect((await rowsOf(userId)).map(({ kind }) => kind)).toEqual([
      'order.pay',
      'loyalty.earn',
      'loyalty.tell',
    ]);
  });

  it('that has not heard that its end was written makes it once, and the reconciler finds what follows', async () => {
    const userId = await t.newLane();
    const { id } = await t.accepted(userId, { kind: 'order.pay' });
    const ledger = t.ledger;
    const finish: Ledger['finish'] = async (...args) => {
      const done = await ledger.finish(...args);
      if (done) throw Object.assign(new Error('cut'), { code: 'ECONNRESET' });
      return done;
    };
    const cut = Object.create(ledger, { finish: { value: finish } }) as Ledger;
    expect(await workerOf(cut).run(userId, id)).toEqual([]);
    const [, next] = await rowsOf(userId);
    expect(await rowsOf(userId)).toHaveLength(2);
    const { releases } = await t.ledger.releaseOverdue(null, { olderThanMs: -1000, limit: 1000 });
    expect(releases.map(({ operationId }) => operationId)).toContain(next!.id);
  });

  it('sends nothing of what follows once the user is deleted: it is rejected at its turn', async () => {
    const userId = await t.newLane();
    const { id } = await t.accepted(userId, { kind: 'order.pay' });
    const deletion = await t.accepted(userId, { kind: 'user.delete' });
    await runAll(userId, id);
    const rows = await rowsOf(userId);
    expect(rows).toMatchObject([
      { id, state: 'succeeded' },
      { id: deletion.id, state: 'succeeded' },
      { kind: 'loyalty.earn', state: 'rejected', follows: id },
    ]);
    expect(rows).toHaveLength(3);
    expect((await t.queries.operation(rows[2]!.id))!.problem).toMatchObject({ code: 'user-deleted' });
    expect(sent.map(([step]) => step)).not.toContain('loyalty.earn');
    expect(await t.queries.lane(userId)).toMatchObject({ admission: 'deleted', rejected: 1, depth: 0 });
  });

  it('carries it out where the deletion before it has failed', async () => {
    const userId = await t.newLane();
    const claimed = await begun(userId, 'order.pay');
    const deletion = await t.accepted(userId, { kind: 'user.delete' });
    const one = followOn();
    await end(claimed, [one]);
    const refused = (await t.claim(userId, deletion.id))!;
    await t.ledger.finish(keyOf(refused), {
      ...{ effect: refused.effect, state: 'failed', steps: inState(refused, 'refused') },
      ...{ result: null, problem: problemBody('deletion-restricted') },
    });
    await runAll(userId, one.id);
    expect((await rowsOf(userId))[2]).toMatchObject({ id: one.id, state: 'succeeded' });
  });

  it('knows of nothing that follows where it does not succeed', async () => {
    const userId = await t.newLane();
    const { id } = await t.accepted(userId, { kind: 'order.pay' });
    const answers = { type: 'refused', problem: problemBody('order-state-conflict') };
    const apply = jest.spyOn(services, 'apply').mockResolvedValueOnce(answers as never);
    await runAll(userId, id);
    apply.mockRestore();
    expect(await rowsOf(userId)).toMatchObject([{ id, state: 'failed' }]);
  });
});
