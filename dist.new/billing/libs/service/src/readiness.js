"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Readiness = void 0;
const shared_for_js_1 = require("./shared-for.js");
/**
 * Milliseconds for which an answer serves all who ask: no limit counts them, and a part may have to ask the database. A
 * balancer that asks every second notices nothing of it.
 */
const SHARED_MS = 500;
/** Milliseconds for one look; a part that takes longer is not there. Whoever asks gives up after some seconds. */
const LOOK_WITHIN_MS = 1500;
/** One part that a process needs. A request for the readiness has it looked at, once for all that come within SHARED_MS. */
class Part {
    constructor(check) {
        this.check = check;
        this.isThere = (0, shared_for_js_1.sharedFor)(SHARED_MS, async () => this.note(await inTime(this.check)));
        /** Since when it is missing, as far as it was looked at. */
        this.missingSince = null;
    }
    note(there) {
        this.missingSince = there ? null : (this.missingSince ?? new Date());
        return there;
    }
}
/** What a process says of its readiness. */
class Readiness {
    constructor(checks) {
        this.parts = new Map(Object.entries(checks).map(([name, check]) => [name, new Part(check)]));
    }
    /** @returns whether each part is there, within LOOK_WITHIN_MS */
    async now() {
        const looks = [...this.parts].map(async ([name, part]) => [name, await part.isThere()]);
        return Object.fromEntries(await Promise.all(looks));
    }
    /** @returns what is missing and since when, in words */
    missing() {
        return [...this.parts]
            .filter(([, { missingSince }]) => missingSince)
            .map(([name, { missingSince }]) => `${name} (missing since ${missingSince.toISOString()})`);
    }
}
exports.Readiness = Readiness;
async function inTime(check) {
    let timer;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, LOOK_WITHIN_MS, false)));
    try {
        return await Promise.race([check(), late]);
    }
    catch {
        return false;
    }
    finally {
        clearTimeout(timer);
    }
}
//# sourceMappingURL=readiness.js.map