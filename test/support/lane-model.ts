// The rules of the ledger once more, as plain functions over plain data: what a test of it compares it with.
import type { OperationKind } from '@turnpike/contracts';
import type { StepState } from '@turnpike/protocol';
import type { ClaimKey } from '../../libs/engine/src/ledger/statements/claim.js';
import type { EndState } from '../../libs/engine/src/ledger/states.js';

export interface OperationModel {
  id: string;
  kind: OperationKind;
  state: 'queued' | 'running' | 'retrying' | EndState;
  epoch: number;
  crashes: number;
  cancelRequested: boolean;
  release: number;
  /** Of one that runs: whether its lease is alive. Of one in retry: whether its time has come. */
  live: boolean | null;
  due: boolean | null;
  steps: { name: string; state: StepState }[];
}

/** A lane; the place of an operation in the list, from 1, is its seq. */
export interface LaneModel {
  admission: 'open' | 'deleting' | 'deleted' | 'closed';
  execution: 'running' | 'paused' | 'halted';
  operations: OperationModel[];
}

export interface NewWrite {
  id: string;
  userId: string;
  kind: OperationKind;
  key: string | null;
  maxDepth: number;
  withdraws: boolean;
  steps: string[];
}

/** What the ledger said, and the jobs that it wants queued. */
export interface Answer {
  outcome: string;
  releases: string[];
}

/** Kinds that are carried out beside their lane. */
const BESIDE: readonly OperationKind[] = ['user.set-roles', 'user.change-password'];
export const isBeside = ({ kind }: Pick<OperationModel, 'kind'>): boolean => BESIDE.includes(kind);

/** The kind of which every operation follows another one: nobody has asked for it. */
export const FOLLOW_ON: OperationKind = 'order.pay';

/** Whether an unfinished operation keeps a later one of the same lane waiting. */
export function holdsUp(earlier: OperationModel, later: Pick<OperationModel, 'kind'>): boolean {
  if (isBeside(later)) return isBeside(earlier) || earlier.kind === 'user.register';
  return later.kind === 'user.delete' || !isBeside(earlier);
}

export const isUnfinished = ({ state }: OperationModel): boolean =>
  state === 'queued' || state === 'running' || state === 'retrying';

/** A key belongs to one caller, whose requests differ by lane and kind. */
export const fingerprintOf = ({ userId, kind }: { userId: string; kind: string }): string =>
  `${userId} ${kind}`;

export class LedgerModel {
  lanes = new Map<string, LaneModel>();
  keys = new Map<string, { operationId: string; fingerprint: string }>();

  admit(write: NewWrite): Answer {
    const refused = this.refusalOf(write);
    if (refused) return answer(refused);
    const { id, kind, key, userId } = write;
    if (kind === 'user.register') {
      this.lanes.set(userId, { admission: 'open', execution: 'running', operations: [] });
    }
    const lane = this.lane(userId);
    if (kind === 'user.delete') lane.admission = 'deleting';
    let withdrawn = 0;
    if (write.withdraws) {
      const waiting = lane.operations.filter(
        (one) => one.state === 'queued' && !['user.register', FOLLOW_ON].includes(one.kind) && !isBeside(one),
      );
      waiting.forEach((one) => (one.state = 'cancelled'));
      withdrawn = waiting.length;
    }
    const steps = write.steps.map((name) => ({ name, state: 'pending' as const }));
    const isHead = !lane.operations.some((one) => isUnfinished(one) && holdsUp(one, write));
    lane.operations.push({
      ...{ id, kind, state: 'queued', epoch: 0, crashes: 0, cancelRequested: false },
      ...{ release: isHead && withdrawn === 0 ? 1 : 0, live: null, due: null, steps },
    });
    if (key) this.keys.set(key, { operationId: id, fingerprint: fingerprintOf(write) });
    // With what is withdrawn the heads may be others, and all of them are released once more.
    if (withdrawn > 0) return answer('accepted', releaseHeads(lane));
    return answer('accepted', isHead ? [`${id}-1`] : []);
  }

  claim(userId: string, id: string): Answer {
    const lane = this.lane(userId);
    const head = headsOf(lane).find((one) => one.id === id);
    if (!head || head.live || head.due === false) return answer('nothing');
    if (head.state === 'running') head.crashes += 1;
    Object.assign(head, { state: 'running', epoch: head.epoch + 1, live: true, due: null });
    return answer(`epoch ${head.epoch}`);
  }

  expire(userId: string, id: string): Answer {
    const operation = this.lane(userId).operations.find((one) => one.id === id)!;
    if (operation.live) operation.live = false;
    return answer('done');
  }

  renew(key: ClaimKey): Answer {
    return answer(this.held(key)?.live ? 'renewed' : 'nothing');
  }

  /**
   * @param how whether who ends it claims the lane's next, too; and the ids of what follows it
   */
  finish(
    key: ClaimKey,
    state: EndState,
    steps: OperationModel['steps'],
    { goesOn, followOns }: { goesOn: boolean; followOns: readonly string[] },
  ): Answer {
    const operation = this.held(key);
    if (!operation) return answer('nothing');
    const known = operation.steps.map((step) => steps.find(({ name }) => name === step.name) ?? step);
    const isTrue = known.every((step) =>
      state === 'succeeded' ? step.state === 'applied' : !['pending', 'applied'].includes(step.state),
    );
    if (!isTrue) return answer('nothing');
    record(operation, steps);
    this.leave(key.userId, operation, state);
    const lane = this.lane(key.userId);
    const behind = lane.operations.slice(lane.operations.indexOf(operation));
    const next = headsOf(lane).find((one) => behind.includes(one) && isBeside(one) === isBeside(operation));
    const appended = append(lane, followOns);
    if (!next) return answer('ended', appended);
    if (!goesOn) return answer('ended', [released(next), ...appended]);
    return answer(`ended, ${this.claim(key.userId, next.id).outcome}`, appended);
  }

  retryLater(key: ClaimKey, delayMs: number, steps: OperationModel['steps']): Answer {
    const operation = this.held(key);
    if (!operation) return answer('nothing');
    record(operation, steps);
    return answer('retrying', [putBack(operation, delayMs)]);
  }

  halt(key: ClaimKey): Answer {
    const operation = this.held(key);
    if (!operation) return answer('nothing');
    putBack(operation, 0);
    this.lane(key.userId).execution = 'halted';
    return answer('halted');
  }

  cancel(userId: string, id: string): Answer {
    const operation = this.lane(userId).operations.find((one) => one.id === id)!;
    if (operation.state === 'queued') {
      this.leave(userId, operation, 'cancelled');
      return answer('cancelled', releaseHeads(this.lane(userId)));
    }
    if (operation.state !== 'retrying') return answer('not-cancellable');
    Object.assign(operation, { cancelRequested: true, due: true });
    return answer('requested', [released(operation)]);
  }

  pause(userId: string): Answer {
    const lane = this.lane(userId);
    if (lane.execution !== 'running') return answer('unchanged');
    lane.execution = 'paused';
    return answer('changed', releaseHeads(lane));
  }

  goOn(userId: string, from: 'paused' | 'halted'): Answer {
    const lane = this.lane(userId);
    if (lane.execution !== from) return answer('unchanged');
    lane.execution = 'running';
    return answer('changed', releaseHeads(lane));
  }

  reconcile(): Answer {
    const releases = [...this.lanes.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, lane]) => headsOf(lane))
      .filter((head) => head.live !== true && head.due !== false)
      .map((head) =>
        head.release === 0 || head.state === 'running' ? released(head) : `${head.id}-${head.release}`,
      );
    return answer('done', releases);
  }

  /** Keys of what has ended; whatever waits is still the answer to its key. */
  forgetKeys(): Answer {
    const unfinished = [...this.lanes.values()].flatMap(({ operations }) => operations.filter(isUnfinished));
    for (const [key, { operationId }] of this.keys) {
      if (!unfinished.some(({ id }) => id === operationId)) this.keys.delete(key);
    }
    return answer('done');
  }

  lane(userId: string): LaneModel {
    return this.lanes.get(userId)!;
  }

  private refusalOf(write: NewWrite): string | null {
    const { kind, key, userId } = write;
    const lane = this.lanes.get(userId);
    if (!lane && kind !== 'user.register') return 'not-found';
    const known = key ? this.keys.get(key) : undefined;
    if (known)
      return known.fingerprint === fingerprintOf(write) ? `replayed ${known.operationId}` : 'key-reused';
    if (!lane) return null;
    if (lane.admission === 'deleting') return 'user-deleting';
    if (lane.admission === 'closed') return 'user-deleted';
    if (lane.admission === 'deleted') return kind === 'user.restore' ? null : 'user-deleted';
    if (kind === 'user.restore') return 'user-not-deleted';
    const depth = lane.operations.filter((one) => isUnfinished(one) && !isBeside(one)).length;
    return kind !== 'user.delete' && !isBeside(write) && depth >= write.maxDepth ? 'lane-full' : null;
  }

  /** The operation of a claim that holds. */
  private held({ userId, id, epoch }: ClaimKey): OperationModel | undefined {
    return this.lane(userId).operations.find(
      (one) => one.id === id && one.epoch === epoch && one.state === 'running',
    );
  }

  private leave(userId: string, operation: OperationModel, state: EndState): void {
    const lane = this.lane(userId);
    Object.assign(operation, { state, live: null, due: null });
    if (operation.kind === 'user.delete') lane.admission = state === 'succeeded' ? 'deleted' : 'open';
    const restored = operation.kind === 'user.restore' && state === 'succeeded';
    if (restored && lane.admission === 'deleted') lane.admission = 'open';
    if (operation.kind === 'user.register' && state !== 'succeeded') {
      lane.admission = 'closed';
      lane.operations.filter(isUnfinished).forEach((one) => (one.state = 'rejected'));
    }
  }
}

/** What may be carried out, or is: the head of a lane that runs, and the first beside it. */
function headsOf({ operations, execution }: LaneModel): OperationModel[] {
  return operations.filter(
    (one, place) =>
      isUnfinished(one) &&
      (isBeside(one) || execution === 'running') &&
      !operations.slice(0, place).some((earlier) => isUnfinished(earlier) && holdsUp(earlier, one)),
  );
}

/** What follows another one is taken whatever the lane is. @returns the release of the first, where it is the head */
function append(lane: LaneModel, ids: readonly string[]): string[] {
  for (const id of ids) {
    lane.operations.push({
      ...{ id, kind: FOLLOW_ON, state: 'queued', epoch: 0, crashes: 0, cancelRequested: false },
      ...{ release: 0, live: null, due: null, steps: [{ name: 'ordering.pay', state: 'pending' }] },
    });
  }
  return headsOf(lane)
    .filter(({ id }) => ids.includes(id))
    .map(released);
}

function releaseHeads(lane: LaneModel): string[] {
  return headsOf(lane)
    .filter(({ state }) => state !== 'running')
    .map(released);
}

function putBack(operation: OperationModel, delayMs: number): string {
  Object.assign(operation, { state: 'retrying', live: null, due: delayMs === 0, crashes: 0 });
  return released(operation);
}

function released(operation: OperationModel): string {
  operation.release += 1;
  return `${operation.id}-${operation.release}`;
}

function record(operation: OperationModel, steps: OperationModel['steps']): void {
  for (const step of steps) operation.steps.find(({ name }) => name === step.name)!.state = step.state;
}

function answer(outcome: string, releases: string[] = []): Answer {
  return { outcome, releases };
}
