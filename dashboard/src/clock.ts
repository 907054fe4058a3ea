import { useSyncExternalStore } from 'react';

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

let now = Date.now();
const listeners = new Set<() => void>();
setInterval(() => {
  now = Date.now();
  listeners.forEach((listener) => listener());
}, 1000);

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** One clock for the whole page, that ticks each second. */
export function useNow(): number {
  return useSyncExternalStore(listen, () => now);
}

/** @returns whether that instant is longer ago; who asks is drawn again when the answer changes, not each second */
export function useIsOlder(at: number, ms: number): boolean {
  return useSyncExternalStore(listen, () => now - at > ms);
}

/** @returns milliseconds for people: `840 ms`, `12 s`, `3 min 5 s` */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  const first = UNITS.findIndex(([, size]) => ms >= size);
  const [name, size] = UNITS[first]!;
  const whole = Math.floor(ms / size);
  const next = UNITS[first + 1];
  const rest = next ? Math.floor((ms % size) / next[1]) : 0;
  return rest > 0 ? `${whole} ${name} ${rest} ${next![0]}` : `${whole} ${name}`;
}
