import { Injectable } from '@nestjs/common';
import { invalidRequest, Problem } from '@turnpike/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import { Catalogue } from '../definitions/catalogue.js';
import type { OperationDefinition } from '../definitions/operation.js';
import { authorise } from '../request/authorise.js';
import { callerOf } from '../request/caller.js';
import { type Asked, idOf, LaneOfRequest } from './lane-of-request.js';
import { Admission } from './submit-write.js';

/** Accepts the writes of which a definition says all that there is to know. */
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
