"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.RemoteKeys = void 0;
const promises_1 = require("node:timers/promises");
const jose_1 = require("jose");
const undici_1 = require("undici");
const problem_js_1 = require("./problem.js");
const tracing_js_1 = require("./tracing.js");
/** Milliseconds after which keys are read again, so that one that was removed opens nothing any more. */
const READ_AGAIN_MS = 300_000;
/**
 * Milliseconds for which a key stays in force after a reading that lacks it. While the owner's processes are given a new
 * key one after the other, those of before and those of after answer in turn, and either would take the other's tokens
 * away. A withdrawn key opens something for so much longer.
 */
const KEPT_MS = 60_000;
/** Milliseconds between two readings because of a key that is not known: anybody can invent its name. */
const UNKNOWN_KEY_MS = 250;
/** Milliseconds that nothing is tried after a reading that failed. */
const RETRY_MS = 1000;
const TIMEOUT_MS = 2000;
/**
 * The public keys that another process publishes. They stay in force while that process is away, however long: jose's
 * own set forgets them after a time, and would refuse good tokens when nobody can renew them. A key that is not known is
 * looked for, four times a second at most, and a token that names it waits for a reading that began after the token came: it
 * is refused only when there is no such key. To refuse it by what was read before would sign out every user whose token
 * has a new key, for as long as others send invented ones.
 */
class RemoteKeys {
    /** @param owner whose keys they are, for the reader of a problem */
    constructor(url, owner) {
        this.url = url;
        this.owner = owner;
        this.known = null;
        this.keys = [];
        this.renewing = null;
        this.looking = null;
        this.lookedAt = -Infinity;
        /** Whether the look that is under way has begun to read. */
        this.isReading = false;
        this.failedAt = -Infinity;
        /**
         * The key that a token names, for jose.
         * @throws Problem 503 where it cannot be known whether there is such a key
         */
        this.find = async (header, token) => {
            const known = await this.current();
            try {
                return await known(header, token);
            }
            catch (error) {
                if (!(error instanceof jose_1.errors.JWKSNoMatchingKey))
                    throw error;
                await this.lookForNew();
                return (await this.current())(header, token);
            }
        };
    }
    async current() {
        if (!this.known || performance.now() - this.known.at >= READ_AGAIN_MS)
            await this.renew();
        if (!this.known)
            throw this.away();
        if (performance.now() >= this.known.until)
            this.put(this.known.at);
        return this.known.find;
    }
    /** Reads the keys, once for all who wait. What goes wrong leaves those of before. */
    async renew() {
        if (performance.now() - this.failedAt < RETRY_MS)
            return;
        this.renewing ??= this.read()
            .catch(() => void (this.failedAt = performance.now()))
            .finally(() => (this.renewing = null));
        await this.renewing;
    }
    /** Resolves when the keys were read by a reading that begins later than this call; many calls share one. */
    async lookForNew() {
        if (this.isReading)
            await this.looking?.catch(() => undefined);
        this.looking ??= this.look().finally(() => (this.looking = null));
        await this.looking;
    }
    async look() {
        if (performance.now() - this.failedAt < RETRY_MS)
            throw this.away();
        await (0, promises_1.setTimeout)(Math.max(0, this.lookedAt + UNKNOWN_KEY_MS - performance.now()));
        this.isReading = true;
        this.lookedAt = performance.now();
        try {
            await this.read();
        }
        catch {
            this.failedAt = performance.now();
            throw this.away();
        }
        finally {
            this.isReading = false;
        }
    }
    async read() {
        // On a connection of its own: one that was kept may lead to a process that was restarted with a new key.
        const answer = await (0, undici_1.request)(this.url, {
            ...{ reset: true, signal: AbortSignal.timeout(TIMEOUT_MS) },
            headers: (0, tracing_js_1.traceHeaders)(),
        });
        const keys = (await answer.body.json());
        if (answer.statusCode !== 200)
            throw new Error(`the keys were answered with ${answer.statusCode}`);
        // It throws where these are no keys, before they take the place of any.
        (0, jose_1.createLocalJWKSet)(keys);
        this.take(keys.keys);
    }
    /** Those that were read are in force until a reading lacks them, and KEPT_MS longer. */
    take(read) {
        const now = performance.now();
        const names = new Set(read.map(({ kid }) => kid));
        const lacking = this.keys
            .filter(({ key }) => !names.has(key.kid))
            .map(({ key, until }) => ({ key, until: Math.min(until, now + KEPT_MS) }));
        this.keys = [...read.map((key) => ({ key, until: Infinity })), ...lacking];
        this.put(now);
    }
    /** Puts the keys in force whose time is not over. @param at when they were read */
    put(at) {
        this.keys = this.keys.filter(({ until }) => performance.now() < until);
        const find = (0, jose_1.createLocalJWKSet)({ keys: this.keys.map(({ key }) => key) });
        this.known = { find, at, until: Math.min(...this.keys.map(({ until }) => until)) };
    }
    away() {
        return (0, problem_js_1.unavailable)(`The keys of ${this.owner} cannot be read.`);
    }
}
exports.RemoteKeys = RemoteKeys;
//# sourceMappingURL=remote-keys.js.map