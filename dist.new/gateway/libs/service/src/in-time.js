"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.inTime = inTime;
/**
 * Waits for `work`, but not for longer than `ms` milliseconds. It goes on then, and nobody hears of its end.
 * @param late what is thrown then
 */
async function inTime(work, ms, late) {
    let timer;
    const tooLate = new Promise((_resolve, reject) => {
        timer = setTimeout(() => reject(late()), ms);
    });
    return Promise.race([work, tooLate]).finally(() => clearTimeout(timer));
}
//# sourceMappingURL=in-time.js.map