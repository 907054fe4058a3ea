import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ACCESS_TOKENS, type RevokedSessions } from '@turnpike/contracts';
import { GatewayConfig, Services } from '@turnpike/engine';

/** Milliseconds between two questions to identity; a session's end acts within 5 s. */
const ASK_EVERY_MS = 1000;

/** Milliseconds for an answer: a frozen identity must be noticed well before ROLES_FOR_MS are over. */
const ANSWER_WITHIN_MS = 1500;

/** Milliseconds that each question overlaps the one before: a transaction may commit after a later one. */
const OVERLAP_MS = 10_000;

/** Milliseconds for which an ended session is remembered, beside the tolerance for clocks: as its access tokens live. */
const LIFETIME_MS = (ACCESS_TOKENS.lifetime + 60) * 1000;

/** Milliseconds without an answer after which no role lets anybody in: the session may have ended since. */
const ROLES_FOR_MS = 5000;

/** Milliseconds without an answer after which no write is accepted; the gateway is not ready then. */
const WRITES_FOR_MS = 60_000;

/**
 * The sessions that ended before their access tokens expire, as identity reports them; and for how long identity has not
 * been heard. Ages are measured on the process' own clock, which nobody sets.
 */
@Injectable()
export class Revocations implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(Revocations.name);
  private readonly revoked = new Map<string, number>();
  private readonly rememberMs: number;
  /** On identity's clock, which bounds it: at first everything that it still knows. */
  private since = new Date(0);
  /** When the newest question was sent that was answered; null in a process that has had no answer. */
  private heardAt: number | null = null;
  /** A process that has just started accepts writes as if it had heard then: it may start while identity is away. */
  private startedAt = performance.now();
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(
    private readonly services: Services,
    private readonly config: GatewayConfig,
  ) {
    this.rememberMs = LIFETIME_MS + config.clockToleranceMs;
  }

  /** The process listens after the first question: answered, or given up after ANSWER_WITHIN_MS. */
  async onApplicationBootstrap(): Promise<void> {
    this.startedAt = performance.now();
    if (this.config.api) await this.poll();
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
    this.revoked.set(sessionId, performance.now());
  }

  /** Whether it is known which sessions have ended, as far as a role may let somebody in: not before the first answer. */
  get areKnown(): boolean {
    return this.heardAt !== null && this.silentMs < ROLES_FOR_MS;
  }

  /** Whether writes are accepted still. */
  get allowWrites(): boolean {
    return this.silentMs < WRITES_FOR_MS;
  }

  /** What the process says of it when it is asked whether it is ready. */
  get readiness(): boolean | 'degraded' {
    return this.allowWrites && (this.areKnown || 'degraded');
  }

  /** @throws Problem `unavailable` where identity does not answer */
  async ask(): Promise<void> {
    const sentAt = performance.now();
    const { now, revoked } = await this.services.ask<RevokedSessions>('identity', {
      method: 'GET',
      path: '/internal/sessions/revoked',
      query: { since: this.since.toISOString() },
      timeoutMs: ANSWER_WITHIN_MS,
    });
    revoked.forEach((sessionId) => this.add(sessionId));
    this.since = new Date(Date.parse(now) - OVERLAP_MS);
    this.heardAt = Math.max(this.heardAt ?? sentAt, sentAt);
    this.forget();
  }

  private get silentMs(): number {
    return performance.now() - (this.heardAt ?? this.startedAt);
  }

  private async poll(): Promise<void> {
    await this.ask().catch((error: Error) =>
      this.logger.warn(
        `Ended sessions are not known for ${Math.round(this.silentMs / 1000)} s: ${error.message} ` +
          `After ${ROLES_FOR_MS / 1000} s, or without any answer yet, no role lets anybody in, ` +
          `after ${WRITES_FOR_MS / 1000} s no write is accepted: look at identity.`,
      ),
    );
    if (!this.stopped) this.timer = setTimeout(() => void this.poll(), ASK_EVERY_MS);
  }

  private forget(): void {
    const before = performance.now() - this.rememberMs;
    for (const [sessionId, at] of this.revoked) if (at < before) this.revoked.delete(sessionId);
  }
}
