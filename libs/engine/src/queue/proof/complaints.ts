import type { Logger } from '@nestjs/common';

/** Milliseconds in which the same complaint is logged once: every loop of every partition makes it, twice a second. */
const ONCE_IN_MS = 10_000;

/** Different complaints that are remembered; beyond, all are forgotten. */
const MOST = 100;

/** @returns a function that logs a warning, unless it was logged just now */
export function complaints(logger: Logger): (message: string) => void {
  const saidAt = new Map<string, number>();
  return (message) => {
    const now = performance.now();
    if (now - (saidAt.get(message) ?? -Infinity) < ONCE_IN_MS) return;
    if (saidAt.size >= MOST) saidAt.clear();
    saidAt.set(message, now);
    logger.warn(message);
  };
}
