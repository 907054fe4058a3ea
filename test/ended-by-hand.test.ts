// What an operator's end of a write makes of its lane, used directly on a ledger.
import type { OperationKind } from '@turnpike/contracts';
import { readStepKey, type StepState, type WayOut } from '@turnpike/protocol';
import type { GatewayConfig } from '../libs/engine/src/config.js';
import type { Lane } from '../libs/engine/src/ledger/lane.entity.js';
import { readRegister } from '../libs/engine/src/ledger/register.js';
import { WaysOut } from '../libs/engine/src/ledger/resolve-halt.js';
import type { Releaser } from '../libs/engine/src/queue/enqueue.js';
import type { StepAnswer } from '../libs/engine/src/definitions/outcome.js';
import type { Services, StepContext } from '../libs/engine/src/execution/service-client.js';
import { LaneRelease } from '../libs/engine/src/ops/resolve-halt.js';
import { SHOP } from './support/shop.js';
import { keyOf, TestLedger } from './support/ledger.js';

const OPERATOR = '00000000-0000-7000-8000-000000000001';
const RELEASER = { release: () => undefined } as unknown as Releaser;
const CONFIG = { run: { deadlineMs: 60_000 } } as GatewayConfig;

let t: TestLedger;
let settled: string[];
beforeAll(async () => (t = await TestLedger.open()));
beforeEach(() => (settled = []));
afterAll(() => t.close());

/** Of a process whose services say that of a step that is settled. */
function laneRelease(says: StepAnswer = { type: 'sealed' }): LaneRelease {
  const waysOut = new WaysOut(t.database, CONFIG, t.keys[0].dataKeys);
  const settle = ({ key }: StepContext): Promise<StepAnswer> => {
    settled.push(readStepKey(key)!.step);
    return Promise.resolve(says);
  };
  return new LaneRelease(waysOut, t.queries, { settle } as unknown as Services, RELEASER, SHOP);
}

/** A lane that is halted at such a write. @returns its user */
async function haltedAt(kind: OperationKind, states: Partial<Record<string, StepState>>): Promise<string> {
  const userId = await t.newLane();
  if (kind === 'user.purge') await t.done(userId, 'user.delete');
  const { id } = await t.accepted(userId, { kind });
  const claimed = (await t.claim(userId, id))!;
  const steps = claimed.steps.map((step) => ({ ...step, state: states[step.name] ?? step.state }));
  expect(await t.ledger.halt(keyOf(claimed), 'test', steps)).toBe(true);
  return userId;
}

function end(userId: string, action: WayOut, says?: StepAnswer): Promise<void> {
  return laneRelease(says).take(userId, OPERATOR, { action });
}

function laneOf(userId: string): Promise<Lane | null> {
  return t.queries.lane(userId);
}

describe('a deletion that an operator ends as succeeded', () => {
  it.each(['user.delete', 'event.user-deleted'] as const)(
    'is a decision of the register: %s',
    async (kind) => {
      const userId = await haltedAt(kind, {});
      expect((await laneOf(userId))!.decidedAt).toBeNull();
      await end(userId, 'succeed');
      expect(await laneOf(userId)).toMatchObject({ admission: 'deleted', decidedAt: expect.any(Date) });
      expect(await readRegister(t.database, userId, {})).toMatchObject({ register: 'deleted' });
    },
  );
});

describe('a purge that an operator ends as succeeded', () => {
  it('leaves a receipt of what the ledger erased, and no key in this process', async () => {
    const userId = await haltedAt('user.purge', {});
    const [{ dataKeys }] = t.keys;
    expect(await dataKeys.find(userId)).not.toBeNull();
    const { id } = await headOf(userId);
    await end(userId, 'succeed');
    expect(await dataKeys.find(userId)).toBeNull();
    const { result } = (await t.queries.operation(id))!;
    expect(result).toMatchObject({
      erasures: expect.arrayContaining([expect.objectContaining({ relation: 'gateway.operations' })]),
    });
    expect(await laneOf(userId)).toMatchObject({ admission: 'closed', decidedAt: expect.any(Date) });
  });
});

describe('what moves the lane and is in force', () => {
  const IN_FORCE = [
    ['user.delete', 'identity.delete'],
    ['user.purge', 'identity.purge'],
    ['event.user-deleted', 'ordering.follow-user'],
  ] as const;
  const REFUSED = {
    ...{ code: 'operation-not-cancellable' },
    message: expect.stringMatching(/retry.*succeed/) as string,
  };
  const ended = IN_FORCE.flatMap(([kind, step]) => [
    [kind, step, 'skip'] as const,
    [kind, step, 'fail'] as const,
  ]);

  it.each(ended)('is not let go as failed: %s with %s, by %s', async (kind, step, action) => {
    const userId = await haltedAt(kind, { [step]: 'applied' });
    const before = await laneOf(userId);
    await expect(end(userId, action)).rejects.toMatchObject(REFUSED);
    expect(await laneOf(userId)).toEqual(before);
    await end(userId, 'succeed');
    expect((await laneOf(userId))!.execution).toBe('running');
  });

  it('is found to be so by asking its service, before what follows it is closed', async () => {
    const userId = await haltedAt('user.purge', {});
    await expect(end(userId, 'fail', { type: 'applied', body: {} })).rejects.toMatchObject(REFUSED);
    expect(settled).toEqual(['identity.purge']);
  });

  it('may be ended as failed while it is not', async () => {
    const userId = await haltedAt('user.delete', { 'ordering.delete-customer': 'applied' });
    await end(userId, 'fail');
    // Of the step that is in force its undo is closed, of the other one itself.
    expect(settled).toEqual(['ordering.delete-customer', 'identity.delete']);
    expect((await laneOf(userId))!.admission).toBe('open');
  });
});

async function headOf(userId: string): Promise<{ id: string }> {
  const rows = await t.database.query<{ id: string }>(
    'select id from operations where user_id = $1 and finished_at is null',
    [userId],
  );
  return rows[0]!;
}
