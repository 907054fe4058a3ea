import { constants } from 'node:os';

/*
 * What SIGTERM and SIGINT mean for this process. Imports nothing of the project or of its packages, so that a process
 * can listen before it loads them: that takes up to a second, and a first process of a container that does not listen
 * never hears of a signal.
 */

/** Milliseconds in which a second signal is the same wish: a terminal tells npm and us of one Ctrl-C, and npm tells us. */
const SAME_WISH_MS = 300;

const told = new AbortController();
let toldAt = 0;

/** Aborted from the moment on at which the process was told to stop. */
export const stopping = told.signal;

type StopSignal = 'SIGTERM' | 'SIGINT';

/** A process that is loading has nothing to end; its exit code is a shell's, since what it was started for is not done. */
let stop: (name: StopSignal) => void = exitBy;

/** Called before anything else. A second signal ends the process at once. */
export function listenForStop(): void {
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => heard(name));
}

/** From now on the first signal means this. */
export function stopBy(orderly: () => void): void {
  stop = orderly;
}

function heard(name: StopSignal): void {
  const now = performance.now();
  if (!stopping.aborted) {
    toldAt = now;
    told.abort();
    stop(name);
  } else if (now - toldAt > SAME_WISH_MS) {
    exitBy(name);
  }
}

function exitBy(name: StopSignal): void {
  process.exit(128 + constants.signals[name]);
}
