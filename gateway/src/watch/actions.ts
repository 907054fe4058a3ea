import { Injectable } from '@nestjs/common';
import {
  isSystemKind,
  type LaneView,
  type OperationKind,
  type OperationView,
  type ProblemCode,
  type ReleaseLane,
} from '@turnpike/contracts';
import { Problem } from '@turnpike/service';
import { v7 as uuidv7 } from 'uuid';
import { hiddenView } from '../entry/hidden.js';
import { GatewayConfig } from '../config.js';
import { type Action, type Asker, authorise, roleIn } from '../entry/authorise.js';
import { AuditTrail } from '../ledger/audit-trail.js';
import { type Controlled, LaneControl } from '../ledger/lane-control.js';
import type { NewOperation } from '../ledger/admission-statements.js';
import { Ledger } from '../ledger/ledger.js';
import type { OperationRead } from '../ledger/operation.entity.js';
import { LaneViews } from '../ledger/lane-views.js';
import { firstOf, LedgerQueries } from '../ledger/queries.js';
import type { Content } from '../ledger/seals.js';
import { toView } from '../ledger/views.js';
import { Releaser } from '../queue/release.js';
import { Withdrawal } from '../queue/withdrawal.js';
import { LaneRelease } from './release.js';

/**
 * Interventions in lanes and operations: all of them are the ledger's, here they only get their answers. What is
 * done to a lane is audited in its own transaction. A write that is repeated or withdrawn is audited immediately
 * after: admission and withdrawal are the same for clients, who are not audited for asking, and a withdrawal in
 * retry ends in another process. If this one dies in between, the operation itself still tells who repeated it.
 */
@Injectable()
export class Actions {
  constructor(
    private readonly ledger: Ledger,
    private readonly lanes: LaneControl,
    private readonly laneViews: LaneViews,
    private readonly queries: LedgerQueries,
    private readonly trail: AuditTrail,
    private readonly laneRelease: LaneRelease,
    private readonly withdrawal: Withdrawal,
    private readonly releaser: Releaser,
    private readonly config: GatewayConfig,
  ) {}

  /** @throws Problem 404 where there is no such lane */
  async lane(userId: string): Promise<LaneView> {
    const lane = await this.laneViews.find(userId);
    if (!lane) throw new Problem('not-found');
    return lane;
  }

  async pause(userId: string, by: Asker, reason: string | null): Promise<LaneView> {
    authorise('lane.act', by, userId);
    return this.controlled(userId, await this.lanes.pause(userId, by.userId, reason));
  }

  async resume(userId: string, by: Asker, reason: string | null): Promise<LaneView> {
    authorise('lane.act', by, userId);
    return this.controlled(userId, await this.lanes.resume(userId, by.userId, reason));
  }

  /** @throws Problem 409 where the lane is not halted and an action says what is to become of its head */
  async release(userId: string, by: Asker, asked: ReleaseLane): Promise<LaneView> {
    authorise('lane.act', by, userId);
    const { action, reason = null } = asked;
    if (!action) return this.controlled(userId, await this.lanes.release(userId, by.userId, reason));
    await this.lane(userId);
    await this.laneRelease.take(userId, by.userId, { ...asked, action, reason });
    return this.lane(userId);
  }

  /** Asking again for what is so already is answered with the lane as it is. */
  private controlled(userId: string, { found, releases }: Controlled): Promise<LaneView> {
    if (!found) throw new Problem('not-found');
    this.releaser.release(releases);
    return this.lane(userId);
  }

  /** @throws Problem 409 unless it ends cancelled */
  async cancel(id: string, by: Asker, reason: string | null): Promise<OperationView> {
    const { userId, state } = await this.find(id);
    authorise('lane.act', by, userId);
    if (!(await this.withdrawal.cancel(userId, id))) throw new Problem('operation-not-cancellable');
    if (state !== 'cancelled') {
      const actorId = by.userId;
      await this.trail.append({ action: 'operation.cancel', userId, operationId: id, actorId, reason });
    }
    return hiddenView(toView(await this.find(id)));
  }

  /**
   * One repetition at a time, and none of what has succeeded by one: who asks again is answered with that.
   * @throws Problem 400 unless it failed; what admission says if the lane does not take it
   */
  async retry(id: string, by: Asker, reason: string | null): Promise<OperationView> {
    const failed = await this.find(id);
    const byRole = roleIn(authorise(actionOfRepeating(failed.kind), by, failed.userId));
    assertRepeatable(failed);
    const standing = await this.queries.standingRepetition(failed);
    const repetition = standing ?? (await this.repeat(failed, { actorId: by.userId, byRole }, reason));
    return hiddenView(toView(repetition));
  }

  private async repeat(failed: OperationRead, by: By, reason: string | null): Promise<OperationRead> {
    const payload = await this.queries.payloadOf(failed);
    if (!payload) throw new Problem('user-deleted');
    const operation = repetitionOf(failed, payload, by);
    const { laneMaxDepth: maxDepth } = this.config;
    const admitted = await this.ledger.admit({ operation, clientKey: null, maxDepth });
    if (admitted.outcome === 'refused') return this.rivalOf(failed, admitted.code);
    if (admitted.outcome === 'accepted') this.releaser.release(admitted.releases);
    const { userId, id: operationId } = failed;
    const { actorId } = by;
    await this.trail.append({ action: 'operation.retry', userId, operationId, actorId, reason });
    return this.find(operation.id);
  }

  /** @returns the repetition that came in between. @throws Problem where it was not for one that it was refused */
  private async rivalOf(failed: OperationRead, code: ProblemCode): Promise<OperationRead> {
    const standing = await this.queries.standingRepetition(failed);
    if (!standing) throw new Problem(code);
    return standing;
  }

  private async find(id: string): Promise<OperationRead> {
    const operation = await this.queries.operation(id);
    if (!operation) throw new Problem('not-found');
    return operation;
  }
}

/** @throws Problem where a repetition would be wrong, or would do nothing */
function assertRepeatable({ state, kind, steps }: OperationRead): void {
  if (state !== 'failed') throw new Problem('invalid-request', 'Only a failed write can be repeated.');
  // A repair is found anew by the next integrity run, a purge is due until it has succeeded.
  if (isSystemKind(kind)) throw new Problem('invalid-request', 'The system itself sees to this one.');
  // Only what an operator ended by hand can be so; carried out again it could be there twice.
  const standing = steps.find((step) => step.state === 'applied' || step.state === 'pending');
  if (standing) throw new Problem('invalid-request', `${standing.name} is in force, or may be.`);
  // The lane of a user who was never made is closed for ever: the client registers again, as another user.
  if (kind === 'user.register') throw new Problem('user-deleted');
}

/** Who asks for a repetition, and the role that lets him. */
type By = Pick<NewOperation, 'actorId' | 'byRole'>;

/** Kinds that decide what somebody may do: to repeat one is to ask for it, whoever asked first. */
const PRIVILEGED: ReadonlySet<OperationKind> = new Set(['user.set-roles', 'user.set-claims']);

function actionOfRepeating(kind: OperationKind): Action {
  return PRIVILEGED.has(kind) ? 'operation.repeat-privileged' : 'lane.act';
}

/** @returns the same write once more, asked for by that operator */
function repetitionOf(failed: OperationRead, payload: Content, by: By): NewOperation {
  return {
    ...by,
    id: uuidv7(),
    userId: failed.userId,
    kind: failed.kind,
    target: { type: failed.targetType, id: failed.targetId },
    payload,
    ifMatch: failed.ifMatch,
    steps: failed.steps.map(({ name, service }) => ({ name, service })),
    traceparent: null,
    retryOf: failed.id,
    repeats: firstOf(failed),
  };
}
