"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Sender = exports.Interrupted = void 0;
const undici_1 = require("undici");
const addresses_js_1 = require("./addresses.js");
/** Milliseconds for an attempt, from the look-up of the name to the end of the answer. */
const TIMEOUT_MS = 10_000;
/** What of an answer's body is taken off the connection, unread; of a longer one the connection is closed. */
const MAX_ANSWER_BYTES = 1024;
/** The process stops: nobody knows what would have come of it. */
class Interrupted extends Error {
}
exports.Interrupted = Interrupted;
/** Sends to receivers. No redirect is followed, no proxy of the environment asked, and nothing sent twice. */
class Sender {
    /** @param timeoutMs of one attempt */
    constructor(addresses, timeoutMs = TIMEOUT_MS) {
        this.timeoutMs = timeoutMs;
        this.agent = new undici_1.Agent({ connect: addresses.connector });
    }
    /**
     * @param stopped when the process stops
     * @throws Interrupted then
     */
    async post(url, { headers, body }, stopped) {
        const timeout = AbortSignal.timeout(this.timeoutMs);
        const signal = AbortSignal.any([timeout, stopped]);
        try {
            const answer = await (0, undici_1.request)(url, { method: 'POST', headers, body, signal, dispatcher: this.agent });
            // What the status says holds, whatever becomes of the body.
            await answer.body.dump({ limit: MAX_ANSWER_BYTES }).catch(() => undefined);
            const accepted = answer.statusCode >= 200 && answer.statusCode < 300;
            const [retryAfter = null] = [answer.headers['retry-after'] ?? []].flat();
            return { status: answer.statusCode, retryAfter, error: accepted ? null : 'status' };
        }
        catch (error) {
            if (stopped.aborted)
                throw new Interrupted();
            return { status: null, retryAfter: null, error: timeout.aborted ? 'timeout' : errorOf(error) };
        }
    }
    async close() {
        await this.agent.destroy();
    }
}
exports.Sender = Sender;
function errorOf(error) {
    return error instanceof addresses_js_1.AddressRefused ? 'address-refused' : 'unreachable';
}
//# sourceMappingURL=sender.js.map