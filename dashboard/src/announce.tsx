import { Paper } from '@mantine/core';
import { type ReactElement, useSyncExternalStore } from 'react';

/** How long a message stays, in milliseconds: enough to read a sentence twice. */
const SHOWN_MS = 6000;

let message = '';
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

/** Tells what was done, to eyes and to screen readers. */
export function announce(text: string): void {
  clearTimeout(timer);
  say(text);
  timer = setTimeout(() => say(''), SHOWN_MS);
}

export function Announcements(): ReactElement {
  const text = useSyncExternalStore(subscribe, () => message);
  return (
    <div className="announcements" role="status">
      {text && <Paper shadow="md">{text}</Paper>}
    </div>
  );
}

function say(text: string): void {
  message = text;
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
