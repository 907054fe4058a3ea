import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { normaliseEmail, type PreparedCredential } from '@turnpike/contracts';
import { Problem } from '@turnpike/service';
import { v7 as uuidv7 } from 'uuid';
import { type AdminConfig, GatewayConfig } from '../config.js';
import { Ledger } from '../ledger/ledger.js';
import { Releaser } from '../queue/release.js';
import { stepsOf } from '../run/operations/plans.js';
import { Services } from '../run/services.js';
import { Fingerprints } from './fingerprint.js';

/** Milliseconds between two attempts while database or identity are away, and two looks for what was asked for. */
const RETRY_MS = 500;

/** Makes the first administrator, if nobody has that e-mail address: by a registration like any other. */
@Injectable()
export class FirstAdministrator implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(FirstAdministrator.name);
  private stopped = false;
  private isToCome = true;

  constructor(
    private readonly ledger: Ledger,
    private readonly releaser: Releaser,
    private readonly services: Services,
    private readonly fingerprints: Fingerprints,
    private readonly config: GatewayConfig,
  ) {}

  /** @returns whether that is the address of an administrator who is not there yet */
  isAwaited(email: string): boolean {
    const { admin } = this.config;
    return this.isToCome && admin !== null && email === normaliseEmail(admin.email);
  }

  onApplicationBootstrap(): void {
    if (this.config.api && this.config.admin) void this.ensure(this.config.admin);
  }

  onApplicationShutdown(): void {
    this.stopped = true;
  }

  private async ensure(admin: AdminConfig): Promise<void> {
    try {
      await this.persistently(async () => (await this.exists(admin)) || (await this.register(admin)));
      await this.persistently(() => this.exists(admin));
    } catch (error) {
      this.logger.error(`The administrator cannot be made: ${(error as Error).message}`);
    }
    this.isToCome = false;
  }

  /** Repeats that until it says true; while something is away it has not said anything. */
  private async persistently(attempt: () => Promise<boolean>): Promise<void> {
    while (!this.stopped && !(await attempt().catch(onlyIfAway))) {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  private async exists({ email }: AdminConfig): Promise<boolean> {
    const query = { email: normaliseEmail(email) };
    const call = { method: 'GET' as const, path: '/internal/users/by-email', query };
    return this.services.ask('identity', call).then(
      () => true,
      (error: unknown) => {
        if (error instanceof Problem && error.code === 'not-found') return false;
        throw error;
      },
    );
  }

  private async register({ email, password }: AdminConfig): Promise<true> {
    const { credentialId } = await this.services.ask<PreparedCredential>('identity', {
      method: 'POST',
      path: '/internal/credentials',
      body: { password },
    });
    const userId = uuidv7();
    const address = normaliseEmail(email);
    const payload = {
      email: address,
      firstName: 'First',
      lastName: 'Administrator',
      roles: ['admin'],
      credentialId,
    };
    // Several gateways start at once: their equal keys make it one registration.
    const fingerprint = this.fingerprints.hash(`first administrator ${address}`);
    const admitted = await this.ledger.admit({
      operation: {
        id: uuidv7(),
        userId,
        kind: 'user.register',
        actorId: null,
        target: { type: 'user', id: userId },
        payload,
        ifMatch: null,
        steps: stepsOf('user.register', payload, this.config.relations),
        traceparent: null,
      },
      clientKey: { scope: 'system', key: `first-administrator ${fingerprint}`, fingerprint },
      maxDepth: this.config.laneMaxDepth,
    });
    if (admitted.outcome === 'accepted') this.releaser.release(admitted.releases);
    return true;
  }
}

function onlyIfAway(error: unknown): false {
  if (error instanceof Problem && error.body.status >= 500) return false;
  throw error;
}
