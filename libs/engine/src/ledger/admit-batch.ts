import type { ProblemCode, Effect } from '@turnpike/protocol';
import type { Statements } from '@turnpike/service';
import type { AskedWith } from './access-endings.js';
import {
  type Acceptance,
  type Applicant,
  type NewOperation,
  type Place,
  readPosition,
  takePlaces,
  type Terms,
} from './statements/admit.js';
import { type ClientKey, findReplay, releaseKeys, type Replay } from './statements/idempotency-keys.js';
import * as lanes from './statements/lane-lock.js';
import type { Work } from './batching/batched-transactions.js';
import * as leaving from './statements/cancel.js';
import { type Release, releaseHeads } from './statements/enqueue.js';
import type { Stored } from '../encryption/payload-encryption.js';
import { ACCEPTANCE, ANY_DEPTH, DELETES, type EffectOnLane } from './states.js';

/*
 * Admission to the lanes: several writes in one transaction, each of another lane. A key that is known is answered
 * before the lane is looked at; the places are given by one guarded statement; what is refused leaves nothing
 * behind.
 */

export interface Admittance extends AskedWith {
  operation: NewOperation;
  clientKey: ClientKey | null;
  maxDepth: number;
  /** A deletion that cancels what waits before it, as far as its actor may. */
  cancelsWaiting?: boolean;
  /** Of a purge: how long the user must have been deleted. */
  deletedForMs?: number;
}

/** The same, and what of it is sealed before it comes into the batch. */
export interface SealedAdmittance extends Admittance {
  payload: Stored | null;
  /** Of a registration: the key under which everything of that user is sealed, as it is kept. */
  dataKey: string | null;
}

export type Admitted =
  | { outcome: 'accepted'; seq: number; releases: Release[]; acceptance: Acceptance }
  | { outcome: 'refused'; code: ProblemCode }
  | Replay;

type Answers = Map<SealedAdmittance, Admitted>;

export const admission: Work<SealedAdmittance, Admitted> = {
  laneOf: userOf,

  async prepare(tx, batch) {
    const registered = batch.flatMap(({ operation: { userId }, dataKey }) =>
      dataKey === null ? [] : [{ userId, dataKey }],
    );
    if (registered.length > 0) await lanes.openLanes(tx, registered);
    const followed = batch.filter(({ operation }) => operation.effect === 'follows');
    if (followed.length > 0) await lanes.ensureLanes(tx, followed.map(userOf));
  },

  async decide(tx, batch, locked) {
    const answers: Answers = new Map();
    const { places, bound } = await takePlaces(tx, batch.map(applicantOf));
    const lanesOf = await locked;
    const [inLanes, without] = partition(batch, (request) => lanesOf.has(userOf(request)));
    for (const request of without) refuse(answers, request, 'not-found');
    const [placed, others] = partition(inLanes, ({ operation }) => places.has(operation.id));
    const [refused, repeated] = partition(
      others,
      ({ clientKey, operation }) => !clientKey || bound.has(operation.id),
    );
    for (const request of repeated) answers.set(request, (await findReplay(tx, request.clientKey!))!);
    await answerRefused(tx, refused, answers);
    if (refused.length + repeated.length > 0) await leaveNothing(tx, [...refused, ...repeated]);
    for (const request of placed) {
      answers.set(request, await accepted(tx, request, places.get(request.operation.id)!));
    }
    return answers;
  },
};

function partition<Item>(items: readonly Item[], belongs: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(belongs), items.filter((item) => !belongs(item))];
}

function applicantOf(request: SealedAdmittance): Applicant {
  const { operation, payload, clientKey, maxDepth, deletedForMs } = request;
  const terms = { ...acceptanceOf(operation), maxDepth: depthLimitOf(operation, maxDepth), deletedForMs };
  return { operation, payload, clientKey, terms, ending: operation.endsAccess?.(operation, request) ?? null };
}

/** @returns what the acceptance of such an operation needs of the lane's admission, and makes of it */
function acceptanceOf({ effect, reportsDeletion }: EffectOnLane): Omit<Terms, 'maxDepth'> {
  return reportsDeletion ? { ...ACCEPTANCE[effect], moves: DELETES } : ACCEPTANCE[effect];
}

/** @returns how many writes may wait before this one; null where any number may */
function depthLimitOf({ effect, beside }: NewOperation, maxDepth: number): number | null {
  // A purge comes when nothing is under way: a restore that waits must not find its user half erased.
  if (effect === 'ends') return 1;
  // What is carried out beside the lane takes access away, which whoever floods the lane must not keep out of it.
  return beside || ANY_DEPTH.has(effect) ? null : maxDepth;
}

/** Only says why: takePlaces has decided, and the lanes are locked. */
async function answerRefused(
  tx: Statements,
  refused: readonly SealedAdmittance[],
  answers: Answers,
): Promise<void> {
  if (refused.length === 0) return;
  const states = await lanes.readLanes(tx, refused.map(userOf));
  for (const request of refused) {
    refuse(answers, request, refusalOf(states.get(userOf(request))!, request));
  }
}

function refusalOf({ admission: state }: lanes.LaneState, request: SealedAdmittance): ProblemCode {
  const { operation } = request;
  switch (state) {
    case 'open':
      if (operation.endsAccess?.(operation, request)?.spares) return 'unauthenticated';
      return REFUSED_IN_OPEN[operation.effect] ?? 'lane-full';
    case 'deleting':
      return 'user-deleting';
    case 'deleted':
    case 'closed':
      return 'user-deleted';
  }
}

/** Why an open lane refuses what no depth refuses. */
const REFUSED_IN_OPEN: Partial<Record<Effect, ProblemCode>> = {
  reopens: 'user-not-deleted',
  ends: 'user-not-deleted',
};

function refuse(answers: Answers, request: SealedAdmittance, code: ProblemCode): void {
  answers.set(request, { outcome: 'refused', code });
}

/** Of what was not accepted neither a key nor a lane stays. */
async function leaveNothing(tx: Statements, batch: readonly Admittance[]): Promise<void> {
  const bindings = batch.flatMap(({ clientKey, operation: { id } }) =>
    clientKey ? [{ clientKey, operationId: id }] : [],
  );
  if (bindings.length > 0) await releaseKeys(tx, bindings);
  const registered = batch.filter(({ operation }) => operation.effect === 'opens');
  if (registered.length > 0) await lanes.removeLanes(tx, registered.map(userOf));
}

async function accepted(tx: Statements, request: Admittance, place: Place): Promise<Admitted> {
  const { id, userId, actorId } = request.operation;
  const { seq, acceptance } = place;
  if (request.cancelsWaiting && (await withdrawsBefore(tx, { userId, before: seq, actorId }))) {
    const position = await readPosition(tx, userId, seq);
    // The head is another now: the deletion itself, or what was not withdrawn before it.
    const releases = await releaseHeads(tx, userId);
    return { outcome: 'accepted', seq, releases, acceptance: { ...acceptance, ...position } };
  }
  const release = { userId, operationId: id, release: 1, delayMs: 0 };
  return { outcome: 'accepted', seq, acceptance, releases: acceptance.position === 0 ? [release] : [] };
}

/** @returns whether anything was withdrawn */
async function withdrawsBefore(tx: Statements, withdrawing: leaving.Withdrawing): Promise<boolean> {
  const { userId } = withdrawing;
  const count = await leaving.cancelWaiting(tx, withdrawing);
  if (count > 0) await leaving.leaveLanes(tx, [{ userId, state: 'cancelled', count }]);
  return count > 0;
}

function userOf({ operation }: Admittance): string {
  return operation.userId;
}
