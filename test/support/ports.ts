// Ports for processes under test, from below the range that systems hand out to outgoing connections: one
// that is free when it is chosen is then still free when the process listens.
import { createServer } from 'node:net';

const FIRST = 20_000;
const PER_WORKER = 3_000;
const worker = Number(process.env.JEST_WORKER_ID ?? 1) % 4;
let next = Math.floor(Math.random() * PER_WORKER);

export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + worker * PER_WORKER + (next++ % PER_WORKER);
    if (await isFree(port)) return port;
  }
}

/** @returns whether nobody listens there now */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
