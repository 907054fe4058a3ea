"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.watchConnections = watchConnections;
const promises_1 = require("node:timers/promises");
/** Milliseconds for a request that is still being sent when the process is told to stop. */
const FINISH_SENDING_MS = 1000;
/** Milliseconds for a request that is on its way over a kept connection; one that is idle is then closed. */
const ARRIVE_WITHIN_MS = 100;
const LOOK_AGAIN_MS = 5;
/**
 * Sees to it that a server that stops does not wait for clients that have not sent a whole request: Node closes
 * idle connections by itself, but counts those as idle only that have had an answer, and ends its own
 * time limits with the server.
 */
function watchConnections(server) {
    const unanswered = new Map();
    server.on('connection', (socket) => {
        unanswered.set(socket, new Set());
        socket.once('close', () => unanswered.delete(socket));
    });
    server.on('request', (request, response) => {
        // A client may send several before the first is answered.
        unanswered.get(request.socket)?.add(request);
        response.once('close', () => unanswered.get(request.socket)?.delete(request));
    });
    const isSilent = (requests) => requests.size === 0;
    const closeUnsent = () => {
        // Not `end`, which comes only when somebody reads: nobody reads a GET before it is answered.
        const isUnsent = (requests) => [...requests].every(({ complete }) => !complete);
        unanswered.forEach((requests, socket) => isUnsent(requests) && socket.destroy());
    };
    return {
        endUnsent: () => setTimeout(closeUnsent, FINISH_SENDING_MS).unref(),
        lastRequests: async () => {
            const deadline = performance.now() + ARRIVE_WITHIN_MS;
            while ([...unanswered.values()].some(isSilent) && performance.now() < deadline)
                await (0, promises_1.setTimeout)(LOOK_AGAIN_MS);
        },
    };
}
//# sourceMappingURL=connections.js.map