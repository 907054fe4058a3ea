import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Administrators, PreparedCredential } from '@turnpike/contracts';
import { normaliseEmail, type OperationState } from '@turnpike/protocol';
import { Catalogue, Fingerprints, Ledger, LedgerQueries, Releaser, Services } from '@turnpike/engine';
import { Problem, problemOf, unavailable } from '@turnpike/service';
import { v7 as uuidv7 } from 'uuid';
import { type AdminConfig, ShopConfig } from '../config.js';
import { FirstAdministrators } from './first-administrators.js';

/** Milliseconds between two looks for the administrator, and two attempts while database or identity are away. */
const LOOK_AGAIN_MS = 500;

/** Milliseconds between two registrations, of which the first has failed. */
const REGISTER_AGAIN_MS = 10_000;

/** Until the administrator says another one. */
const NAMES = { firstName: 'First', lastName: 'Administrator' };

/** The ends of a registration after which another is worth a try. */
const FAILED: readonly OperationState[] = ['failed', 'rejected', 'cancelled'];

/**
 * Makes the first administrator, once in the life of a ledger: by a registration like any other. Until there is one the
 * gateway is not ready, and nobody else registers, takes or signs in with that address. Who has it already and is no
 * administrator may be a stranger: nobody is made then, and the log says who it is.
 */
@Injectable()
export class FirstAdministrator implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(FirstAdministrator.name);
  private stopped = false;
  private isThere = false;
  /** What has been asked for here, and what was said of it last. */
  private registration: { operationId: string; at: number } | null = null;
  private complaint = '';

  constructor(
    private readonly ledger: Ledger,
    private readonly queries: LedgerQueries,
    private readonly releaser: Releaser,
    private readonly services: Services,
    private readonly fingerprints: Fingerprints,
    private readonly made: FirstAdministrators,
    private readonly catalogue: Catalogue,
    private readonly config: ShopConfig,
  ) {}

  /** Whether there is nobody to wait for, any more or at all. */
  get isReady(): boolean {
    return this.isThere || !this.config.api || this.config.admin === null;
  }

  /** @throws Problem 503 for the address of an administrator who is not known to be there yet */
  assertNotAwaited(email: string): void {
    if (!this.isReady && email === normaliseEmail(this.config.admin!.email))
      throw unavailable('The first administrator is not there yet.');
  }

  onApplicationBootstrap(): void {
    if (this.config.api && this.config.admin) void this.ensure(this.config.admin);
  }

  onApplicationShutdown(): void {
    this.stopped = true;
  }

  private async ensure(admin: AdminConfig): Promise<void> {
    while (!this.stopped && !this.isThere) {
      await this.attempt(admin).catch((error: unknown) => this.tell(error));
      if (!this.isThere) await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  private async attempt(admin: AdminConfig): Promise<void> {
    // Asked first: an administrator who is made in between is found by the other question.
    const holder = await this.holderOf(admin);
    this.isThere = await this.wasMade();
    if (this.isThere) return;
    if (!this.registration && holder !== null) return this.complain(...taken(holder));
    if (!this.registration) return this.register(admin, null);
    const { operationId, at } = this.registration;
    const operation = await this.queries.operation(operationId);
    if (operation?.state === 'succeeded') await this.made.remember(operation.userId);
    this.isThere = operation?.state === 'succeeded';
    if (!operation || !FAILED.includes(operation.state)) return;
    this.complain(
      `its registration (operation ${operation.id}) ended as ${operation.state}: ${operation.problem?.code}`,
    );
    if (performance.now() - at >= REGISTER_AGAIN_MS) await this.register(admin, operationId);
  }

  /**
   * Once in the life of a ledger: whoever was made may have another address by now, or be purged, and the password of the
   * first start must not come back with that. A ledger of the versions before remembers as soon as it finds an administrator.
   */
  private async wasMade(): Promise<boolean> {
    const call = { method: 'GET', path: '/internal/users/administrators' } as const;
    // Asked in any case: before identity answers nobody can sign in, and the gateway is not ready.
    const [userId] = (await this.services.ask<Administrators>('identity', call)).ids;
    if (await this.made.wasMade()) return true;
    if (userId !== undefined) await this.made.remember(userId);
    return userId !== undefined;
  }

  /** @returns whoever has that address, or null */
  private async holderOf({ email }: AdminConfig): Promise<string | null> {
    const query = { email: normaliseEmail(email) };
    const call = { method: 'GET' as const, path: '/internal/users/by-email', query };
    return this.services.ask<{ id: string }>('identity', call).then(
      ({ id }) => id,
      (error: unknown) => {
        if (error instanceof Problem && error.code === 'not-found') return null;
        throw error;
      },
    );
  }

  /** @param failed the registration that this one follows: the key of the one before would answer with that */
  private async register({ email, password }: AdminConfig, failed: string | null): Promise<void> {
    const { credentialId } = await this.services.ask<PreparedCredential>('identity', {
      method: 'POST',
      path: '/internal/credentials',
      body: { ...NAMES, email, password },
    });
    const [id, userId] = [uuidv7(), uuidv7()];
    const address = normaliseEmail(email);
    const payload = {
      email: address,
      ...NAMES,
      roles: ['admin'],
      credentialId,
    };
    // Several gateways start at once: their equal keys make it one registration.
    const fingerprint = this.fingerprints.hash(`first administrator ${address}`);
    const after = failed ? ` after ${failed}` : '';
    const admitted = await this.ledger.admit({
      operation: {
        id,
        userId,
        kind: 'user.register',
        ...this.catalogue.factsOf('user.register'),
        actorId: null,
        target: { type: 'user', id: userId },
        payload,
        ifMatch: null,
        steps: this.catalogue.stepsOf('user.register', payload),
        traceparent: null,
      },
      clientKey: { scope: 'system', key: `first-administrator ${fingerprint}${after}`, fingerprint },
      maxDepth: this.config.laneMaxDepth,
    });
    const operationId = admitted.outcome === 'replayed' ? admitted.operationId : id;
    this.registration = { operationId, at: performance.now() };
    if (admitted.outcome === 'accepted') this.releaser.release(admitted.releases);
  }

  /** While something is away it has not said anything. */
  private tell(error: unknown): void {
    if (problemOf(error).code === 'unavailable') return;
    if (error instanceof Problem && error.body.status >= 500) return;
    const errors = error instanceof Problem ? (error.body as { errors?: { message: string }[] }).errors : [];
    const reasons = [(error as Error).message, ...(errors ?? []).map(({ message }) => message)];
    this.complain(reasons.join(' '));
  }

  /** Says it once, and not at every look. */
  private complain(reason: string, remedy = OTHER_SETTINGS): void {
    if (reason === this.complaint) return;
    this.complaint = reason;
    this.logger.error(
      `The administrator of ADMIN_EMAIL cannot be made: ${reason}. Until there is one this gateway is not ready: ${remedy}.`,
    );
  }
}

const OTHER_SETTINGS = 'set another ADMIN_PASSWORD or ADMIN_EMAIL and restart it';

/** @returns what is wrong where somebody has the address who is no administrator, and what to do */
function taken(holder: string): [reason: string, remedy: string] {
  return [
    `the user ${holder} has that address, who is no administrator and may be a stranger`,
    `if you know who it is, npm run ledger -- grant-admin ${holder}; else set another ADMIN_EMAIL and restart it`,
  ];
}
