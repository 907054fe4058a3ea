import { Server as TcpServer } from 'node:net';
import type { Server } from 'node:http';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';

/** Milliseconds to find a quiet moment; a server that has none for so long is called by clients that do not read. */
const QUIET_WITHIN_MS = 2000;

/** Milliseconds of a turn of the event loop in which hardly anybody can have come unnoticed. */
const SHORT_TURN_MS = 0.5;

/** Milliseconds asleep before each look: a process that has just woken is not put aside in favour of its clients. */
const ASLEEP_MS = 2;

/**
 * Stops listening, and keeps every connection. The kernel resets the connections that wait to be accepted when a
 * listener closes, and Node accepts one in each turn of its event loop; so the server goes on accepting until a turn
 * has found nobody. What is left is a connection that comes within the microseconds between that turn and the closing,
 * which nothing but a filter in the kernel could keep away. `http.Server.close` would end kept connections, too, whose next request may be on its way.
 */
export async function stopListening(server: Server): Promise<void> {
  const deadline = performance.now() + QUIET_WITHIN_MS;
  let accepted: boolean;
  const notice = (): boolean => (accepted = true);
  /** @returns whether nobody has come in a turn of the event loop that was short */
  const isQuiet = async (): Promise<boolean> => {
    await pause(ASLEEP_MS);
    const since = performance.now();
    accepted = false;
    await nextTurn();
    return !accepted && performance.now() - since < SHORT_TURN_MS;
  };
  server.on('connection', notice);
  while (!(await isQuiet()) && performance.now() < deadline);
  TcpServer.prototype.close.call(server);
  server.off('connection', notice);
}
