import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Milliseconds for a request that is still being sent when the process is told to stop. */
const FINISH_SENDING_MS = 1000;

/**
 * Sees to it that a server that stops does not wait for clients that have not sent a whole request: Node closes
 * idle connections by itself, but counts those as idle only that have had an answer, and ends its own
 * time limits with the server.
 * @returns what to call when the server stops
 */
export function watchConnections(server: Server): () => void {
  const silent = new Set<Socket>();
  const unsent = new Set<IncomingMessage>();
  server.on('connection', (socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    silent.delete(request.socket);
    unsent.add(request);
    request.once('end', () => unsent.delete(request));
    request.once('close', () => unsent.delete(request));
    response.once('close', () => {
      if (!request.socket.destroyed) silent.add(request.socket);
    });
  });
  const closeUnsent = (): void => {
    silent.forEach((socket) => socket.destroy());
    unsent.forEach((request) => request.socket.destroy());
  };
  return () => setTimeout(closeUnsent, FINISH_SENDING_MS).unref();
}
