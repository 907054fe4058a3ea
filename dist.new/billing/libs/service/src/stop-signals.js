"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.listenForStop = listenForStop;
exports.stopBy = stopBy;
exports.isStopping = isStopping;
const node_os_1 = require("node:os");
/*
 * What SIGTERM and SIGINT mean for this process. Imports nothing of the project or of its packages, so that a process
 * can listen before it loads them: that takes up to a second, and a first process of a container that does not listen
 * never hears of a signal.
 */
/** Milliseconds in which a second signal is the same wish: a terminal tells npm and us of one Ctrl-C, and npm tells us. */
const SAME_WISH_MS = 300;
let toldAt = null;
/** A process that is loading has nothing to end; its exit code is a shell's, since what it was started for is not done. */
let stop = exitBy;
/** Called before anything else. A second signal ends the process at once. */
function listenForStop() {
    for (const name of ['SIGTERM', 'SIGINT'])
        process.on(name, () => heard(name));
}
/** From now on the first signal means this. */
function stopBy(orderly) {
    stop = orderly;
}
/** Whether the process was told to stop. */
function isStopping() {
    return toldAt !== null;
}
function heard(name) {
    const now = performance.now();
    if (toldAt === null) {
        toldAt = now;
        stop(name);
    }
    else if (now - toldAt > SAME_WISH_MS) {
        exitBy(name);
    }
}
function exitBy(name) {
    process.exit(128 + node_os_1.constants.signals[name]);
}
//# sourceMappingURL=stop-signals.js.map