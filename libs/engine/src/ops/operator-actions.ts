import { Injectable } from '@nestjs/common';
import type { LaneView, OperationView, ReleaseLane } from '@turnpike/protocol';
import { Problem } from '@turnpike/service';
import { hiddenView } from '../support/redact-payload.js';
import { type Asker, authorise } from '../request/authorise.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { type Controlled, LaneControl } from '../ledger/lane-control.js';
import type { OperationRead } from '../ledger/operation.entity.js';
import { LaneViews } from '../queries/lanes.js';
import { LedgerQueries } from '../queries/operations.js';
import { toView } from '../queries/views.js';
import { Releaser } from '../queue/enqueue.js';
import { Withdrawal } from '../queue/cancellation.js';
import { LaneRelease } from './resolve-halt.js';

/**
 * Interventions in lanes and operations: all of them are the ledger's, here they only get their answers. What is
 * done to a lane is audited in its own transaction. A write that is withdrawn is audited immediately after: withdrawal is
 * the same for clients, who are not audited for asking, and a withdrawal in retry ends in another process.
 */
@Injectable()
export class Actions {
  constructor(
    private readonly lanes: LaneControl,
    private readonly laneViews: LaneViews,
    private readonly queries: LedgerQueries,
    private readonly trail: AuditTrail,
    private readonly laneRelease: LaneRelease,
    private readonly withdrawal: Withdrawal,
    private readonly releaser: Releaser,
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

  private async find(id: string): Promise<OperationRead> {
    const operation = await this.queries.operation(id);
    if (!operation) throw new Problem('not-found');
    return operation;
  }
}
