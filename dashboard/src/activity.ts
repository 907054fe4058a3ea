import { sessionGoesOn } from './api.js';

/*
 * A session ends after 30 minutes without a person. What the page asks for by itself does not count, so it says when
 * somebody uses it: by pointer, keyboard or wheel. And it looks whether the session goes on: what has ended may not stay
 * on a screen that nobody watches.
 */

const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const;

/** Milliseconds between two looks, and between two words of use: often enough for 30 minutes. */
const EVERY_MS = 60_000;

/** @param isOver is told when the session has ended. @returns what ends it */
export function followActivity(isOver: () => void): () => void {
  let toldAt = -Infinity;
  const look = (isUsed: boolean): void => {
    void sessionGoesOn(isUsed).then((goesOn) => goesOn || isOver());
  };
  const notice = (): void => {
    if (performance.now() - toldAt < EVERY_MS) return;
    toldAt = performance.now();
    look(true);
  };
  const timer = setInterval(() => look(false), EVERY_MS);
  for (const sign of SIGNS) window.addEventListener(sign, notice, { passive: true });
  return () => {
    clearInterval(timer);
    for (const sign of SIGNS) window.removeEventListener(sign, notice);
  };
}
