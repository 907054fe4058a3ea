import type { Attempted } from './delivery-store.js';
import { backoffMs } from '../execution/backoff.js';
import type { Answer } from './sender.js';

/** The first pause is of a second, each is twice as long as the one before it, and none longer than eight hours. */
const PAUSES = { retryBaseMs: 1000, retryMaxMs: 8 * 3600 * 1000 };

/** The pauses between so many attempts add up to three days, jitter included. */
export const MAX_ATTEMPTS = 27;

/** `Gone`: who answers so wants nothing any more. */
const GONE = 410;

/** @param attempts how often it was sent, this time included */
export function judge({ status, error, retryAfter }: Answer, attempts: number, now = Date.now()): Attempted {
  if (error === null) return { type: 'delivered', status: status! };
  const failure = { status, error, isGone: status === GONE };
  if (attempts >= MAX_ATTEMPTS) return { type: 'given-up', ...failure };
  return { type: 'retry', ...failure, delayMs: backoffMs(attempts, PAUSES, askedFor(retryAfter, now)) };
}

/** A receiver may ask for patience, but not for more than the longest pause. */
function askedFor(retryAfter: string | null, now: number): number | null {
  if (retryAfter === null) return null;
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), PAUSES.retryMaxMs) : null;
}
