"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.ClockWatch = void 0;
const common_1 = require("@nestjs/common");
const jose_1 = require("jose");
/** Milliseconds between two lines about the clock of one process: each of its calls would be one. */
const TELL_EVERY_MS = 60_000;
/** Tells operators of clocks that differ by more than CLOCK_TOLERANCE_MS, by the tokens that are refused for it. */
class ClockWatch {
    /**
     * @param owner whose clock has dated the tokens
     * @param oldestMs of a token when it is sent, where it is never sent later; what is older shows a clock that is behind
     */
    constructor(owner, oldestMs = Infinity) {
        this.owner = owner;
        this.oldestMs = oldestMs;
        this.logger = new common_1.Logger(ClockWatch.name);
        this.toldAt = -Infinity;
    }
    /** @param error why jose refused a token whose signature is good */
    refused(error) {
        const aheadMs = aheadBy(error);
        const isOfTheClock = aheadMs !== null && (aheadMs > 0 || -aheadMs > this.oldestMs);
        if (!isOfTheClock || performance.now() - this.toldAt < TELL_EVERY_MS)
            return;
        this.toldAt = performance.now();
        const seconds = Math.round(Math.abs(aheadMs) / 1000);
        this.logger.error(`The clock of ${this.owner} is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} this one: its tokens are ` +
            'refused. Set both clocks (NTP); CLOCK_TOLERANCE_MS is how much they may differ.');
    }
}
exports.ClockWatch = ClockWatch;
/** @returns milliseconds by which the token's date is later than now, or null where it was not refused for its age */
function aheadBy(error) {
    const isAboutTime = error instanceof jose_1.errors.JWTExpired ||
        (error instanceof jose_1.errors.JWTClaimValidationFailed && ['iat', 'nbf'].includes(error.claim));
    const { iat } = isAboutTime ? error.payload : {};
    return typeof iat === 'number' ? iat * 1000 - Date.now() : null;
}
//# sourceMappingURL=clock.js.map