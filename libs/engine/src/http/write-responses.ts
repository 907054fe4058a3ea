import { Injectable } from '@nestjs/common';
import { etagOf, HEADERS, type OperationView } from '@turnpike/protocol';
import { Problem } from '@turnpike/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Endings } from '../notify/operation-watcher.js';
import type { Acceptance, NewOperation } from '../ledger/statements/admit.js';
import type { OperationRead } from '../ledger/operation.entity.js';
import { LedgerQueries } from '../queries/operations.js';
import { Catalogue } from '../definitions/catalogue.js';
import { successStatusOf } from '../definitions/operation.js';
import { isEnded } from '../ledger/states.js';
import { acceptedView, toView } from '../queries/views.js';
import { callerOf, verifyAgain } from '../request/authorise.js';
import { seenBy, seesResult } from './operation-access.js';
import { OperationTokens } from './operation-token.js';
import { preferredWait } from '../request/request-headers.js';
import { clientGone } from '../limits/concurrent-requests.js';

/** Answers writes: with the operation, or, where the client prefers to wait, with what has become of it. */
@Injectable()
export class Answers {
  constructor(
    private readonly queries: LedgerQueries,
    private readonly endings: Endings,
    private readonly operationTokens: OperationTokens,
    private readonly catalogue: Catalogue,
  ) {}

  /** The answer to a write that is new: nothing has to be read for it, unless the client prefers to wait. */
  async accepted(
    operation: NewOperation,
    place: { seq: number; acceptance: Acceptance },
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<unknown> {
    const wait = preferredWait(request);
    if (wait !== null) {
      const { id } = operation;
      const ended = await this.ended(id, wait, clientGone(request));
      return this.answer(ended ?? (await this.get(id)), request, reply);
    }
    await this.giveToken(operation, reply);
    sayAccepted(operation.id, reply);
    return acceptedView(operation, place);
  }

  /** The answer to an accepted write: 202, or after `Prefer: wait` the outcome. */
  async operation(id: string, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    return this.answer(await this.get(id, preferredWait(request) ?? 0, clientGone(request)), request, reply);
  }

  private async answer(
    operation: OperationRead,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<unknown> {
    const wait = preferredWait(request);
    // A role may have been taken while the answer was waited for; the owner is told how the own deletion has ended.
    if (wait !== null && callerOf(request)?.userId !== operation.userId) await verifyAgain(request);
    await this.giveToken(operation, reply);
    if (wait !== null) void reply.header(HEADERS.preferenceApplied, `wait=${wait}`);
    const caller = callerOf(request);
    const seesAll = !caller || seesResult(caller, operation.userId);
    if (wait !== null && isEnded(operation.state) && seesAll)
      return outcomeOf(operation, this.catalogue, reply);
    sayAccepted(operation.id, reply);
    const view = await this.view(operation);
    return seesAll ? view : seenBy(caller, view);
  }

  /** @returns the operation once it has ended, or as it is after that many seconds */
  async get(id: string, waitSeconds = 0, signal?: AbortSignal): Promise<OperationRead> {
    const operation = await this.queries.operation(id);
    if (!operation) throw new Problem('not-found');
    if (waitSeconds === 0 || isEnded(operation.state)) return operation;
    const ended = await this.ended(id, waitSeconds, signal);
    return ended ?? (await this.queries.operation(id)) ?? operation;
  }

  /** @returns the operation once it has ended, or null where it has not after that many seconds */
  private ended(id: string, waitSeconds: number, signal?: AbortSignal): Promise<OperationRead | null> {
    return this.endings.ofOperation(id, { timeoutMs: waitSeconds * 1000, signal });
  }

  /** @returns the operation as clients see it, with why it waits */
  async view(operation: OperationRead): Promise<OperationView> {
    const waiting = await this.queries.waiting(operation);
    return { ...toView(operation), ...(waiting && { waiting }) };
  }

  /** Whoever registers is nobody yet, and could not read the operation otherwise. */
  private async giveToken(
    { id, kind }: Pick<OperationRead, 'id' | 'kind'>,
    reply: FastifyReply,
  ): Promise<void> {
    if (this.catalogue.isAnonymous(kind))
      void reply.header(HEADERS.operationToken, await this.operationTokens.sign(id));
  }
}

function sayAccepted(id: string, reply: FastifyReply): void {
  void reply.status(202).header('location', `/v1/operations/${id}`);
}

/** What a synchronous interface would have answered. */
function outcomeOf(operation: OperationRead, catalogue: Catalogue, reply: FastifyReply): unknown {
  void reply.header(HEADERS.operationId, operation.id);
  if (operation.problem) throw Problem.from(operation.problem);
  // Withdrawn while the client waited: no status of its own says that, the operation does.
  if (operation.state === 'cancelled') {
    sayAccepted(operation.id, reply);
    return toView(operation);
  }
  const definition = catalogue.find(operation.kind);
  void reply.status(definition ? successStatusOf(definition) : 200);
  if (definition?.creates) void reply.header('location', catalogue.addressOf(operation));
  const version = operation.result?.['version'];
  if (typeof version === 'number') void reply.header('etag', etagOf(version));
  return operation.result ?? undefined;
}
