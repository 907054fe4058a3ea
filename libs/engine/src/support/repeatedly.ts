import { setTimeout as pause } from 'node:timers/promises';

/** Does `work` again and again until the signal, with a pause after each time that found nothing more to do. */
export async function repeatedly(
  everyMs: number,
  signal: AbortSignal,
  work: () => Promise<boolean>,
): Promise<void> {
  while (!signal.aborted) {
    const more = await work();
    if (!more) await pause(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
