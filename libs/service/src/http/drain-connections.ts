import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds for a request that is still being sent when the process is told to stop. */
const FINISH_SENDING_MS = 1000;

/** Milliseconds for a request that is on its way over a kept connection; one that is idle is then closed. */
const ARRIVE_WITHIN_MS = 100;

const LOOK_AGAIN_MS = 5;

/** The requests of a connection that are not answered yet. The HTTP adapter keeps it. */
export const unanswered = new WeakMap<Socket, Set<IncomingMessage>>();

/** What is done about the connections of a server that has stopped listening. */
export interface Connections {
  /** Ends, after a moment, those that have not sent a whole request. */
  endUnsent: () => void;
  /** Waits while a request may be on its way over a kept connection: its answer says that it is the last. */
  lastRequests: () => Promise<void>;
}

/**
 * Sees to it that a server that stops does not wait for clients that have not sent a whole request: Node closes
 * idle connections by itself, but counts those as idle only that have had an answer, and ends its own
 * time limits with the server.
 */
export function watchConnections(server: Server): Connections {
  const open = new Set<Socket>();
  // With TLS a request's socket is not the one that was accepted, but the one that was made of it.
  const begun = server instanceof TlsServer ? 'secureConnection' : 'connection';
  server.on(begun, (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  const closeUnsent = (): void => {
    // Not `end`, which comes only when somebody reads: nobody reads a GET before it is answered.
    for (const socket of open) if (requestsOf(socket).every(({ complete }) => !complete)) socket.destroy();
  };
  return {
    endUnsent: () => setTimeout(closeUnsent, FINISH_SENDING_MS).unref(),
    lastRequests: async () => {
      const deadline = performance.now() + ARRIVE_WITHIN_MS;
      while ([...open].some(isSilent) && performance.now() < deadline) await pause(LOOK_AGAIN_MS);
    },
  };
}

function isSilent(socket: Socket): boolean {
  return requestsOf(socket).length === 0;
}

function requestsOf(socket: Socket): IncomingMessage[] {
  return [...(unanswered.get(socket) ?? [])];
}
