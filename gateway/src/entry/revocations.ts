import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ACCESS_TOKENS, type RevokedSessions } from '@turnpike/contracts';
import { GatewayConfig } from '../config.js';
import { Services } from '../run/services.js';

/** Milliseconds between two questions to identity; a session's end acts within 5 s. */
const ASK_EVERY_MS = 1000;

/** Milliseconds that each question overlaps the one before: a transaction may commit after a later one. */
const OVERLAP_MS = 10_000;

/** Milliseconds for which an ended session is remembered, beside the tolerance for clocks: as its access tokens live. */
const LIFETIME_MS = (ACCESS_TOKENS.lifetime + 60) * 1000;

/** The sessions that ended before their access tokens expire, as identity reports them. */
@Injectable()
export class Revocations implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(Revocations.name);
  private readonly revoked = new Map<string, number>();
  private readonly rememberMs: number;
  private since: Date;
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(
    private readonly services: Services,
    private readonly config: GatewayConfig,
  ) {
    this.rememberMs = LIFETIME_MS + config.clockToleranceMs;
    this.since = new Date(Date.now() - this.rememberMs);
  }

  onApplicationBootstrap(): void {
    if (this.config.api) void this.poll();
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
  }

  has(sessionId: string): boolean {
    return this.revoked.has(sessionId);
  }

  /** A session that this process itself has ended. */
  add(sessionId: string): void {
    this.revoked.set(sessionId, Date.now());
  }

  private async poll(): Promise<void> {
    try {
      const { now, revoked } = await this.services.ask<RevokedSessions>('identity', {
        method: 'GET',
        path: '/internal/sessions/revoked',
        query: { since: this.since.toISOString() },
      });
      revoked.forEach((sessionId) => this.add(sessionId));
      this.since = new Date(Date.parse(now) - OVERLAP_MS);
      this.forget();
    } catch (error) {
      this.logger.warn(`Ended sessions are not known: ${(error as Error).message}`);
    }
    if (!this.stopped) this.timer = setTimeout(() => void this.poll(), ASK_EVERY_MS);
  }

  private forget(): void {
    const before = Date.now() - this.rememberMs;
    for (const [sessionId, at] of this.revoked) if (at < before) this.revoked.delete(sessionId);
  }
}
