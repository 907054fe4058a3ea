import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { AccessEnded, EndAccess } from '@turnpike/contracts';
import { AccessEndings, AccessListener, GatewayConfig, Services, type Told } from '@turnpike/engine';
import { Problem, problemOf } from '@turnpike/service';
import { LRUCache } from 'lru-cache';
import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds between two looks for what identity was not told by the process that ended the access. */
const LOOK_EVERY_MS = 1000;

/** Users of one look. */
const PAGE = 100;

/** Before the first of all users. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Users remembered at a time. */
const MAX_UNTELLABLE = 1000;

/** Milliseconds for an answer. */
const ANSWER_WITHIN_MS = 2000;

/**
 * Tells identity whose access has ended. The process that accepted the write does so at once after the commit; a worker
 * tells what that one did not, because it died or identity was away. Told twice is told once.
 */
@Injectable()
export class IdentityTold extends AccessListener implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(IdentityTold.name);
  private readonly stopped = new AbortController();
  /** The users of whom it was said that identity refuses to be told. */
  private readonly untellable = new LRUCache<string, true>({ max: MAX_UNTELLABLE });

  constructor(
    private readonly endings: AccessEndings,
    private readonly services: Services,
    private readonly config: GatewayConfig,
  ) {
    super();
  }

  onApplicationBootstrap(): void {
    if (this.config.worker) void this.keepTelling();
  }

  onApplicationShutdown(): void {
    this.stopped.abort();
  }

  /** Tells identity how often the user's access was ended, though it may know: it may have been put back. */
  async tell(userId: string): Promise<void> {
    const lane = await this.endings.of(userId);
    if (lane && lane.epoch > 0) await this.tellOfLane(lane);
  }

  /** The same, for a caller that need not wait, and need not know: what fails is done again. */
  async tellSoon(userId: string): Promise<void> {
    await this.tell(userId).catch((error: Error) => this.logger.warn(notTold(userId, error)));
  }

  private async keepTelling(): Promise<void> {
    const { signal } = this.stopped;
    while (!signal.aborted) {
      await this.tellAll().catch(() => undefined);
      await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** One after the other, so that a dead identity is asked once; one lane that cannot be told keeps no other waiting. */
  private async tellAll(): Promise<void> {
    for (let after = NOBODY; !this.stopped.signal.aborted;) {
      const lanes = await this.endings.untold({ after, limit: PAGE });
      for (const lane of lanes) await this.tellOfLane(lane).catch((error: Error) => this.goOn(lane, error));
      if (lanes.length < PAGE) return;
      after = lanes.at(-1)!.userId;
    }
  }

  /** Says it once of each user, and not at every look. @throws the error that every other lane would meet */
  private goOn({ userId }: Told, error: Error): void {
    if (problemOf(error).code === 'unavailable') throw error;
    if (!this.untellable.has(userId)) this.logger.warn(notTold(userId, error));
    this.untellable.set(userId, true);
  }

  private async tellOfLane(lane: Told): Promise<void> {
    await this.endings.told(lane, await this.answerOf(lane));
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

function notTold(userId: string, { message }: Error): string {
  return `Identity was not told that the access of ${userId} has ended: ${message} It is told again.`;
}
