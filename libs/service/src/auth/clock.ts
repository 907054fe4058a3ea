import { Logger } from '@nestjs/common';
import { errors, type JWTPayload } from 'jose';

/** Milliseconds between two lines about the clock of one process: each of its calls would be one. */
const TELL_EVERY_MS = 60_000;

/** Tells operators of clocks that differ by more than CLOCK_TOLERANCE_MS, by the tokens that are refused for it. */
export class ClockWatch {
  private readonly logger = new Logger(ClockWatch.name);
  private toldAt = -Infinity;

  /**
   * @param owner whose clock has dated the tokens
   * @param oldestMs of a token when it is sent, where it is never sent later; what is older shows a clock that is behind
   */
  constructor(
    private readonly owner: string,
    private readonly oldestMs: number = Infinity,
  ) {}

  /** @param error why jose refused a token whose signature is good */
  refused(error: unknown): void {
    const aheadMs = aheadBy(error);
    const isOfTheClock = aheadMs !== null && (aheadMs > 0 || -aheadMs > this.oldestMs);
    if (!isOfTheClock || performance.now() - this.toldAt < TELL_EVERY_MS) return;
    this.toldAt = performance.now();
    const seconds = Math.round(Math.abs(aheadMs) / 1000);
    this.logger.error(
      `The clock of ${this.owner} is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} this one: its tokens are ` +
        'refused. Set both clocks (NTP); CLOCK_TOLERANCE_MS is how much they may differ.',
    );
  }
}

/** @returns milliseconds by which the token's date is later than now, or null where it was not refused for its age */
function aheadBy(error: unknown): number | null {
  const isAboutTime =
    error instanceof errors.JWTExpired ||
    (error instanceof errors.JWTClaimValidationFailed && ['iat', 'nbf'].includes(error.claim));
  const { iat } = isAboutTime ? (error as { payload: JWTPayload }).payload : {};
  return typeof iat === 'number' ? iat * 1000 - Date.now() : null;
}
