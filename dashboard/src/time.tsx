import { type ReactElement, useSyncExternalStore } from 'react';
import { Muted } from './parts.js';

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

let now = Date.now();
const listeners = new Set<() => void>();
setInterval(() => {
  now = Date.now();
  listeners.forEach((listener) => listener());
}, 1000);

/** One clock for the whole page, that ticks each second. */
export function useNow(): number {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => now,
  );
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

/** How long ago or in how long, and when exactly: in a tooltip, or beside it. What is no time stays as it is. */
export function Time({ at, exact = false }: { at: string; exact?: boolean }): ReactElement {
  const ms = useNow() - Date.parse(at);
  if (Number.isNaN(ms)) return <>{at}</>;
  const relative = Math.abs(ms) < 1000 ? 'now' : ms > 0 ? `${duration(ms)} ago` : `in ${duration(-ms)}`;
  const when = absolute.format(new Date(at));
  return (
    <time dateTime={at} title={when}>
      {relative}
      {exact && <Muted> · {when}</Muted>}
    </time>
  );
}
