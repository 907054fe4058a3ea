// What operators are told of a lane that stands though nobody holds it, and of how long its head has waited.
import { type LaneHold, problemBody } from '@turnpike/protocol';
import { LaneControl } from '../libs/engine/src/ledger/lane-control.js';
import { LedgerCounts } from '../libs/engine/src/queries/totals.js';
import { keyOf, TestLedger } from './support/ledger.js';

describe('a lane that stands', () => {
  let t: TestLedger;
  let userId: string;
  let id: string;
  beforeAll(async () => {
    t = await TestLedger.open();
    userId = await t.newLane();
    id = (await t.accepted(userId, { kind: 'order.place' })).id;
  });
  afterAll(() => t?.close());

  const hold = async (): Promise<LaneHold | null> => (await t.laneViews.find(userId))!.hold;
  const set = (change: string): Promise<unknown> =>
    t.database.query(`update operations set ${change} where id = $1`, [id]);
  const waits = async (): Promise<boolean> =>
    (await new LedgerCounts(t.database).now()).oldestWaitingMs !== null;

  it('is one whose head no worker takes, once a worker would have', async () => {
    expect(await hold()).toBeNull();
    await set(`released_at = now() - interval '11 s'`);
    expect(await hold()).toEqual({ reason: 'worker', service: null, since: expect.stringMatching(/Z$/) });
    expect(await waits()).toBe(true);
  });

  it('is not one whose head is carried out for the first time, until its worker is silent', async () => {
    await t.claim(userId, id);
    expect([await hold(), await waits()]).toEqual([null, false]);
    await set(`lease_until = now() - interval '1 s'`);
    expect(await hold()).toMatchObject({ reason: 'lease', service: null });
    expect(await waits()).toBe(true);
  });

  it('is one whose service fails or is held back, also while the next attempt is under way', async () => {
    const first = (await t.claim(userId, id))!;
    const problem = problemBody('unavailable', 'ordering did not answer.');
    await t.ledger.retryLater({ key: keyOf(first), delayMs: 0, problem, steps: first.steps });
    expect(await hold()).toMatchObject({ reason: 'retry', service: 'ordering' });
    const second = (await t.claim(userId, id))!;
    expect(await hold()).toMatchObject({ reason: 'retry', service: 'ordering' });
    expect(await waits()).toBe(true);
    const heldBack = { ...problem, breaker: 'ordering' };
    await t.ledger.retryLater({
      key: keyOf(second),
      delayMs: 60_000,
      problem: heldBack,
      steps: second.steps,
    });
    expect(await hold()).toMatchObject({ reason: 'breaker', service: 'ordering' });
  });

  it('ends its wait once, when its service is back: what fails again keeps its time', async () => {
    const page = await t.ledger.hurryRetries('ordering', 500, null);
    expect(page.releases.map(({ operationId }) => operationId)).toEqual([id]);
    const third = (await t.claim(userId, id))!;
    const problem = { ...problemBody('unavailable', 'ordering is held back.'), breaker: 'ordering' };
    const again = { key: keyOf(third), delayMs: 60_000, problem, steps: third.steps };
    await t.ledger.retryLater(again);
    expect((await t.ledger.hurryRetries('ordering', 500, page.before)).releases).toEqual([]);
    expect((await t.ledger.hurryRetries('ordering', 500, null)).releases).toHaveLength(1);
  });

  it('is not one that somebody has paused', async () => {
    await new LaneControl(t.database).pause(userId, userId, 'r');
    expect(await hold()).toBeNull();
  });
});
