import { Injectable } from '@nestjs/common';
import type { OpsOperationView, RevealedOperation } from '@turnpike/protocol';
import { Problem } from '@turnpike/service';
import { AuditTrail } from '../audit/audit-trail.js';
import type { OperationRead } from '../ledger/operation.entity.js';
import { LedgerQueries } from '../queries/operations.js';
import { toView } from '../queries/views.js';
import { hidden } from '../support/redact-payload.js';

/** One write in full. What people have written into it is hidden, unless somebody says why he has to see it. */
@Injectable()
export class CloserLook {
  constructor(
    private readonly queries: LedgerQueries,
    private readonly trail: AuditTrail,
  ) {}

  /** @throws Problem 404 where there is no such write */
  async at(id: string): Promise<OpsOperationView> {
    const operation = await this.find(id);
    const [payload, waiting, retriedBy] = await Promise.all([
      this.queries.payloadOf(operation),
      this.queries.waiting(operation),
      this.queries.repetitionOf(id),
    ]);
    const { result, ifMatch, traceparent } = operation;
    return {
      ...toView(operation),
      ...(waiting && { waiting }),
      steps: operation.steps.map(({ name, service, state, attempts, ms, problem }) => ({
        ...{ name, service, state, attempts },
        ms: ms ?? null,
        problem: problem ?? null,
      })),
      ...{
        payload: payload && hidden(payload),
        result: result && hidden(result),
        ifMatch,
        traceparent,
        retriedBy,
      },
    };
  }

  /** Shows what a write holds; the audit trail tells of it first. */
  async reveal(id: string, actorId: string, reason: string): Promise<RevealedOperation> {
    const operation = await this.find(id);
    const { userId, result } = operation;
    await this.trail.append({ action: 'operation.reveal', userId, operationId: id, actorId, reason });
    return { payload: await this.queries.payloadOf(operation), result };
  }

  private async find(id: string): Promise<OperationRead> {
    const operation = await this.queries.operation(id);
    if (!operation) throw new Problem('not-found');
    return operation;
  }
}
