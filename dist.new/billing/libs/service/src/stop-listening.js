"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.stopListening = stopListening;
const node_net_1 = require("node:net");
const promises_1 = require("node:timers/promises");
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
async function stopListening(server) {
    const deadline = performance.now() + QUIET_WITHIN_MS;
    let accepted;
    const notice = () => (accepted = true);
    /** @returns whether nobody has come in a turn of the event loop that was short */
    const isQuiet = async () => {
        await (0, promises_1.setTimeout)(ASLEEP_MS);
        const since = performance.now();
        accepted = false;
        await (0, promises_1.setImmediate)();
        return !accepted && performance.now() - since < SHORT_TURN_MS;
    };
    server.on('connection', notice);
    while (!(await isQuiet()) && performance.now() < deadline)
        ;
    node_net_1.Server.prototype.close.call(server);
    server.off('connection', notice);
}
//# sourceMappingURL=stop-listening.js.map