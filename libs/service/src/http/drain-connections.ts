import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds for a request that is still being sent when the process is told to stop. */
const FINISH_SENDING_MS = 1000;

/** Milliseconds for a request that is on its way over a kept connection; one that is idle is then closed. */
const ARRIVE_WITHIN_MS = 100;

const LOOK_AGAIN_MS = 5;

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
  const unanswered = new Map<Socket, Set<IncomingMessage>>();
  // With TLS a request's socket is not the one that was accepted, but the one that was made of it.
  const begun = server instanceof TlsServer ? 'secureConnection' : 'connection';
  server.on(begun, (socket: Socket) => {
    unanswered.set(socket, new Set());
    socket.once('close', () => unanswered.delete(socket));
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    // A client may send several before the first is answered.
    unanswered.get(request.socket)?.add(request);
    response.once('close', () => unanswered.get(request.socket)?.delete(request));
  });
  const isSilent = (requests: Set<IncomingMessage>): boolean => requests.size === 0;
  const closeUnsent = (): void => {
    // Not `end`, which comes only when somebody reads: nobody reads a GET before it is answered.
    const isUnsent = (requests: Set<IncomingMessage>): boolean =>
      [...requests].every(({ complete }) => !complete);
    unanswered.forEach((requests, socket) => isUnsent(requests) && socket.destroy());
  };
  return {
    endUnsent: () => setTimeout(closeUnsent, FINISH_SENDING_MS).unref(),
    lastRequests: async () => {
      const deadline = performance.now() + ARRIVE_WITHIN_MS;
      while ([...unanswered.values()].some(isSilent) && performance.now() < deadline)
        await pause(LOOK_AGAIN_MS);
    },
  };
}
