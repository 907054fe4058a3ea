import type { OperationKind } from '@turnpike/contracts';
import { problemBody, type StepState } from '@turnpike/protocol';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import type { ClaimKey, StepOutcome } from '../libs/engine/src/ledger/statements/claim.js';
import { LaneControl } from '../libs/engine/src/ledger/lane-control.js';
import type { Release } from '../libs/engine/src/ledger/statements/enqueue.js';
import type { EndState } from '../libs/engine/src/ledger/states.js';
import { derivedId } from '../libs/engine/src/definitions/follow-ons.js';
import type { FollowOn } from '../libs/engine/src/ledger/statements/complete.js';
import { SHOP } from './support/shop.js';
import {
  type Answer,
  fingerprintOf,
  FOLLOW_ON,
  holdsUp,
  isBeside,
  isUnfinished,
  type LaneModel,
  LedgerModel,
  type OperationModel,
} from './support/lane-model.js';
import { keyOf, type LedgerRows, TERMS, TestLedger } from './support/ledger.js';

/*
 * Whatever is done to the ledger in whatever order, it answers and changes as lane-model.ts says; and what is done
 * to it at once leaves nothing behind that no order could.
 */

const SEED = 7310577;
const RUNS = 100;
const MAX_COMMANDS = 40;

/** So many of a lane's writes may wait. */
const MAX_DEPTH = 4;

type Steps = 'applied' | 'closed' | 'first closed' | 'unknown';
type Action =
  | { do: 'admit'; user: number; kind: OperationKind; key: string | null; withdraws: boolean }
  /** On the nth unfinished operation of the lane; on its last operation where there are fewer. */
  | { do: 'claim' | 'take over' | 'expire' | 'cancel'; user: number; nth: number }
  /** Claims the head and ends it, as a worker does. */
  | { do: 'carry out'; user: number; state: 'succeeded' | 'failed'; goesOn: boolean; follows: number }
  /** With the latest claim of the lane, or an older one. */
  | { do: 'renew' | 'halt'; user: number; age: number }
  | {
      do: 'finish';
      user: number;
      age: number;
      state: EndState;
      steps: Steps;
      goesOn: boolean;
      follows: number;
    }
  | { do: 'retry'; user: number; age: number; delayMs: number; steps: Steps }
  | { do: 'pause' | 'resume' | 'release'; user: number }
  | { do: 'reconcile' | 'forget keys' };

const often = <Value>(value: Value, others: fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(value) }, others);
const user = often(0, fc.nat({ max: 2 }));
const nth = often(0, fc.nat({ max: 3 }));
const age = fc.constantFrom(0, 0, 0, 1, 1, 2);
const kind = often<OperationKind>(
  'order.place',
  fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom('user.set-roles', 'user.change-password') },
    { weight: 3, arbitrary: fc.constantFrom('user.update', 'user.delete', 'user.restore', 'user.register') },
  ),
);
const one = <Name extends Action['do']>(name: Name): fc.Arbitrary<Name> => fc.constant(name);
const key = often<string | null>(null, fc.constantFrom('a', 'b'));
const ending = fc.constantFrom<{ state: EndState; steps: Steps }[]>(
  { state: 'succeeded', steps: 'applied' },
  { state: 'succeeded', steps: 'applied' },
  { state: 'failed', steps: 'closed' },
  { state: 'rejected', steps: 'closed' },
  { state: 'cancelled', steps: 'closed' },
  { state: 'succeeded', steps: 'first closed' },
  { state: 'failed', steps: 'applied' },
  { state: 'cancelled', steps: 'unknown' },
);
/** How many operations follow it. */
const follows = often(0, fc.constantFrom(1, 1, 2));
const steps = fc.constantFrom<Steps[]>('applied', 'first closed', 'unknown');

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: one('admit'), user, kind, key, withdraws: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ do: one('claim'), user, nth }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('take over', 'expire', 'cancel'), user, nth }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('renew', 'halt'), user, age }) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(user, age, ending, fc.boolean(), follows)
      .map(([user, age, how, goesOn, follows]) => ({
        ...{ do: 'finish' as const, user, age, goesOn, follows },
        ...how,
      })),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: one('carry out'),
      user,
      state: often<'succeeded' | 'failed'>('succeeded', fc.constant('failed')),
      goesOn: fc.boolean(),
      follows,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: one('retry'), user, age, delayMs: fc.constantFrom(0, 60_000), steps }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('pause', 'resume', 'resume', 'release', 'release'), user }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('reconcile', 'forget keys') }) },
);

/** A ledger under test: what was claimed in it, and what had ended when it was looked at last. */
interface Real {
  t: TestLedger;
  control: LaneControl;
  users: string[];
  claims: ClaimKey[];
  ended: Map<string, string>;
  /** The numbers of all changes, and by user the highest. */
  changes: Map<string, bigint>;
}

interface Done extends Answer {
  /** Of a write: the id that it was given. */
  id?: string;
  claim?: ClaimKey;
}

/** An action's lane, and the operation or the claim in it, where it is done to one. */
interface Target {
  userId: string;
  id: string;
  claim: ClaimKey;
}
const NO_CLAIM: ClaimKey = { userId: '', id: '', epoch: 0 };

/** @returns what the action is done to, or null where there is nothing of the kind */
function targetOf(action: Action, model: LedgerModel, real: Real): Target | null {
  if (!('user' in action)) return { userId: '', id: '', claim: NO_CLAIM };
  const userId = real.users[action.user]!;
  const lane = model.lanes.get(userId);
  // A lane is made by its one registration, with a new id.
  if (action.do === 'admit') {
    return lane && action.kind === 'user.register' ? null : { userId, id: '', claim: NO_CLAIM };
  }
  if (!lane) return null;
  if (action.do === 'pause' || action.do === 'resume' || action.do === 'release') {
    return { userId, id: '', claim: NO_CLAIM };
  }
  if ('age' in action) {
    const claim = real.claims.filter((one) => one.userId === userId).at(-1 - action.age);
    const operation = lane.operations.find(({ id }) => id === claim?.id);
    // No worker halts a lane because of what is carried out beside it.
    if (!claim || (action.do === 'halt' && isBeside(operation!))) return null;
    return { userId, id: claim.id, claim };
  }
  const place = 'nth' in action ? action.nth : 0;
  const operation = lane.operations.filter(isUnfinished)[place] ?? lane.operations.at(-1)!;
  return { userId, id: operation.id, claim: NO_CLAIM };
}

/** Has the ledger do it. */
async function perform(action: Action, { userId, id, claim }: Target, real: Real): Promise<Done> {
  const { t, control } = real;
  switch (action.do) {
    case 'admit':
      return admit(action, userId, t);
    case 'claim':
    case 'take over': {
      if (action.do === 'take over') await t.expire(id);
      const row = await t.claim(userId, id);
      return row ? { ...answer(`epoch ${row.epoch}`), claim: keyOf(row) } : answer('nothing');
    }
    case 'expire':
      await t.expire(id);
      return answer('done');
    case 'cancel': {
      const { outcome, releases } = await t.ledger.cancel(userId, id);
      return answer(outcome, releases);
    }
    case 'renew':
      return answer((await t.ledger.renew([claim], 60_000)).get(claim.id) ? 'renewed' : 'nothing');
    case 'halt':
      return answer(
        (await t.ledger.halt(claim, 'a test', await stepStates(t, claim, 'unknown'))) ? 'halted' : 'nothing',
      );
    case 'finish':
      return finish(t, claim, action, await stepStates(t, claim, action.steps));
    case 'carry out': {
      const row = await t.claim(userId, id);
      if (!row) return answer('nothing');
      const claim = keyOf(row);
      const known = await stepStates(t, claim, action.state === 'succeeded' ? 'applied' : 'closed');
      return { claim, ...(await finish(t, claim, action, known)) };
    }
    case 'retry': {
      const known = await stepStates(t, claim, action.steps);
      const problem = problemBody('unavailable');
      const { delayMs } = action;
      const release = await t.ledger.retryLater({ key: claim, delayMs, problem, steps: known });
      return release ? answer('retrying', [release]) : answer('nothing');
    }
    case 'pause':
    case 'resume':
    case 'release': {
      const { changed, releases } = await control[action.do](userId, userId, null);
      return answer(changed ? 'changed' : 'unchanged', releases);
    }
    case 'reconcile':
      return answer('done', await overdue(t));
    case 'forget keys':
      await t.database.query(`update idempotency_keys set created_at = now() - interval '25 hours'`);
      await t.database.query(
        `update operations set finished_at = now() - interval '25 hours' where finished_at is not null`,
      );
      // Otherwise what has ended never changes.
      real.ended.clear();
      await t.trim({}, 'idempotency_keys');
      return answer('done');
  }
}

/** What the ledger should have answered, and should now be. */
function predict(action: Action, { userId, id, claim }: Target, model: LedgerModel, done: Done): Answer {
  switch (action.do) {
    case 'admit': {
      const { kind, key } = action;
      const planned = SHOP.stepsOf(kind, payloadOf(kind)).map(({ name }) => name);
      const withdraws = action.withdraws && kind === 'user.delete';
      return model.admit({ id: done.id!, userId, kind, key, maxDepth: MAX_DEPTH, withdraws, steps: planned });
    }
    case 'finish':
    case 'retry': {
      const operation = model.lane(userId).operations.find((one) => one.id === id)!;
      const known = statesOf(
        operation.steps.map(({ name }) => name),
        action.steps,
      );
      return action.do === 'finish'
        ? model.finish(claim, action.state, known, { ...action, followOns: followOnsOf(operation, action) })
        : model.retryLater(claim, action.delayMs, known);
    }
    case 'carry out': {
      if (model.claim(userId, id).outcome === 'nothing') return { outcome: 'nothing', releases: [] };
      const operation = model.lane(userId).operations.find((one) => one.id === id)!;
      const { epoch, steps } = operation;
      const names = steps.map(({ name }) => name);
      const known = statesOf(names, action.state === 'succeeded' ? 'applied' : 'closed');
      const how = { ...action, followOns: followOnsOf(operation, action) };
      return model.finish({ userId, id, epoch }, action.state, known, how);
    }
    case 'take over':
      model.expire(userId, id);
      return model.claim(userId, id);
    case 'claim':
    case 'expire':
    case 'cancel':
      return model[action.do](userId, id);
    case 'renew':
    case 'halt':
      return model[action.do](claim);
    case 'pause':
      return model.pause(userId);
    case 'resume':
      return model.goOn(userId, 'paused');
    case 'release':
      return model.goOn(userId, 'halted');
    case 'reconcile':
      return model.reconcile();
    case 'forget keys':
      return model.forgetKeys();
  }
}

class OneByOne implements fc.AsyncCommand<LedgerModel, Real> {
  constructor(private readonly action: Action) {}

  check = (): boolean => true;

  async run(model: LedgerModel, real: Real): Promise<void> {
    const target = targetOf(this.action, model, real);
    if (!target) return;
    const { id, claim, ...done } = await perform(this.action, target, real);
    if (claim) real.claims.push(claim);
    expect(sorted(done)).toEqual(sorted(predict(this.action, target, model, { ...done, id })));
    const now = await look(real);
    expect(now.lanes).toEqual(model.lanes);
    expect(now.keys).toEqual(model.keys);
    checkHeads(now, done.releases);
  }

  toString(): string {
    return JSON.stringify(this.action);
  }
}

/** Several at once: no prediction, but what holds in every order. */
class AtOnce implements fc.AsyncCommand<LedgerModel, Real> {
  constructor(private readonly actions: readonly Action[]) {}

  check = (): boolean => true;

  async run(model: LedgerModel, real: Real): Promise<void> {
    const targets = this.actions
      .map((action) => ({ action, target: targetOf(action, model, real) }))
      .filter((item): item is { action: Action; target: Target } => item.target !== null)
      .filter(
        ({ action }, index, all) =>
          !isRegistration(action) || all.findIndex((other) => isRegistration(other.action)) === index,
      );
    const all = await Promise.all(
      targets.map(async ({ action, target }) => ({
        action,
        target,
        done: await perform(action, target, real),
      })),
    );
    const now = await look(real);
    for (const { action, target, done } of all) {
      checkHeads(now, done.releases);
      if (!done.claim) continue;
      real.claims.push(done.claim);
      checkHeads(now, [`${done.claim.id}-`]);
      const claimed = now.lane(target.userId).operations.find(({ id }) => id === done.claim!.id)!;
      if (isBeside(claimed)) continue;
      const before = model.lane(target.userId).execution;
      const resumed = all.some(
        (other) => other.target.userId === target.userId && ['resume', 'release'].includes(other.action.do),
      );
      expect({ action, held: before !== 'running' && !resumed }).toEqual({ action, held: false });
    }
    const forgotten = all.some(({ action }) => action.do === 'forget keys');
    for (const name of forgotten ? [] : ['a', 'b']) {
      const accepted = all.filter(
        ({ action, done }) => action.do === 'admit' && action.key === name && done.outcome === 'accepted',
      );
      expect(accepted.length).toBeLessThanOrEqual(model.keys.has(name) ? 0 : 1);
    }
    Object.assign(model, now);
  }

  toString(): string {
    return `at once: ${JSON.stringify(this.actions)}`;
  }
}

let t: TestLedger;
beforeAll(async () => (t = await TestLedger.open()));
afterAll(() => t.close());

it('is as its rules say, whatever is done to it in whatever order', async () => {
  const property = fc.asyncProperty(
    fc.commands(
      [
        ...Array.from({ length: 5 }, () => action.map((item) => new OneByOne(item))),
        fc.array(action, { minLength: 2, maxLength: 6 }).map((items) => new AtOnce(items)),
      ],
      { maxCommands: MAX_COMMANDS, size: 'max' },
    ),
    async (commands) => {
      let real: Real | null = null;
      await fc.asyncModelRun(async () => {
        const begun = await begin();
        real = begun.real;
        return begun;
      }, commands);
      await checkReading(real!);
    },
  );
  // A failure prints the seed, the path to the shrunk commands, and the commands.
  await fc.assert(property, { seed: SEED, numRuns: RUNS });
}, 180_000);

/** Two users and one who is not registered yet, in an empty ledger. */
async function begin(): Promise<{ model: LedgerModel; real: Real }> {
  for (const table of ['operations', 'idempotency_keys', 'target_lanes', 'lanes']) {
    await t.database.query(`delete from ${table}`);
  }
  const users = [...(await Promise.all([t.newLane(), t.newLane()])), uuidv7()];
  const real = {
    t,
    control: new LaneControl(t.database),
    users,
    claims: [],
    ended: new Map(),
    changes: new Map(),
  };
  return { model: await look(real), real };
}

/** Reads the ledger as it is, and checks what always holds. */
async function look(real: Real): Promise<LedgerModel> {
  const model = new LedgerModel();
  const rows = await real.t.rows();
  for (const { user_id, admission, execution } of rows.lanes) {
    model.lanes.set(user_id, { admission, execution, operations: [] });
  }
  for (const { user_id, model: operation } of rows.operations) {
    model.lane(user_id).operations.push(operation);
  }
  for (const { key, operation_id, fingerprint } of rows.keys) {
    model.keys.set(key, { operationId: operation_id, fingerprint });
  }
  for (const lane of rows.lanes) checkLane(lane, rows.operations, model.lane(lane.user_id));
  checkKeys(model);
  for (const lane of rows.lanes) checkChanges(lane, rows.operations, real.changes);
  for (const { model: operation, row } of rows.operations) {
    const before = real.ended.get(operation.id);
    if (before !== undefined) expect(row).toBe(before);
    if (!isUnfinished(operation)) real.ended.set(operation.id, row);
  }
  return model;
}

/** Each state that an operation was in has a number, and those of a lane grow from look to look. */
function checkChanges(
  { user_id, last_seq, depth }: { user_id: string; last_seq: number; depth: number },
  operations: LedgerRows['operations'],
  known: Map<string, bigint>,
): void {
  const own = operations.filter((one) => one.user_id === user_id);
  const numbers = own.flatMap(({ changes }) => changes.map(BigInt)).sort(ascending);
  const passages = numbers
    .filter((number) => BigInt.asUintN(32, number) === 0n)
    .map((number) => number >> 32n);
  expect(passages).toEqual(Array.from({ length: 2 * last_seq - depth }, (_, index) => BigInt(index + 1)));
  expect(new Set(numbers).size).toBe(numbers.length);
  for (const { changes, model } of own) {
    const turns = changes.map((number) => Number(BigInt.asUintN(32, BigInt(number))));
    // What was under way beside it has turns of its own between these.
    expect(turns.filter((turn) => turn % 2 === 1)).toHaveLength(model.epoch);
    expect([turns[0], kindOfTurn(turns.at(-1)!)]).toEqual([0, kindOfTurn(turnOf(model))]);
    expect(turns.at(-1)).toBeGreaterThanOrEqual(turnOf(model));
    expect(changes).toEqual([...changes].sort((one, other) => ascending(BigInt(one), BigInt(other))));
  }
  for (const number of numbers) {
    const before = known.get(`${user_id} ${number}`);
    if (before === undefined) expect(number).toBeGreaterThan(known.get(user_id) ?? 0n);
    known.set(`${user_id} ${number}`, number);
  }
  known.set(user_id, numbers.at(-1)!);
}

function ascending(one: bigint, other: bigint): number {
  return one < other ? -1 : Number(one > other);
}

function turnOf({ state, epoch }: OperationModel): number {
  if (state === 'running') return 2 * epoch - 1;
  return state === 'retrying' ? 2 * epoch : 0;
}

function kindOfTurn(turn: number): 'queued' | 'running' | 'retrying' {
  if (turn === 0) return 'queued';
  return turn % 2 === 1 ? 'running' : 'retrying';
}

/** Whoever has had the changes up to one of them is told all others, in their order. */
async function checkReading({ t }: Real): Promise<void> {
  const { lanes, operations } = await t.rows();
  for (const { user_id } of lanes) {
    const own = operations.filter((one) => one.user_id === user_id);
    const numbers = own.flatMap(({ changes }) => changes.map(BigInt)).sort(ascending);
    expect(await t.changes.latest(user_id)).toBe(numbers.at(-1));
    const pages = await Promise.all([0n, ...numbers].map((after) => t.changes.after(user_id, after)));
    pages.forEach(({ changes, upTo, isLast }, index) => {
      expect(changes.map(({ number }) => number)).toEqual(numbers.slice(index));
      expect({ upTo, isLast }).toEqual({ upTo: numbers.at(-1), isLast: true });
      for (const { number, operation } of changes) {
        const { changes: all, model } = own.find(({ model }) => model.id === operation.id)!;
        const isNow = all.at(-1) === String(number);
        const past = kindOfTurn(Number(BigInt.asUintN(32, number)));
        expect(operation.state).toBe(isNow ? model.state : past);
        const claims = all.filter((one) => BigInt(one) <= number && BigInt(one) % 2n === 1n);
        expect(operation.attempts).toBe(claims.length);
      }
    });
  }
}

function checkLane(
  { user_id, last_seq, depth }: { user_id: string; last_seq: number; depth: number },
  operations: readonly { user_id: string; seq: number }[],
  lane: LaneModel,
): void {
  const seqs = operations.filter((one) => one.user_id === user_id).map(({ seq }) => seq);
  expect(seqs).toEqual(Array.from({ length: last_seq }, (_, index) => index + 1));
  const unfinished = lane.operations.filter(isUnfinished);
  expect(depth).toBe(unfinished.length);
  for (const some of [unfinished.filter(isBeside), unfinished.filter((one) => !isBeside(one))]) {
    expect(some.slice(1).filter(({ state }) => state !== 'queued')).toEqual([]);
  }
  expect(lane.admission).toBe(admissionOf(lane));
}

/** @returns what the lane's operations make of its admission; fails on a write that it must not have taken */
function admissionOf({ operations }: LaneModel): LaneModel['admission'] {
  const [registration] = operations;
  if (!isUnfinished(registration!) && registration!.state !== 'succeeded') return 'closed';
  let admission: LaneModel['admission'] = 'open';
  for (const { kind, state, ...operation } of operations) {
    const allowed = kind === 'user.restore' || kind === FOLLOW_ON || admission === 'open';
    expect({ id: operation.id, allowed }).toEqual({ id: operation.id, allowed: true });
    const isOver = !['queued', 'running', 'retrying'].includes(state);
    if (kind === 'user.delete' && !isOver) admission = 'deleting';
    if (kind === 'user.delete' && state === 'succeeded') admission = 'deleted';
    if (kind === 'user.restore' && state === 'succeeded' && admission === 'deleted') admission = 'open';
  }
  return admission;
}

/** A key stands for one operation, in the lane that its request named. */
function checkKeys({ keys, lanes }: LedgerModel): void {
  for (const { operationId, fingerprint } of keys.values()) {
    const found = [...lanes].flatMap(([userId, { operations }]) =>
      operations.filter(({ id }) => id === operationId).map(({ kind }) => fingerprintOf({ userId, kind })),
    );
    expect(found).toEqual([fingerprint]);
  }
}

/** Whatever was released or claimed was a head: everything before it that it waits for has ended, and ended it stays. */
function checkHeads({ lanes }: LedgerModel, jobs: readonly string[]): void {
  const ids = jobs.map((job) => job.slice(0, 36));
  for (const { operations } of lanes.values()) {
    for (const [place, head] of operations.entries()) {
      if (!ids.includes(head.id)) continue;
      const before = operations.slice(0, place).filter((earlier) => holdsUp(earlier, head));
      expect(before.filter(isUnfinished)).toEqual([]);
    }
  }
}

async function admit(
  { kind, key, withdraws }: Extract<Action, { do: 'admit' }>,
  userId: string,
  t: TestLedger,
): Promise<Done> {
  const clientKey = key ? { scope: 'a caller', key, fingerprint: fingerprintOf({ userId, kind }) } : null;
  const admitted = await t.write(userId, {
    kind,
    clientKey,
    maxDepth: MAX_DEPTH,
    cancelsWaiting: withdraws && kind === 'user.delete',
    payload: payloadOf(kind),
  });
  switch (admitted.outcome) {
    case 'accepted':
      return { ...answer('accepted', admitted.releases), id: admitted.id };
    case 'refused':
      return { ...answer(admitted.code), id: admitted.id };
    case 'replayed':
      return { ...answer(`replayed ${admitted.operationId}`), id: admitted.id };
    case 'key-reused':
      return { ...answer('key-reused'), id: admitted.id };
  }
}

async function finish(
  t: TestLedger,
  claim: ClaimKey,
  { state, goesOn, follows }: { state: EndState; goesOn: boolean; follows: number },
  steps: StepOutcome[],
): Promise<Done> {
  const result = state === 'succeeded' ? {} : null;
  const problem = state === 'failed' || state === 'rejected' ? problemBody('order-state-conflict') : null;
  const operation = (await t.queries.operation(claim.id))!;
  const { effect } = SHOP.factsOf(operation.kind);
  const followOns = followOnsOf(operation, { state, follows }).map((id) => followOn(id));
  const ending = { effect, state, steps, result, problem, followOns };
  const finished = await t.ledger.finish(claim, ending, goesOn ? TERMS : null);
  if (!finished) return answer('nothing');
  const { claimed, releases } = finished;
  if (!claimed) return answer('ended', releases);
  return { ...answer(`ended, epoch ${claimed.epoch}`, releases), claim: keyOf(claimed) };
}

/** @returns the ids of what follows that operation where it ends so; nothing follows a deletion */
function followOnsOf(
  { id, kind }: { id: string; kind: string },
  { state, follows }: { state: EndState; follows: number },
): string[] {
  const isFollowed = state === 'succeeded' && kind !== 'user.delete';
  return Array.from({ length: isFollowed ? follows : 0 }, (_, index) => derivedId(id, String(index)));
}

function followOn(id: string): FollowOn {
  const steps = [{ name: 'ordering.pay', service: 'ordering' }] as const;
  return { id, kind: FOLLOW_ON, target: { type: 'order', id }, payload: {}, steps };
}

/** All pages of a walk, two lanes each, over whatever was released before now. */
async function overdue(t: TestLedger): Promise<Release[]> {
  const found: Release[] = [];
  let after: string | null = null;
  do {
    const page = await t.ledger.releaseOverdue(after, { olderThanMs: -1000, limit: 2 });
    found.push(...page.releases);
    after = page.next;
  } while (after);
  return found.sort((a, b) => (a.userId < b.userId ? -1 : 1));
}

async function stepStates(t: TestLedger, claim: ClaimKey, which: Steps): Promise<StepOutcome[]> {
  const { steps } = (await t.queries.operation(claim.id))!;
  const known = statesOf(
    steps.map(({ name }) => name),
    which,
  );
  return steps.map((step, index) => ({ ...step, ...known[index], attempts: 1 }));
}

function statesOf<Name extends string>(
  names: readonly Name[],
  which: Steps,
): { name: Name; state: StepState }[] {
  switch (which) {
    case 'applied':
      return names.map((name) => ({ name, state: 'applied' }));
    case 'closed':
      return names.map((name, index) => ({
        name,
        state: (['undone', 'refused', 'sealed'] as const)[index]!,
      }));
    case 'first closed':
      return names.map((name, index) => ({ name, state: index === 0 ? 'sealed' : 'applied' }));
    case 'unknown':
      return [];
  }
}

/** An update of all that can be changed has the most steps. */
function payloadOf(kind: OperationKind): Record<string, unknown> {
  return kind === 'user.update' ? { email: 'a@example.test', firstName: 'A' } : {};
}

function sorted({ outcome, releases }: Answer): Answer {
  return { outcome, releases: releases.toSorted() };
}

function isRegistration(action: Action): boolean {
  return action.do === 'admit' && action.kind === 'user.register';
}

function answer(outcome: string, releases: readonly Release[] = []): Answer {
  return { outcome, releases: releases.map(({ operationId, release }) => `${operationId}-${release}`) };
}
