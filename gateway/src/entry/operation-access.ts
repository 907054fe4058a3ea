import { Injectable } from '@nestjs/common';
import { HEADERS } from '@turnpike/contracts';
import { Problem } from '@turnpike/service';
import type { FastifyRequest } from 'fastify';
import type { OperationRead } from '../ledger/operation.entity.js';
import { LedgerQueries } from '../ledger/queries.js';
import { authorise, type Caller } from './authorise.js';
import { callerOf, verifyAgain } from './caller.js';
import { OperationTokens } from './operation-token.js';

/** Who may see what became of a write. */
@Injectable()
export class OperationAccess {
  constructor(
    private readonly queries: LedgerQueries,
    private readonly operationTokens: OperationTokens,
  ) {}

  /** The token of a registration is enough; else the caller must be owner, actor or administrator. */
  async assertReadable(id: string, request: FastifyRequest): Promise<void> {
    if (await this.hasToken(id, request)) return;
    authoriseFor('operation.read', await this.queries.operation(id), callerOf(request));
  }

  /** @throws Problem 401 when what let the request in is over, whose answer may go on for hours */
  async assertStillReadable(id: string, request: FastifyRequest): Promise<void> {
    if (callerOf(request)) await verifyAgain(request);
    else if (!(await this.hasToken(id, request))) throw new Problem('unauthenticated');
  }

  private async hasToken(id: string, { headers }: FastifyRequest): Promise<boolean> {
    const token = headers[HEADERS.operationToken];
    return typeof token === 'string' && (await this.operationTokens.allows(token, id));
  }
}

/** Whoever asked for a write may see what became of it, as may the user whose data it is about. */
export function authoriseFor(
  action: 'operation.read' | 'operation.cancel',
  operation: OperationRead | null,
  caller: Caller | null,
): OperationRead {
  const isActor = caller !== null && operation?.actorId === caller.userId;
  authorise(action, caller, (isActor ? caller.userId : operation?.userId) ?? null);
  if (!operation) throw new Problem('not-found');
  return operation;
}
