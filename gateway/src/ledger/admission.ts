import type { ProblemCode } from '@turnpike/contracts';
import type { EntityManager } from 'typeorm';
import { type Acceptance, readAcceptances } from './acceptance-statements.js';
import { type Binding, bindKeys, type ClientKey, findReplay, releaseKeys, type Replay } from './keys.js';
import * as lanes from './lane-statements.js';
import type { NewOperation, Place, Placed, Terms } from './lane-statements.js';
import type { Work } from './lane-work.js';
import * as leaving from './leaving-statements.js';
import type { Release } from './release-statements.js';
import { acceptanceOf, depthLimitOf, followsUser } from './states.js';

/*
 * Admission to the lanes: several writes in one transaction, each of another lane. A key that is known is answered
 * before the lane is looked at; the places are given by one guarded statement; what is refused leaves nothing
 * behind.
 */

export interface Admittance {
  operation: NewOperation;
  clientKey: ClientKey | null;
  maxDepth: number;
  /** A deletion that cancels what waits before it. */
  cancelsWaiting?: boolean;
  /** Of a purge: how long the user must have been deleted. */
  deletedForMs?: number;
}

export type Admitted =
  | { outcome: 'accepted'; seq: number; releases: Release[]; acceptance: Acceptance }
  | { outcome: 'refused'; code: ProblemCode }
  | Replay;

type Answers = Map<Admittance, Admitted>;

export const admission: Work<Admittance, Admitted> = {
  laneOf: userOf,

  async prepare(tx, batch) {
    const registered = batch.filter(({ operation }) => operation.kind === 'user.register');
    if (registered.length > 0) await lanes.openLanes(tx, registered.map(userOf));
    const followed = batch.filter(({ operation }) => followsUser(operation.kind));
    if (followed.length > 0) await lanes.ensureLanes(tx, followed.map(userOf));
  },

  async decide(tx, batch, locked) {
    const answers: Answers = new Map();
    const open = (): Admittance[] => batch.filter((request) => !answers.has(request));
    for (const request of batch) if (!locked.has(userOf(request))) refuse(answers, request, 'not-found');
    await answerReplays(tx, open(), answers);
    const places = await takePlaces(tx, open());
    await answerRefused(
      tx,
      open().filter((request) => !places.has(userOf(request))),
      answers,
    );
    if (answers.size > 0) await leaveNothing(tx, [...answers.keys()]);
    for (const request of open()) {
      if (request.cancelsWaiting) await cancelWaiting(tx, userOf(request), places);
    }
    await appendAll(tx, open(), places, answers);
    return answers;
  },
};

/** Binds the keys; what asks with one that is taken is answered by it. */
async function answerReplays(
  tx: EntityManager,
  batch: readonly Admittance[],
  answers: Answers,
): Promise<void> {
  const bindings = batch.flatMap(bindingOf);
  if (bindings.length === 0) return;
  const bound = await bindKeys(tx, bindings);
  for (const request of batch) {
    const { clientKey, operation } = request;
    if (!clientKey || bound.has(operation.id)) continue;
    answers.set(request, (await findReplay(tx, clientKey))!);
  }
}

async function takePlaces(tx: EntityManager, batch: readonly Admittance[]): Promise<Map<string, Place>> {
  return batch.length > 0 ? lanes.takePlaces(tx, batch.map(termsOf)) : new Map<string, Place>();
}

function termsOf({ operation: { kind, userId }, maxDepth, deletedForMs }: Admittance): Terms {
  return { userId, ...acceptanceOf(kind), maxDepth: depthLimitOf(kind, maxDepth), deletedForMs };
}

/** Only says why: takePlaces has decided, and the lanes are locked. */
async function answerRefused(
  tx: EntityManager,
  refused: readonly Admittance[],
  answers: Answers,
): Promise<void> {
  if (refused.length === 0) return;
  const states = await lanes.readLanes(tx, refused.map(userOf));
  for (const request of refused) {
    refuse(answers, request, refusalOf(states.get(userOf(request))!, request.operation));
  }
}

function refusalOf({ admission: state }: lanes.LaneState, { kind }: NewOperation): ProblemCode {
  switch (state) {
    case 'open':
      return kind === 'user.restore' || kind === 'user.purge' ? 'user-not-deleted' : 'lane-full';
    case 'deleting':
      return 'user-deleting';
    case 'deleted':
    case 'closed':
      return 'user-deleted';
  }
}

function refuse(answers: Answers, request: Admittance, code: ProblemCode): void {
  answers.set(request, { outcome: 'refused', code });
}

/** Of what was not accepted neither a key nor a lane stays. */
async function leaveNothing(tx: EntityManager, batch: readonly Admittance[]): Promise<void> {
  const bindings = batch.flatMap(bindingOf);
  if (bindings.length > 0) await releaseKeys(tx, bindings);
  const registered = batch.filter(({ operation }) => operation.kind === 'user.register');
  if (registered.length > 0) await lanes.removeLanes(tx, registered.map(userOf));
}

/** Who has withdrawn all before it is the head. */
async function cancelWaiting(tx: EntityManager, userId: string, places: Map<string, Place>): Promise<void> {
  const count = await leaving.cancelWaiting(tx, userId);
  if (count === 0) return;
  await leaving.leaveLanes(tx, [{ userId, count }]);
  const { depth } = (await lanes.readLanes(tx, [userId])).get(userId)!;
  places.set(userId, { ...places.get(userId)!, isHead: depth === 1 });
}

async function appendAll(
  tx: EntityManager,
  batch: readonly Admittance[],
  places: ReadonlyMap<string, Place>,
  answers: Answers,
): Promise<void> {
  if (batch.length === 0) return;
  const placed = batch.map((request): Placed => ({
    operation: request.operation,
    place: places.get(userOf(request))!,
  }));
  await lanes.append(tx, placed);
  const orders = batch.map(({ operation }) => operation).filter(({ kind }) => kind === 'order.place');
  if (orders.length > 0) await lanes.indexOrders(tx, orders);
  const acceptances = await readAcceptances(tx, batch.map(userOf));
  for (const [index, { operation, place }] of placed.entries()) {
    const release = { userId: operation.userId, operationId: operation.id, release: 1, delayMs: 0 };
    const releases = place.isHead ? [release] : [];
    const acceptance = acceptances.get(operation.userId)!;
    answers.set(batch[index]!, { outcome: 'accepted', seq: place.seq, releases, acceptance });
  }
}

function bindingOf({ clientKey, operation: { userId, id } }: Admittance): Binding[] {
  return clientKey ? [{ clientKey, userId, operationId: id }] : [];
}

function userOf({ operation }: Admittance): string {
  return operation.userId;
}
