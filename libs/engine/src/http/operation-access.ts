import { Injectable } from '@nestjs/common';
import { HEADERS, type OperationView } from '@turnpike/protocol';
import { Problem } from '@turnpike/service';
import type { FastifyRequest } from 'fastify';
import type { OperationRead } from '../ledger/operation.entity.js';
import { LedgerQueries } from '../queries/operations.js';
import { authorise, type Caller, callerOf, verifyAgain, whoIs } from '../request/authorise.js';
import { OperationTokens } from './operation-token.js';

/** Who may see what became of a write. */
@Injectable()
export class OperationAccess {
  constructor(
    private readonly queries: LedgerQueries,
    private readonly operationTokens: OperationTokens,
  ) {}

  /**
   * The token of a registration is enough; else the caller must be owner, actor or administrator.
   * @returns what of it the request may see
   */
  async sightOf(id: string, request: FastifyRequest): Promise<Sight> {
    if (await this.hasToken(id, request)) return WHOLE;
    authoriseFor('operation.read', await this.queries.operation(id), callerOf(request));
    return (view) => seenBy(callerOf(request)!, view);
  }

  /** @throws Problem 401 when what let the request in is over, whose answer may go on for hours */
  async assertStillReadable(id: string, request: FastifyRequest): Promise<void> {
    if (callerOf(request)) await verifyAgain(request);
    else if (!(await this.hasToken(id, request))) throw new Problem('unauthenticated');
  }

  /**
   * @throws Problem 401 when the session of somebody who was let in by a role has ended while the answer was waited for.
   *   The owner is told how the own deletion has ended, which ends the session.
   */
  async assertStillSeen({ userId }: OperationRead, request: FastifyRequest): Promise<void> {
    if (callerOf(request)?.userId !== userId) await verifyAgain(request);
  }

  private async hasToken(id: string, { headers }: FastifyRequest): Promise<boolean> {
    const token = headers[HEADERS.operationToken];
    return typeof token === 'string' && (await this.operationTokens.allows(token, id));
  }
}

/** What somebody sees of an operation. */
export type Sight = (view: OperationView) => OperationView;

/** The owner's, and of whoever has the token of a registration. */
export const WHOLE: Sight = (view) => view;

/** An actor who has no role now sees how the write ended, and nothing of what it was about. */
export function seenBy(caller: Caller, view: OperationView): OperationView {
  if (seesResult(caller, view.userId)) return view;
  const { relations: _relations, ...seen } = view;
  return { ...seen, result: null, cause: view.cause && { ...view.cause, detail: null } };
}

/** @returns whether somebody sees what a write in that user's lane was about */
export function seesResult(caller: Caller, userId: string): boolean {
  const who = whoIs('operation.result', caller, userId);
  return who === 'owner' || (who !== null && caller.rolesAreKnown);
}

/** Whoever asked for a write may see what became of it, as may the user whose data it is about. */
export function authoriseFor(
  action: 'operation.read' | 'operation.cancel',
  operation: OperationRead | null,
  caller: Caller | null,
): OperationRead {
  authorise(action, caller, operation?.userId ?? null, operation?.actorId ?? null);
  if (!operation) throw new Problem('not-found');
  return operation;
}
