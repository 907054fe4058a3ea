import { Injectable } from '@nestjs/common';
import { isSystemKind, type LaneView, type OperationView } from '@turnpike/contracts';
import { Problem } from '@turnpike/service';
import { v7 as uuidv7 } from 'uuid';
import { GatewayConfig } from '../config.js';
import { AuditTrail } from '../ledger/audit-trail.js';
import { type Controlled, LaneControl } from '../ledger/lane-control.js';
import type { NewOperation } from '../ledger/admission-statements.js';
import { Ledger } from '../ledger/ledger.js';
import type { OperationRead } from '../ledger/operation.entity.js';
import { LaneViews } from '../ledger/lane-views.js';
import { LedgerQueries } from '../ledger/queries.js';
import type { Content } from '../ledger/seals.js';
import { toView } from '../ledger/views.js';
import { Releaser } from '../queue/release.js';
import { Withdrawal } from '../queue/withdrawal.js';

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

  async pause(userId: string, actorId: string, reason: string | null): Promise<LaneView> {
    return this.controlled(userId, await this.lanes.pause(userId, actorId, reason));
  }

  async resume(userId: string, actorId: string, reason: string | null): Promise<LaneView> {
    return this.controlled(userId, await this.lanes.resume(userId, actorId, reason));
  }

  async release(userId: string, actorId: string, reason: string | null): Promise<LaneView> {
    return this.controlled(userId, await this.lanes.release(userId, actorId, reason));
  }

  /** Asking again for what is so already is answered with the lane as it is. */
  private controlled(userId: string, { found, releases }: Controlled): Promise<LaneView> {
    if (!found) throw new Problem('not-found');
    this.releaser.release(releases);
    return this.lane(userId);
  }

  /** @throws Problem 409 unless it ends cancelled */
  async cancel(id: string, actorId: string, reason: string | null): Promise<OperationView> {
    const { userId, state } = await this.find(id);
    if (!(await this.withdrawal.cancel(userId, id))) throw new Problem('operation-not-cancellable');
    if (state !== 'cancelled') {
      await this.trail.append({ action: 'operation.cancel', userId, operationId: id, actorId, reason });
    }
    return toView(await this.find(id));
  }

  /** @throws Problem 409 unless it failed; what admission says if the lane does not take it */
  async retry(id: string, actorId: string, reason: string | null): Promise<OperationView> {
    const failed = await this.find(id);
    assertRepeatable(failed);
    const payload = await this.queries.payloadOf(failed);
    if (!payload) throw new Problem('user-deleted');
    const operation = repetitionOf(failed, payload, actorId);
    const { laneMaxDepth: maxDepth } = this.config;
    const admitted = await this.ledger.admit({ operation, clientKey: null, maxDepth });
    if (admitted.outcome === 'refused') throw new Problem(admitted.code);
    if (admitted.outcome === 'accepted') this.releaser.release(admitted.releases);
    const { userId } = failed;
    await this.trail.append({ action: 'operation.retry', userId, operationId: id, actorId, reason });
    return toView(await this.find(operation.id));
  }

  private async find(id: string): Promise<OperationRead> {
    const operation = await this.queries.operation(id);
    if (!operation) throw new Problem('not-found');
    return operation;
  }
}

/** @throws Problem where a repetition would be wrong, or would do nothing */
function assertRepeatable({ state, kind }: OperationRead): void {
  if (state !== 'failed') throw new Problem('invalid-request', 'Only a failed write can be repeated.');
  // A repair is found anew by the next integrity run, a purge is due until it has succeeded.
  if (isSystemKind(kind)) throw new Problem('invalid-request', 'The system itself sees to this one.');
  // The lane of a user who was never made is closed for ever: the client registers again, as another user.
  if (kind === 'user.register') throw new Problem('user-deleted');
}

/** @returns the same write once more, asked for by that operator */
function repetitionOf(failed: OperationRead, payload: Content, actorId: string): NewOperation {
  return {
    id: uuidv7(),
    userId: failed.userId,
    kind: failed.kind,
    actorId,
    target: { type: failed.targetType, id: failed.targetId },
    payload,
    ifMatch: failed.ifMatch,
    steps: failed.steps.map(({ name, service }) => ({ name, service })),
    traceparent: null,
    retryOf: failed.id,
  };
}
