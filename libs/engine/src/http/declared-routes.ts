import { Injectable } from '@nestjs/common';
import type { LaneOf, ReadDeclaration } from '@turnpike/protocol';
import { invalidRequest, Problem, withNullAt } from '@turnpike/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import { Catalogue } from '../definitions/catalogue.js';
import type { OperationDefinition } from '../definitions/operation.js';
import { Services } from '../execution/service-client.js';
import { registerOf } from '../ledger/register.js';
import { LedgerQueries } from '../queries/operations.js';
import { type ActionDefinition, authorise, type Caller, callerOf } from '../request/authorise.js';
import { isUuid } from '../request/request-headers.js';
import { Reads, sendResource } from './consistent-reads.js';
import { Admission } from './submit-write.js';

/*
 * Answers requests of which a declaration says all that there is to know: whose lane they belong to, who may send them,
 * and what they write or read.
 */

/** What a request says beside its headers. */
export interface Asked {
  params: Readonly<Record<string, string>>;
  /** As it was validated; undefined where there is none. */
  body?: object;
}

/** What is declared of a route that says whose lane a request belongs to. */
interface InLane {
  path?: string;
  lane?: LaneOf;
}

/** Finds the user whose lane a request belongs to, by the declaration of its route. */
@Injectable()
export class LaneOfRequest {
  constructor(
    private readonly queries: LedgerQueries,
    private readonly catalogue: Catalogue,
  ) {}

  /**
   * By the ledger's own index of resources, so that requests are accepted while their service is away.
   * @returns the user's id; null where the resource that is named is nobody's
   * @throws Problem 404 where what names the user, or the resource, is no id
   */
  async of(
    { path = '', lane = 'caller' }: InLane,
    { params, body }: Asked,
    caller: Caller,
  ): Promise<string | null> {
    if (lane === 'caller') return caller.userId;
    if (lane === 'resource') return this.queries.laneOf(this.catalogue.resourceIn(path), idOf(params['id']));
    const [place, name] = lane.split(':') as ['path' | 'body', string];
    const values: Readonly<Record<string, unknown>> = place === 'path' ? params : { ...body };
    return idOf(values[name]);
  }
}

/** @throws Problem 404 for what has not the form of an id: it cannot exist */
function idOf(value: unknown): string {
  const id = typeof value === 'string' ? value.toLowerCase() : '';
  if (!isUuid(id)) throw new Problem('not-found');
  return id;
}

/** Accepts the writes. */
@Injectable()
export class DeclaredWrites {
  constructor(
    private readonly admission: Admission,
    private readonly lanes: LaneOfRequest,
    private readonly catalogue: Catalogue,
  ) {}

  /** @returns the body of the answer. @throws Problem what refuses it */
  async submit(
    definition: OperationDefinition,
    asked: Asked,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<unknown> {
    const caller = callerOf(request);
    if (!caller) throw new Problem('unauthenticated');
    if (definition.method === 'PATCH' && Object.keys(asked.body ?? {}).length === 0)
      throw invalidRequest([{ path: '', message: 'nothing is to be changed' }]);
    const userId = await this.lanes.of(definition, asked, caller);
    authorise(definition, caller, userId);
    if (userId === null) throw new Problem('not-found');
    const target = this.targetOf(definition, asked, userId);
    const write = { kind: definition.kind, userId, target, payload: { ...asked.body }, caller };
    return this.admission.submit(write, request, reply);
  }

  private targetOf(
    { creates, on, lane, path = '' }: OperationDefinition,
    { params }: Asked,
    userId: string,
  ): { type: string; id: string } {
    if (creates) return { type: creates, id: uuidv7() };
    if (lane !== 'resource') return { type: on ?? this.catalogue.ownerOf(path), id: userId };
    return { type: on ?? this.catalogue.resourceIn(path), id: idOf(params['id']) };
  }
}

/** A method of a controller that accepts a write. */
type WriteHandler = (
  this: { declared: DeclaredWrites },
  request: FastifyRequest,
  reply: FastifyReply,
  body: object | undefined,
  ...ids: string[]
) => Promise<unknown>;

/** @returns the method for such writes; it takes the ids that the path names by `parameters` */
export function handlerOf(definition: OperationDefinition, parameters: readonly string[]): WriteHandler {
  return function (request, reply, body, ...ids) {
    const params = Object.fromEntries(parameters.map((parameter, index) => [parameter, ids[index]!]));
    return this.declared.submit(definition, { params, body }, request, reply);
  };
}

/** Something that can be read of a service. */
export interface DeclaredRead {
  service: string;
  action: ActionDefinition;
  read: ReadDeclaration;
}

/** Answers the reads: the service is asked, and its answer passed on. */
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
