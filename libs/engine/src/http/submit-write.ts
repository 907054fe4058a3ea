import { Injectable } from '@nestjs/common';
import { HEADERS, type OperationTarget, type Role } from '@turnpike/protocol';
import { givenTraceparent, invalidToken, Problem, securityEvent } from '@turnpike/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import { GatewayConfig } from '../config.js';
import type { Admitted } from '../ledger/admit-batch.js';
import type { ClientKey, Replay } from '../ledger/statements/idempotency-keys.js';
import { Ledger } from '../ledger/ledger.js';
import type { NewOperation } from '../ledger/statements/admit.js';
import { LedgerQueries } from '../queries/operations.js';
import type { Content } from '../encryption/payload-encryption.js';
import { Catalogue } from '../definitions/catalogue.js';
import type { OperationDefinition } from '../definitions/operation.js';
import type { Release } from '../ledger/statements/enqueue.js';
import { AccessListener } from '../ports/subject-access.js';
import { Releaser } from '../queue/enqueue.js';
import { FormerActors } from '../queue/former-actors.js';
import { Answers } from './write-responses.js';
import { authorise, type Caller, roleIn } from '../request/authorise.js';
import { Fingerprints, scopeOf } from '../request/fingerprints.js';
import { idempotencyKey, ifMatchOf } from '../request/request-headers.js';

/*
 * Admission: the one way for a write into the ledger. It guarantees that nothing is answered with 202 before it
 * is durable, that a repeated request gets the operation of the first, and that a lane which is deleting or
 * deleted takes nothing (the ledger decides that, under the lane's lock). It does not wait for the queue: if the
 * process dies before the job is added, the reconciler adds it.
 */

/** A write, as a controller understands it. */
export interface Write {
  kind: string;
  /** Whose lane it runs in. */
  userId: string;
  target: OperationTarget;
  payload: Record<string, unknown>;
  caller: Caller | null;
  /** Whose Idempotency-Key it is, where there is no caller: by what they are known. */
  anonymousScope?: { by: string; value: string };
  cancelsWaiting?: boolean;
  /** What must be asked of a service before the write can be accepted; adds to the payload. */
  prepare?: () => Promise<Record<string, unknown>>;
  /** Of a write of roles that takes none away: the last place of the lane when the roles were asked for. */
  grantsSince?: () => Promise<number | undefined>;
  /** Accepts the write, where it may take an administrator away. */
  accept?: (admit: () => Promise<Admitted>) => Promise<Admitted>;
  /**
   * Compares what the key's fingerprint leaves out with the write that the key stands for; it refuses another request.
   * @param payload of that write; null once it is erased
   */
  confirmReplay?: (payload: Content | null) => Promise<void>;
}

/** Seconds after which a full lane may have room again. */
const LANE_FULL_RETRY_SECONDS = 5;

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
    if (operation.endsAccess?.(operation, {})) void this.access.tellSoon(operation.userId);
    const taken = rolesTakenBy(definition, operation.payload);
    if (taken.length > 0) this.former.withdraw(operation.userId, taken);
  }
}

@Injectable()
export class Admission {
  constructor(
    private readonly ledger: Ledger,
    private readonly queries: LedgerQueries,
    private readonly acceptances: Acceptances,
    private readonly fingerprints: Fingerprints,
    private readonly answers: Answers,
    private readonly catalogue: Catalogue,
    private readonly config: GatewayConfig,
  ) {}

  /** Accepts the write or throws the problem that refuses it. @returns the body of the answer */
  async submit(write: Write, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const byRole = roleIn(authorise(this.catalogue.of(write.kind), write.caller, write.userId));
    const clientKey = this.clientKeyOf(write, request);
    const operation = { ...this.operationOf(write, request), byRole };
    if (write.prepare || write.accept) {
      // The admission answers a replay by itself; here it spares only what is done before, a password's hash.
      const replay = clientKey && (await this.ledger.findReplay(clientKey));
      if (replay) return this.answerReplay(write, replay, request, reply);
      Object.assign(operation.payload, await write.prepare?.());
    }
    const admitted = await this.admitted(write, operation, clientKey);
    switch (admitted.outcome) {
      case 'accepted':
        this.acceptances.follow(operation, admitted.releases, request);
        return this.answers.accepted(operation, admitted, request, reply);
      case 'refused':
        throw refusal(admitted.code);
      case 'replayed':
      case 'key-reused':
        return this.answerReplay(write, admitted, request, reply);
    }
  }

  private async admitted(
    { accept, cancelsWaiting, grantsSince: ask, caller }: Write,
    operation: NewOperation,
    clientKey: ClientKey | null,
  ): Promise<Admitted> {
    const grantsSince = await ask?.();
    const [{ laneMaxDepth: maxDepth }, sessionEpoch] = [this.config, caller?.sessionEpoch];
    const admit = (): Promise<Admitted> =>
      this.ledger.admit({ operation, clientKey, maxDepth, cancelsWaiting, grantsSince, sessionEpoch });
    return accept ? accept(admit) : admit();
  }

  private async answerReplay(
    { confirmReplay }: Write,
    replay: Replay,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<unknown> {
    if (replay.outcome === 'key-reused') throw new Problem('idempotency-key-reused');
    if (confirmReplay) await confirmReplay(await this.payloadOf(replay.operationId));
    void reply.header(HEADERS.idempotencyReplayed, 'true');
    return this.answers.operation(replay.operationId, request, reply);
  }

  private async payloadOf(operationId: string): Promise<Content | null> {
    const operation = await this.queries.operation(operationId);
    return operation && this.queries.payloadOf(operation);
  }

  private clientKeyOf({ caller, anonymousScope }: Write, request: FastifyRequest): ClientKey | null {
    const key = idempotencyKey(request);
    if (key === null) return null;
    const scope = caller ? scopeOf(caller) : this.scopeOfNobody(anonymousScope);
    return this.fingerprints.clientKeyOf(key, scope, request);
  }

  private scopeOfNobody({ by, value } = { by: 'nobody', value: '' }): string {
    return `${by} ${this.fingerprints.hash(value)}`;
  }

  private operationOf(write: Write, request: FastifyRequest): NewOperation {
    return {
      id: uuidv7(),
      userId: write.userId,
      kind: write.kind,
      ...this.catalogue.factsOf(write.kind),
      actorId: write.caller?.userId ?? null,
      target: write.target,
      creates: this.catalogue.creates(write.kind),
      payload: { ...write.payload },
      ifMatch: ifMatchOf(request),
      steps: this.catalogue.stepsOf(write.kind, write.payload),
      traceparent: givenTraceparent(request),
    };
  }
}

function refusal(code: Problem['code']): Problem {
  if (code === 'unauthenticated') return invalidToken('The session has ended.');
  if (code !== 'lane-full') return new Problem(code);
  return new Problem(code, undefined, {}, { 'retry-after': String(LANE_FULL_RETRY_SECONDS) });
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
