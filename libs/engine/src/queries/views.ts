import type {
  OperationLinks,
  OperationState,
  OperationView,
  StepView,
  WaitingReason,
  WaitingView,
} from '@turnpike/protocol';
import type { Acceptance, NewOperation } from '../ledger/statements/admit.js';
import type { OperationRead } from '../ledger/operation.entity.js';
import type { StepOutcome } from '../ledger/statements/claim.js';

/** What clients are told of an operation. */
type Viewed = Pick<
  OperationRead,
  | Exclude<keyof OperationView, 'target' | 'steps' | 'follows' | 'relations' | 'waiting' | 'links'>
  | 'followsId'
  | 'targetType'
  | 'targetId'
> & { steps: readonly (StepView & Pick<StepOutcome, 'counts'>)[] };

/** Whether its lane runs, and what of it comes before. */
export type Waiting = Omit<Acceptance, 'createdAt'>;

/** @returns the operation as clients see it */
export function toView(operation: Viewed): OperationView {
  return {
    id: operation.id,
    kind: operation.kind,
    userId: operation.userId,
    actorId: operation.actorId,
    seq: operation.seq,
    state: operation.state,
    attempts: operation.attempts,
    target: { type: operation.targetType, id: operation.targetId },
    steps: operation.steps.map(({ name, service, state, attempts }) => ({ name, service, state, attempts })),
    createdAt: operation.createdAt.toISOString(),
    startedAt: operation.startedAt?.toISOString() ?? null,
    finishedAt: operation.finishedAt?.toISOString() ?? null,
    nextAttemptAt: operation.nextAttemptAt?.toISOString() ?? null,
    result: operation.result,
    problem: operation.problem,
    cause: operation.cause,
    ...(operation.retryOf && { retryOf: operation.retryOf }),
    ...(operation.followsId && { follows: operation.followsId }),
    ...countedIn(operation.steps),
    links: linksOf(operation.id),
  };
}

function countedIn(steps: Viewed['steps']): Pick<OperationView, 'relations'> {
  const relations = steps.flatMap(({ counts = [] }) => counts);
  return relations.length > 0 ? { relations } : {};
}

/**
 * What links begin with: nothing, or PUBLIC_URL. The process says it once, before it answers anything; as a parameter it
 * would go through every reader of an operation, none of which has to do with it.
 */
let publicUrl = '';

export function publishUnder(url: string | null): void {
  publicUrl = url ?? '';
}

/** @returns where an operation is read and followed */
function linksOf(operationId: string): OperationLinks {
  const self = `${publicUrl}/v1/operations/${operationId}`;
  return { self, events: `${self}/events` };
}

/**
 * @param change the number of one of its changes (see changes.ts)
 * @returns the operation as it was from that change on. Of an earlier one is known what state it was in, how often it
 *   had been begun, and when first; not how far its steps had come, or why it was put back.
 */
export function changedView(operation: OperationRead, change: string): OperationView {
  const view = toView(operation);
  if (change === operation.changes.at(-1)) return view;
  const { relations: _relations, ...now } = view;
  const turn = turnOf(change);
  return {
    ...now,
    state: stateIn(turn),
    attempts: now.attempts - claimsAfter(operation, change),
    steps: now.steps.map((step) => ({ ...step, state: 'pending', attempts: 0 })),
    startedAt: turn === 0 ? null : now.startedAt,
    ...{ finishedAt: null, nextAttemptAt: null, result: null, problem: null, cause: null },
  };
}

function turnOf(change: string): number {
  return Number(BigInt.asUintN(32, BigInt(change)));
}

/** A turn says nothing of how many there were: what is carried out beside the lane has turns of its own between them. */
function claimsAfter({ changes }: OperationRead, change: string): number {
  return changes.slice(changes.indexOf(change) + 1).filter((later) => turnOf(later) % 2 === 1).length;
}

/** Of an operation that went on: claims are odd, retries even, and before all of them it came. */
function stateIn(turn: number): OperationState {
  if (turn === 0) return 'queued';
  return turn % 2 === 1 ? 'running' : 'retrying';
}

/** @returns a write as it was accepted, which is what a reader would have found at that instant */
export function acceptedView(
  operation: NewOperation,
  { seq, acceptance }: { seq: number; acceptance: Acceptance },
): OperationView {
  const accepted: Viewed = {
    ...{ id: operation.id, kind: operation.kind, userId: operation.userId, actorId: operation.actorId, seq },
    ...{ state: 'queued', attempts: 0, targetType: operation.target.type, targetId: operation.target.id },
    steps: operation.steps.map(({ name, service }) => ({ name, service, state: 'pending', attempts: 0 })),
    ...{ createdAt: acceptance.createdAt, startedAt: null, finishedAt: null, nextAttemptAt: null },
    ...{ result: null, problem: null, cause: null, retryOf: operation.retryOf ?? null, followsId: null },
  };
  return { ...toView(accepted), waiting: waitingView(accepted, acceptance) };
}

/** @returns why a write that has not ended, and is not under way, has to wait */
export function waitingView(operation: Viewed, { execution, position, behind }: Waiting): WaitingView {
  const since = (operation.startedAt ?? operation.createdAt).toISOString();
  const expectedAt = operation.nextAttemptAt?.toISOString() ?? null;
  if (execution !== 'running') return { behind, position, reason: execution, since, expectedAt: null };
  return { behind, position, reason: reasonOf(operation), since, expectedAt };
}

/** The last problem of a write in retry says whether it was called at all. */
function reasonOf({ state, problem }: Viewed): WaitingReason {
  if (state !== 'retrying') return 'turn';
  return problem?.['breaker'] ? 'breaker' : 'retry';
}
