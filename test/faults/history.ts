// What clients were told, what the ledger says and what the services did, held against each other. The checker
// knows the promises and nothing of the code that keeps them.

/** One write as its client saw it. Times are of one clock, in milliseconds. */
export interface RecordedWrite {
  userId: string;
  /** The client's Idempotency-Key, if it sent one. */
  key: string | null;
  sentAt: number;
  /** Null: no answer came. */
  answeredAt: number | null;
  status: number | null;
  /** Of the operation in the answer, if it was accepted. */
  operationId: string | null;
}

/** A state of an operation that a client was told. */
export interface Sighting {
  operationId: string;
  state: string;
  sentAt: number;
  answeredAt: number;
}

/** A row of the ledger. Times are the database's. */
export interface LedgerRow {
  id: string;
  userId: string;
  seq: number;
  kind: string;
  state: string;
  targetId: string;
  /** Of the resource in the result, if there is one. */
  resultId: string | null;
  startedAt: number | null;
  finishedAt: number | null;
}

/** One row of ordering's history of changes, in the order of its commits. */
export interface Effect {
  userId: string;
  seq: number;
  orderId: string;
  step: string;
  at: number;
}

/** A service's remembered answer to a step or to its undo. */
export interface StepRecord {
  operationId: string;
  step: string;
  status: number;
}

export interface History {
  writes: RecordedWrite[];
  sightings: Sighting[];
  ledger: LedgerRow[];
  effects: Effect[];
  steps: StepRecord[];
  /** Identity's users and whether they live. */
  users: { id: string; state: string }[];
  /** How many faults hit work in flight; the test counts them. */
  faults: number;
}

export interface Violation {
  rule: Rule;
  detail: string;
}

export type Rule =
  | 'durable'
  | 'dense'
  | 'real-time'
  | 'final'
  | 'exactly-once'
  | 'order'
  | 'overlap'
  | 'deletion'
  | 'idempotency'
  | 'faults';

/** Ends of an operation. */
const OVER = new Set(['succeeded', 'failed', 'cancelled', 'rejected']);

/** Kinds whose one effect is one change of one order. */
const ORDER_KINDS = /^order\./;

type Rows = ReadonlyMap<string, LedgerRow>;

/** @returns what of the promises was broken; `faults` says how many have to have hit work in flight */
export function check(history: History, needed: { faults: number }): Violation[] {
  const rows: Rows = new Map(history.ledger.map((row) => [row.id, row]));
  const lanes = lanesOf(history.ledger);
  return [
    ...durable(history, rows),
    ...dense(lanes),
    ...realTime(history, rows),
    ...final(history, rows),
    ...exactlyOnce(history),
    ...stepsInForce(history, rows),
    ...usersAsTold(lanes, history),
    ...inOrder(history.effects),
    ...overlapping(lanes),
    ...late(history),
    ...afterDeletion(lanes, history.effects),
    ...oneKeyOneOperation(history),
    ...enoughFaults(history, needed.faults),
  ];
}

/** Every acknowledged write has its row, and the row has come to its end. */
function durable({ writes }: History, rows: Rows): Violation[] {
  return writes.flatMap(({ operationId }) => {
    if (!operationId) return [];
    const row = rows.get(operationId);
    if (!row) return broken('durable', `${operationId} was acknowledged and is lost`);
    return OVER.has(row.state) ? [] : broken('durable', `${operationId} has not ended: ${row.state}`);
  });
}

/** The places of a lane are 1, 2, 3 and so on. */
function dense(lanes: LedgerRow[][]): Violation[] {
  return lanes.flatMap((lane) => {
    const gap = lane.find((row, index) => row.seq !== index + 1);
    return gap ? broken('dense', `the lane of ${gap.userId} has a gap or a pair before ${gap.seq}`) : [];
  });
}

/** A write that was answered before another of that user was sent comes before it. */
function realTime({ writes }: History, rows: Rows): Violation[] {
  return grouped(spansOf(writes, rows), ({ row }) => row.userId).flatMap((own) =>
    own.flatMap((later) =>
      own
        .filter((earlier) => earlier.answeredAt < later.sentAt && earlier.row.seq > later.row.seq)
        .flatMap(({ row }) => broken('real-time', `${row.id} came first and is behind ${later.row.id}`)),
    ),
  );
}

/** When an operation was accepted: after its first request was sent, before its first answer. */
function spansOf(
  writes: readonly RecordedWrite[],
  rows: Rows,
): { row: LedgerRow; sentAt: number; answeredAt: number }[] {
  const answered = writes.filter(({ operationId }) => operationId !== null && rows.has(operationId));
  return grouped(answered, ({ operationId }) => operationId!).map((same) => {
    const { key, userId, operationId } = same[0]!;
    // A request without an answer may be the one that was accepted.
    const attempts =
      key === null ? same : writes.filter((write) => write.key === key && write.userId === userId);
    return {
      row: rows.get(operationId!)!,
      sentAt: Math.min(...attempts.map(({ sentAt }) => sentAt)),
      answeredAt: Math.min(...same.map(({ answeredAt }) => answeredAt ?? Infinity)),
    };
  });
}

/** Nobody is told a second end, or that something that was over goes on. */
function final({ sightings }: History, rows: Rows): Violation[] {
  return sightings
    .filter(({ state }) => OVER.has(state))
    .flatMap(({ operationId, state, answeredAt }) => {
      const after = sightings
        .filter((other) => other.operationId === operationId && other.sentAt > answeredAt)
        .map((other) => other.state);
      const changed = [...after, rows.get(operationId)?.state].find((other) => other !== state);
      return changed === undefined ? [] : broken('final', `${operationId} was ${state} and then ${changed}`);
    });
}

/** A write to an order that succeeded has one effect, every other none; and no effect is nobody's. */
function exactlyOnce({ ledger, effects }: History): Violation[] {
  const known = new Map(ledger.map((row) => [placeOf(row), row]));
  const byPlace = new Map(grouped(effects, placeOf).map((own) => [placeOf(own[0]!), own]));
  const orphans = [...byPlace.keys()].filter((place) => !known.has(place));
  const wrong = ledger
    .filter(({ kind }) => ORDER_KINDS.test(kind))
    .flatMap((row) => {
      const own = byPlace.get(placeOf(row)) ?? [];
      const expected = row.state === 'succeeded' ? 1 : 0;
      if (own.length !== expected) {
        return broken('exactly-once', `${row.kind} ${row.id} ${row.state} with ${own.length} effects`);
      }
      const changed = [...own.map(({ orderId }) => orderId), row.resultId ?? row.targetId];
      return changed.some((id) => id !== row.targetId)
        ? broken('exactly-once', `${row.id} changed an order that is not its own`)
        : [];
    });
  return [...wrong, ...orphans.flatMap((place) => broken('exactly-once', `nobody asked for ${place}`))];
}

/** What succeeded is in force in every service that it concerns; what did not is in force nowhere. */
function stepsInForce({ steps }: History, rows: Rows): Violation[] {
  const byOperation = new Map(
    grouped(steps, ({ operationId }) => operationId).map((own) => [own[0]!.operationId, own]),
  );
  return [...rows.values()].flatMap((row) => {
    const own = byOperation.get(row.id) ?? [];
    const undone = new Set(own.filter(wasApplied).map(({ step }) => step));
    const applied = own.filter(({ step }) => !step.endsWith('/undo'));
    const inForce = applied.filter((step) => wasApplied(step) && !undone.has(`${step.step}/undo`));
    if (row.state === 'succeeded' && (inForce.length === 0 || inForce.length < applied.length)) {
      return broken('exactly-once', `${row.kind} ${row.id} succeeded, but not every step of it`);
    }
    return row.state !== 'succeeded' && inForce.length > 0
      ? broken('exactly-once', `${row.kind} ${row.id} ${row.state}, but ${inForce[0]!.step} is in force`)
      : [];
  });
}

function wasApplied({ status }: StepRecord): boolean {
  return status < 300;
}

/** A user is there if the registration succeeded, and deleted if the last deletion or restore says so. */
function usersAsTold(lanes: LedgerRow[][], { users }: History): Violation[] {
  const states = new Map(users.map(({ id, state }) => [id, state]));
  return lanes.flatMap((lane) => {
    const succeeded = lane.filter(({ state }) => state === 'succeeded');
    const last = succeeded.findLast(({ kind }) => /^user\.(register|delete|restore)$/.test(kind));
    const expected = last && (last.kind === 'user.delete' ? 'deleted' : 'active');
    const { userId } = lane[0]!;
    const found = states.get(userId);
    if (found === expected) return [];
    return broken(
      'exactly-once',
      `user ${userId} should be ${expected ?? 'nowhere'} and is ${found ?? 'nowhere'}`,
    );
  });
}

/** A user's effects were committed in the order of `seq`. */
function inOrder(effects: readonly Effect[]): Violation[] {
  return grouped(effects, ({ userId }) => userId).flatMap((own) =>
    own
      .filter(({ seq }, index) => index > 0 && seq < own[index - 1]!.seq)
      .flatMap(({ userId, seq }) => broken('order', `${seq} of ${userId} was overtaken`)),
  );
}

/** Nothing of a user begins before all that comes before it has ended. */
function overlapping(lanes: LedgerRow[][]): Violation[] {
  return lanes.flatMap((lane) => {
    const begun = lane.filter(({ startedAt }) => startedAt !== null);
    return begun
      .filter(({ startedAt }, index) => index > 0 && startedAt! < (begun[index - 1]!.finishedAt ?? Infinity))
      .flatMap(({ userId, seq }) => broken('overlap', `${seq} of ${userId} began too early`));
  });
}

/** No effect comes after its operation was reported as over. */
function late({ ledger, effects }: History): Violation[] {
  const ends = new Map(ledger.map((row) => [placeOf(row), row.finishedAt ?? Infinity]));
  return effects
    .filter((effect) => effect.at > (ends.get(placeOf(effect)) ?? Infinity))
    .flatMap((effect) => broken('overlap', `${placeOf(effect)} took effect after its end`));
}

/** Between a deletion and a restore nothing is accepted, and nothing has an effect. */
function afterDeletion(lanes: LedgerRow[][], effects: readonly Effect[]): Violation[] {
  return lanes.flatMap((lane) => {
    const gone = lane.filter((row, index) => {
      const last = lane.slice(0, index).findLast(isTurningPoint);
      return last?.kind === 'user.delete' && row.kind !== 'user.restore';
    });
    const places = new Set(gone.map(placeOf));
    return [
      ...gone.flatMap(({ id }) => broken('deletion', `${id} was accepted for a user who was gone`)),
      ...effects
        .filter((effect) => places.has(placeOf(effect)))
        .flatMap((effect) => broken('deletion', `${placeOf(effect)} took effect after the deletion`)),
    ];
  });
}

function isTurningPoint({ kind, state }: LedgerRow): boolean {
  return state === 'succeeded' && (kind === 'user.delete' || kind === 'user.restore');
}

/** However often a write is sent with its key, it is one operation. */
function oneKeyOneOperation({ writes }: History): Violation[] {
  const keyed = writes.filter(({ key, operationId }) => key !== null && operationId !== null);
  return grouped(keyed, ({ userId, key }) => `${userId} ${key}`).flatMap((same) => {
    const ids = new Set(same.map(({ operationId }) => operationId));
    return ids.size > 1 ? broken('idempotency', `one key stands for ${[...ids].join(' and ')}`) : [];
  });
}

/** A run in which nothing went wrong proves nothing. */
function enoughFaults({ faults }: History, needed: number): Violation[] {
  if (faults >= Math.max(needed, 1)) return [];
  return broken('faults', `${faults} faults hit work in flight, ${needed} are needed`);
}

function broken(rule: Rule, detail: string): Violation[] {
  return [{ rule, detail }];
}

function placeOf({ userId, seq }: { userId: string; seq: number }): string {
  return `${userId}.${seq}`;
}

function lanesOf(ledger: readonly LedgerRow[]): LedgerRow[][] {
  const lanes = grouped(ledger, ({ userId }) => userId);
  return lanes.map((lane) => lane.toSorted((a, b) => a.seq - b.seq));
}

/** Those with the same name together, in their own order. */
function grouped<Item>(items: readonly Item[], nameOf: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(nameOf(item));
    if (group) group.push(item);
    else groups.set(nameOf(item), [item]);
  }
  return [...groups.values()];
}
