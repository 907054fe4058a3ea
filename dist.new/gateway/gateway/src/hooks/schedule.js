"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.MAX_ATTEMPTS = void 0;
exports.judge = judge;
const backoff_js_1 = require("../run/backoff.js");
/** The first pause is of a second, each is twice as long as the one before it, and none longer than eight hours. */
const PAUSES = { retryBaseMs: 1000, retryMaxMs: 8 * 3600 * 1000 };
/** The pauses between so many attempts add up to three days, jitter included. */
exports.MAX_ATTEMPTS = 27;
/** `Gone`: who answers so wants nothing any more. */
const GONE = 410;
/** @param attempts how often it was sent, this time included */
function judge({ status, error, retryAfter }, attempts, now = Date.now()) {
    if (error === null)
        return { type: 'delivered', status: status };
    const failure = { status, error, isGone: status === GONE };
    if (attempts >= exports.MAX_ATTEMPTS)
        return { type: 'given-up', ...failure };
    return { type: 'retry', ...failure, delayMs: (0, backoff_js_1.backoffMs)(attempts, PAUSES, askedFor(retryAfter, now)) };
}
/** A receiver may ask for patience, but not for more than the longest pause. */
function askedFor(retryAfter, now) {
    if (retryAfter === null)
        return null;
    const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now;
    return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), PAUSES.retryMaxMs) : null;
}
//# sourceMappingURL=schedule.js.map