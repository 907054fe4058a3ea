import { Injectable } from '@nestjs/common';
import type { Role } from '@turnpike/protocol';
import { securityEvent } from '@turnpike/service';
import type { FastifyRequest } from 'fastify';
import { Catalogue } from '../definitions/catalogue.js';
import type { OperationDefinition } from '../definitions/operation.js';
import { mayEndAccess } from '../ledger/access-endings.js';
import type { NewOperation } from '../ledger/statements/admit.js';
import type { Release } from '../ledger/statements/enqueue.js';
import { FormerActors } from '../queue/former-actors.js';
import { Releaser } from '../queue/enqueue.js';
import { AccessListener } from '../ports/subject-access.js';

/** What follows the acceptance of a write, whether a client asked for it or an operator repeats it. */
@Injectable()
export class Acceptances {
  constructor(
    private readonly releaser: Releaser,
    private readonly access: AccessListener,
    private readonly former: FormerActors,
    private readonly catalogue: Catalogue,
  ) {}

  /** @param request that asked for it; left out where a worker repeats it in a run over many */
  follow(operation: NewOperation, releases: readonly Release[], request?: FastifyRequest): void {
    this.releaser.release(releases);
    const definition = this.catalogue.of(operation.kind);
    if (definition.changesRights) tellAccepted(operation, request);
    if (mayEndAccess(operation)) void this.access.tellSoon(operation.userId);
    this.former.withdraw(operation.userId, rolesTakenBy(definition, operation.payload));
  }
}

/** @returns the roles that the user of the lane has not any more once the write is accepted, as far as it says so */
export function rolesTakenBy(
  { takesRoles }: OperationDefinition,
  payload: Readonly<Record<string, unknown>>,
): readonly Role[] {
  return takesRoles?.(payload) ?? [];
}

/** What somebody may is changed by a write: its acceptance is told of, which knows who asked for it and from where. */
function tellAccepted(
  { kind, id: operationId, userId, actorId, payload }: NewOperation,
  request?: FastifyRequest,
): void {
  const roles = payload['roles'] as Role[] | undefined;
  securityEvent('authz_change', { kind, operationId, userId, actorId, roles }, request);
}
