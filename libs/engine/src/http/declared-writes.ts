import { Injectable } from '@nestjs/common';
import { invalidRequest, Problem } from '@turnpike/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import { Catalogue } from '../definitions/catalogue.js';
import type { OperationDefinition } from '../definitions/operation.js';
import { LedgerQueries } from '../queries/operations.js';
import { authorise, type Caller } from '../request/authorise.js';
import { callerOf } from '../request/caller.js';
import { isUuid } from '../request/request-headers.js';
import { Admission } from './submit-write.js';

/** What a request says beside its headers. */
export interface Asked {
  params: Readonly<Record<string, string>>;
  /** As it was validated; undefined where the operation has none. */
  body?: object;
}

/** Accepts the writes of which a definition says all that there is to know. */
@Injectable()
export class DeclaredWrites {
  constructor(
    private readonly admission: Admission,
    private readonly queries: LedgerQueries,
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
    const userId = await this.laneOf(definition, asked, caller);
    const target = this.targetOf(definition, asked, userId);
    const write = { kind: definition.kind, userId, target, payload: { ...asked.body }, caller };
    return this.admission.submit(write, request, reply);
  }

  /**
   * By the ledger's own index of resources, so that writes are accepted while their service is away.
   * @returns whose lane the request belongs to
   */
  private async laneOf(definition: OperationDefinition, asked: Asked, caller: Caller): Promise<string> {
    const userId = await this.userIn(definition, asked, caller);
    authorise(definition, caller, userId);
    if (userId === null) throw new Problem('not-found');
    return userId;
  }

  private userIn({ lane = 'caller', path = '' }: OperationDefinition, asked: Asked, caller: Caller) {
    if (lane === 'caller') return caller.userId;
    if (lane === 'resource') {
      const { type, parameter } = this.catalogue.resourceIn(path);
      return this.queries.laneOf(type, idOf(asked.params[parameter]));
    }
    const [place, name] = lane.split(':') as ['path' | 'body', string];
    const values: Readonly<Record<string, unknown>> = place === 'path' ? asked.params : { ...asked.body };
    return idOf(values[name]);
  }

  private targetOf(
    { creates, on, lane, path = '' }: OperationDefinition,
    { params }: Asked,
    userId: string,
  ): { type: string; id: string } {
    if (creates) return { type: creates, id: uuidv7() };
    if (lane !== 'resource') return { type: on ?? this.catalogue.ownerOf(path), id: userId };
    const { type, parameter } = this.catalogue.resourceIn(path);
    return { type: on ?? type, id: idOf(params[parameter]) };
  }
}

/** @throws Problem 404 for what has not the form of an id: it cannot exist */
function idOf(value: unknown): string {
  const id = typeof value === 'string' ? value.toLowerCase() : '';
  if (!isUuid(id)) throw new Problem('not-found');
  return id;
}
