// Loaded into a process under test before its own code: on SIGUSR2 it writes for how long its event loop was blocked
// at most since the last time, and begins anew.
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 5;

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
process.on('SIGUSR2', () => {
  // What is measured is the time between two ticks, which are that far apart where nothing blocks.
  const blockedMs = Math.max(0, delay.max / 1e6 - RESOLUTION_MS);
  process.stderr.write(`event loop blocked for ${blockedMs.toFixed(1)} ms\n`);
  delay.reset();
});
