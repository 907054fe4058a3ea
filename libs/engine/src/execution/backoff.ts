/**
 * How long to wait before the next attempt: exponential with full jitter over the upper half, so that the
 * lanes that one outage stopped do not come back in step, and capped.
 * @param attempts how often it was tried, from 1
 * @param retryAfterMs what the service asked for; waited for at least
 */
export function backoffMs(
  attempts: number,
  { retryBaseMs, retryMaxMs }: { retryBaseMs: number; retryMaxMs: number },
  retryAfterMs: number | null,
  random: () => number = Math.random,
): number {
  const ceiling = Math.min(retryBaseMs * 2 ** Math.min(attempts - 1, 30), retryMaxMs);
  return Math.round(Math.max(ceiling / 2 + random() * (ceiling / 2), retryAfterMs ?? 0));
}
