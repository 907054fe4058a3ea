import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { AccessEnded, EndAccess } from '@turnpike/contracts';
import { Problem } from '@turnpike/service';
import { setTimeout as pause } from 'node:timers/promises';
import { GatewayConfig } from '../config.js';
import { AccessEndings, type Told } from '../ledger/access-endings.js';
import { Services } from '../run/services.js';

/** Milliseconds between two looks for what identity was not told by the process that ended the access. */
const LOOK_EVERY_MS = 1000;

/** Users of one look. */
const PAGE = 100;

/** Milliseconds for an answer. */
const ANSWER_WITHIN_MS = 2000;

/**
 * Tells identity whose access has ended. The process that accepted the write does so at once after the commit; a worker
 * tells what that one did not, because it died or identity was away. Told twice is told once.
 */
@Injectable()
export class IdentityTold implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(IdentityTold.name);
  private readonly stopped = new AbortController();

  constructor(
    private readonly endings: AccessEndings,
    private readonly services: Services,
    private readonly config: GatewayConfig,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.worker) void this.keepTelling();
  }

  onApplicationShutdown(): void {
    this.stopped.abort();
  }

  /** Tells identity how often the user's access was ended, though it may know: it may have been put back. */
  async tellOf(userId: string): Promise<void> {
    const lane = await this.endings.of(userId);
    if (lane && lane.epoch > 0) await this.tell(lane);
  }

  /** The same, for a caller that does not wait: what fails is done again. */
  tellSoon(userId: string): void {
    void this.tellNow(userId);
  }

  /** The same, for a caller that has nothing else to do, but would rather know it done. */
  async tellNow(userId: string): Promise<void> {
    await this.tellOf(userId).catch((error: Error) =>
      this.logger.warn(
        `Identity was not told that the access of ${userId} has ended: ${error.message} It is told again.`,
      ),
    );
  }

  private async keepTelling(): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      await this.tellSome().catch(() => undefined);
      await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** One after the other, so that a dead identity is asked once. */
  private async tellSome(): Promise<void> {
    for (const told of await this.endings.untold(PAGE)) await this.tell(told);
  }

  private async tell(told: Told): Promise<void> {
    await this.endings.told(told, await this.answerOf(told));
  }

  /** Whoever is not there has no sessions. */
  private async answerOf({ userId, epoch, spared }: Told): Promise<number> {
    const body: EndAccess = { epoch, ...(spared && { spare: spared }) };
    const path = `/internal/users/${userId}/access-ended`;
    const call = { method: 'POST', path, body, timeoutMs: ANSWER_WITHIN_MS, quiet: true } as const;
    return this.services.ask<AccessEnded>('identity', call).then(
      ({ epoch: highest }) => highest,
      (error: unknown) => {
        if (error instanceof Problem && error.code === 'not-found') return epoch;
        throw error;
      },
    );
  }
}
