import { Administrators } from '../ports/subject-access.js';
import { Injectable } from '@nestjs/common';
import { isOfSystem, type OperationView, type ProblemCode } from '@turnpike/protocol';
import { Problem, unavailable } from '@turnpike/service';
import type { FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import { GatewayConfig } from '../config.js';
import { Acceptances, rolesTakenBy } from '../http/submit-write.js';
import { type Action, type Asker, authorise, roleIn, verifyAdministrator } from '../request/authorise.js';
import { hiddenView } from '../support/redact-payload.js';
import type { Admitted } from '../ledger/admit-batch.js';
import type { NewOperation, OperationFacts } from '../ledger/statements/admit.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { Ledger } from '../ledger/ledger.js';
import type { OperationRead } from '../ledger/operation.entity.js';
import { firstOf, LedgerQueries } from '../queries/operations.js';
import type { Content } from '../encryption/payload-encryption.js';
import { toView } from '../queries/views.js';
import { Authority } from '../execution/authority.js';
import { Catalogue } from '../definitions/catalogue.js';
import type { OperationDefinition } from '../definitions/operation.js';

/** The operator who asks for a repetition. */
interface Repeater {
  by: Asker;
  reason: string | null;
  /** Left out where a worker repeats it in a run over many. */
  request?: FastifyRequest;
}

/**
 * Failed writes once more: new writes, accepted as if the operator had asked for them. The audit trail tells of each
 * right after its acceptance; if the process dies in between, the operation itself still tells who repeated it.
 */
@Injectable()
export class Repetitions {
  constructor(
    private readonly ledger: Ledger,
    private readonly queries: LedgerQueries,
    private readonly trail: AuditTrail,
    private readonly administrators: Administrators,
    private readonly acceptances: Acceptances,
    private readonly authority: Authority,
    private readonly catalogue: Catalogue,
    private readonly config: GatewayConfig,
  ) {}

  /**
   * One repetition at a time, and none of what has succeeded by one: who asks again is answered with that.
   * @throws Problem 400 unless it failed and may be repeated; what admission says if the lane does not take it
   */
  async retry(id: string, repeater: Repeater): Promise<OperationView> {
    const failed = await this.find(id);
    const { by } = repeater;
    const definition = this.catalogue.find(failed.kind);
    if (!definition) throw new Problem('invalid-request', 'No service declares this kind of write any more.');
    const byRole = roleIn(authorise(actionOfRepeating(definition), by, failed.userId));
    assertRepeatable(failed, definition);
    const standing = await this.queries.standingRepetition(failed);
    return hiddenView(toView(standing ?? (await this.repeat(failed, byRole, repeater))));
  }

  private async repeat(
    failed: OperationRead,
    byRole: NewOperation['byRole'],
    { by, reason, request }: Repeater,
  ): Promise<OperationRead> {
    const payload = await this.queries.payloadOf(failed);
    if (!payload) throw new Problem('user-deleted');
    const { userId: actorId } = by;
    const operation = repetitionOf(failed, payload, {
      actorId,
      byRole,
      ...this.catalogue.factsOf(failed.kind),
    });
    const admitted = await this.admitted(operation, { by, reason, request });
    if (admitted.outcome === 'refused') return this.rivalOf(failed, admitted.code);
    if (admitted.outcome === 'accepted') this.acceptances.follow(operation, admitted.releases, request);
    const { userId, id: operationId } = failed;
    await this.trail.append({ action: 'operation.retry', userId, operationId, actorId, reason });
    return this.find(operation.id);
  }

  /** Accepts it as the request for such a write is accepted: what may take an administrator away, in its turn. */
  private admitted(operation: NewOperation, { by, request }: Repeater): Promise<Admitted> {
    const { laneMaxDepth: maxDepth } = this.config;
    const admit = (): Promise<Admitted> => this.ledger.admit({ operation, clientKey: null, maxDepth });
    const { kind, payload } = operation;
    if (!rolesTakenBy(this.catalogue.of(kind), payload).includes('admin')) return admit();
    const again = (): Promise<void> =>
      request ? verifyAdministrator(request) : this.assertStillAdmin(by.userId);
    return this.administrators.guard({ caller: by, userId: operation.userId, verifyAgain: again }, admit);
  }

  /** @throws Problem 403, or 503 where nobody can say */
  private async assertStillAdmin(userId: string): Promise<void> {
    const held = await this.authority.of(userId, 'admin');
    if (held === 'unknown') throw unavailable('Whether the role admin is in force still is not known.');
    if (held === 'lost') throw new Problem('forbidden');
  }

  /** @returns the repetition that came in between. @throws Problem where it was not for one that it was refused */
  private async rivalOf(failed: OperationRead, code: ProblemCode): Promise<OperationRead> {
    const standing = await this.queries.standingRepetition(failed);
    if (!standing) throw new Problem(code);
    return standing;
  }

  private async find(id: string): Promise<OperationRead> {
    const operation = await this.queries.operation(id);
    if (!operation) throw new Problem('not-found');
    return operation;
  }
}

/** @throws Problem where a repetition would be wrong, or would do nothing */
function assertRepeatable(
  { state, steps }: OperationRead,
  { repeatedBy, effect = 'writes' }: OperationDefinition,
): void {
  if (state !== 'failed') throw new Problem('invalid-request', 'Only a failed write can be repeated.');
  // A repair is found anew by the next integrity run, a purge is due until it has succeeded.
  if (isOfSystem(effect)) throw new Problem('invalid-request', 'The system itself sees to this one.');
  // A password, say: by now the user may have another one, and only the user may change it.
  if (repeatedBy === 'nobody') throw new Problem('invalid-request', 'The user has to ask again.');
  // Only what an operator ended by hand can be so; carried out again it could be there twice.
  const standing = steps.find((step) => step.state === 'applied' || step.state === 'pending');
  if (standing) throw new Problem('invalid-request', `${standing.name} is in force, or may be.`);
  // The lane of a user who was never made is closed for ever: the client registers again, as another user.
  if (effect === 'opens') throw new Problem('user-deleted');
}

/**
 * To repeat what decides what somebody may do, or whether somebody is there at all, is to ask for it, whoever asked
 * first; and whoever may ask for that in the lane of another has the role admin.
 */
function actionOfRepeating({ repeatedBy }: OperationDefinition): Action {
  return repeatedBy === 'administrators' ? 'operation.repeat-privileged' : 'lane.act';
}

/** @returns the same write once more, asked for by that operator */
function repetitionOf(
  failed: OperationRead,
  payload: Content,
  by: Pick<NewOperation, 'actorId' | 'byRole'> & OperationFacts,
): NewOperation {
  return {
    ...by,
    id: uuidv7(),
    userId: failed.userId,
    kind: failed.kind,
    target: { type: failed.targetType, id: failed.targetId },
    payload,
    ifMatch: failed.ifMatch,
    steps: failed.steps.map(({ name, service }) => ({ name, service })),
    traceparent: null,
    retryOf: failed.id,
    repeats: firstOf(failed),
  };
}
