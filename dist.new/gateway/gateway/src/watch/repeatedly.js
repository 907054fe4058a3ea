"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.repeatedly = repeatedly;
const promises_1 = require("node:timers/promises");
/** Does `work` again and again until the signal, with a pause after each time that found nothing more to do. */
async function repeatedly(everyMs, signal, work) {
    while (!signal.aborted) {
        const more = await work();
        if (!more)
            await (0, promises_1.setTimeout)(everyMs, undefined, { signal }).catch(() => undefined);
    }
}
//# sourceMappingURL=repeatedly.js.map