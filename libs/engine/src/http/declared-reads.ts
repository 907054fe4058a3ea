import { Injectable } from '@nestjs/common';
import type { ReadDeclaration } from '@turnpike/protocol';
import { Problem } from '@turnpike/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { withNullAt } from '../definitions/json-pointers.js';
import { Services } from '../execution/service-client.js';
import { LedgerQueries } from '../queries/operations.js';
import { registerOf } from '../ledger/register.js';
import { type ActionDefinition, authorise } from '../request/authorise.js';
import { callerOf } from '../request/caller.js';
import { Reads, sendResource } from './consistent-reads.js';
import { LaneOfRequest } from './lane-of-request.js';

/** Something that can be read of a service. */
export interface DeclaredRead {
  service: string;
  action: ActionDefinition;
  read: ReadDeclaration;
}

/** Answers reads of which a declaration says all that there is to know: the service is asked, and its answer passed on. */
@Injectable()
export class DeclaredReads {
  constructor(
    private readonly lanes: LaneOfRequest,
    private readonly reads: Reads,
    private readonly queries: LedgerQueries,
    private readonly services: Services,
  ) {}

  /**
   * @throws Problem 404 of what is another's, 410 of a purged user of whom nothing is left to be read, 409 where a write that
   *   it is to follow has not ended
   */
  async read(
    { service, action, read }: DeclaredRead,
    params: Readonly<Record<string, string>>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<unknown> {
    const caller = callerOf(request);
    if (!caller) throw new Problem('unauthenticated');
    const userId = await this.lanes.of(read, { params }, caller);
    authorise(action, caller, userId);
    if (userId === null) throw new Problem('not-found');
    await this.reads.after(request, caller, userId);
    const isPurged = await this.isPurged(userId);
    if (isPurged && !read.personal) throw new Problem('user-deleted');
    const path = read.internal.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(params[name] ?? ''),
    );
    const query = request.query as object;
    const answer = await this.services.ask<object>(service, { method: 'GET', path, query });
    return sendResource(isPurged ? withoutPersonal(answer, read) : answer, request, reply);
  }

  private async isPurged(userId: string): Promise<boolean> {
    const standing = await this.queries.standing(userId);
    return standing !== null && registerOf(standing)?.register === 'purged';
  }
}

/** A service that was put back from a backup may have it still. */
function withoutPersonal(answer: object, { personal = [] }: ReadDeclaration): object {
  return personal.reduce<unknown>(withNullAt, answer) as object;
}
