"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.sharedFor = sharedFor;
const fair_queue_js_1 = require("./fair-queue.js");
/**
 * Shares one answer among all who ask within some milliseconds of the question, or before it was answered, and an
 * error as well: what anybody may ask without limit costs no more than one question in that time.
 * @param ms how old an answer may be, from when it was asked for
 * @param errorMs how old an error may be
 */
function sharedFor(ms, ask, errorMs = ms) {
    let answer = null;
    let goodUntil = -Infinity;
    let isUnanswered = false;
    const askAnew = async () => {
        isUnanswered = true;
        goodUntil = performance.now() + ms;
        try {
            return await (0, fair_queue_js_1.onBehalfOfAll)(ask);
        }
        catch (error) {
            goodUntil += errorMs - ms;
            throw error;
        }
        finally {
            isUnanswered = false;
        }
    };
    return () => {
        if (!answer || (!isUnanswered && performance.now() >= goodUntil))
            answer = askAnew();
        return answer;
    };
}
//# sourceMappingURL=shared-for.js.map