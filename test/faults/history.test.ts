import { check, type History, type LedgerRow, type RecordedWrite, type Rule } from './history.js';

const ADA = 'ada';

/** A short life without a fault in it: registered, ordered twice, one order refused, deleted. */
function sound(): History {
  const ledger = [
    row(1, 'user.register', 'succeeded'),
    row(2, 'order.place', 'succeeded'),
    row(3, 'order.pay', 'failed'),
    row(4, 'order.place', 'succeeded'),
    row(5, 'user.delete', 'succeeded'),
  ];
  return {
    ledger,
    writes: ledger.map(({ id, seq }) => write(id, seq * 100)),
    sightings: [sighting('op-2', 'queued', 205), sighting('op-2', 'succeeded', 290)],
    effects: [
      effect(2, 'ordering.place'),
      effect(4, 'ordering.place'),
      effect(5, 'ordering.delete-customer'),
    ],
    steps: [
      { operationId: 'op-1', step: 'identity.register', status: 200 },
      { operationId: 'op-1', step: 'ordering.create-customer', status: 200 },
      { operationId: 'op-2', step: 'ordering.place', status: 200 },
      { operationId: 'op-3', step: 'ordering.pay', status: 409 },
      { operationId: 'op-4', step: 'ordering.place', status: 200 },
      { operationId: 'op-5', step: 'ordering.delete-customer', status: 200 },
      { operationId: 'op-5', step: 'identity.delete', status: 200 },
    ],
    users: [{ id: ADA, state: 'deleted' }],
    faults: 3,
  };
}

function row(seq: number, kind: string, state: string): LedgerRow {
  const at = seq * 1000;
  return {
    id: `op-${seq}`,
    ...{ userId: ADA, seq, kind, state },
    ...{ targetId: `target-${seq}`, resultId: null },
    ...{ startedAt: at, finishedAt: at + 900 },
  };
}

function write(operationId: string | null, sentAt: number, key: string | null = null): RecordedWrite {
  return { userId: ADA, key, sentAt, answeredAt: sentAt + 10, status: 202, operationId };
}

function sighting(operationId: string, state: string, sentAt: number): History['sightings'][number] {
  return { operationId, state, sentAt, answeredAt: sentAt + 1 };
}

function effect(seq: number, step: string): History['effects'][number] {
  return { userId: ADA, seq, orderId: `target-${seq}`, step, at: seq * 1000 + 500 };
}

type Damage = (history: History) => void;

const DAMAGES: [Rule, string, Damage][] = [
  ['durable', 'an acknowledged write that is lost', ({ writes }) => writes.push(write('op-lost', 900))],
  ['durable', 'one that never ends', ({ ledger }) => end(ledger[3]!, 'retrying')],
  ['dense', 'a gap', ({ ledger }) => (ledger[4]!.seq = 6)],
  [
    'dense',
    'two on one place',
    ({ ledger }) => ledger.push({ ...row(4, 'customer.update', 'failed'), id: 'x' }),
  ],
  ['real-time', 'a place before an earlier one', ({ writes }) => (writes[1]!.sentAt = 450)],
  ['final', 'an end that is taken back', ({ sightings }) => sightings.push(sighting('op-2', 'running', 295))],
  [
    'final',
    'an end that the ledger denies',
    ({ sightings }) => sightings.push(sighting('op-4', 'failed', 450)),
  ],
  ['exactly-once', 'an effect twice', ({ effects }) => effects.splice(1, 0, effect(2, 'ordering.place'))],
  ['exactly-once', 'a success without its effect', ({ effects }) => effects.splice(0, 1)],
  [
    'exactly-once',
    'a failure with an effect',
    ({ effects }) => effects.splice(1, 0, effect(3, 'ordering.pay')),
  ],
  ['exactly-once', 'an effect on another order', ({ effects }) => (effects[0]!.orderId = 'target-4')],
  [
    'exactly-once',
    'an effect that nobody asked for',
    ({ effects }) => effects.push(effect(9, 'ordering.pay')),
  ],
  ['exactly-once', 'a success that is in force by half', ({ steps }) => (steps[1]!.status = 409)],
  ['exactly-once', 'a failure that is in force', ({ steps }) => (steps[3]!.status = 200)],
  ['exactly-once', 'a registration without a user', ({ users }) => users.pop()],
  ['exactly-once', 'a deletion after which the user lives', ({ users }) => (users[0]!.state = 'active')],
  ['order', 'an effect before an earlier one', ({ effects }) => effects.reverse()],
  ['overlap', 'two at a time', ({ ledger }) => (ledger[3]!.startedAt = 3500)],
  ['overlap', 'an effect after the end', ({ effects }) => (effects[0]!.at = 2950)],
  [
    'deletion',
    'a write that is accepted after it',
    ({ ledger }) => ledger.push(row(6, 'order.place', 'rejected')),
  ],
  ['deletion', 'an effect after it', afterDeletion],
  ['idempotency', 'two operations for one key', twoForOneKey],
  ['faults', 'a run in which nothing went wrong', (history) => (history.faults = 0)],
  ['faults', 'fewer faults than are needed', (history) => (history.faults = 2)],
];

function end(operation: LedgerRow, state: string): void {
  Object.assign(operation, { state, finishedAt: null });
}

function afterDeletion({ ledger, effects }: History): void {
  ledger.push(row(6, 'order.place', 'succeeded'));
  effects.push(effect(6, 'ordering.place'));
}

function twoForOneKey({ writes }: History): void {
  Object.assign(writes[1]!, { key: 'once' });
  Object.assign(writes[3]!, { key: 'once', sentAt: 215, answeredAt: 450 });
}

describe('the history checker', () => {
  it('has nothing to say of a history that keeps every promise', () => {
    expect(check(sound(), { faults: 3 })).toEqual([]);
  });

  it.each(DAMAGES)('finds under "%s" %s', (rule, _what, damage) => {
    const history = sound();
    damage(history);
    expect(check(history, { faults: 3 }).map((violation) => violation.rule)).toContain(rule);
  });

  it('lets an effect be that was undone, and a user who was restored', () => {
    const history = sound();
    history.ledger.push(row(6, 'user.restore', 'succeeded'), row(7, 'user.update', 'failed'));
    history.steps.push(
      { operationId: 'op-6', step: 'identity.restore', status: 200 },
      { operationId: 'op-7', step: 'identity.update', status: 200 },
      { operationId: 'op-7', step: 'identity.update/undo', status: 200 },
    );
    history.users[0]!.state = 'active';
    expect(check(history, { faults: 3 })).toEqual([]);
  });

  it('lets a repeated request be accepted at its first sending', () => {
    const history = sound();
    history.writes[1] = { ...write(null, 150, 'k'), answeredAt: null, status: null };
    history.writes.push(write('op-2', 600, 'k'));
    expect(check(history, { faults: 3 })).toEqual([]);
  });

  it('asks for one fault at least', () => {
    expect(check({ ...sound(), faults: 0 }, { faults: 0 })).toMatchObject([{ rule: 'faults' }]);
  });
});
