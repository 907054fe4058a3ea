"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.Replays = void 0;
const promises_1 = require("node:timers/promises");
const common_1 = require("@nestjs/common");
const lru_cache_1 = require("lru-cache");
/**
 * Pages of older changes that one user's streams may read at once in one process, 6,000 changes; whoever resumes where a
 * stream was cut needs one.
 */
const PAGES_AT_ONCE = 60;
/** Milliseconds after which one more may be read: 60 pages a minute, however often a lane is asked for from its begin. */
const PAGE_EVERY_MS = 1000;
/** Users who are remembered, the least busy forgotten first; nobody is a minute after his last page. */
const MAX_REMEMBERED = 10_000;
const REMEMBERED_MS = 2 * PAGES_AT_ONCE * PAGE_EVERY_MS;
/** The pages of one user: a bucket that fills again, and a queue in front of it. */
class Pace {
    constructor() {
        this.pages = PAGES_AT_ONCE;
        this.countedAt = performance.now();
        this.turn = Promise.resolve();
    }
    /** Fulfilled in the order of the calls, when a page may be read or the signal has aborted. */
    next(signal) {
        this.turn = this.turn.then(() => this.take(signal));
        return this.turn;
    }
    async take(signal) {
        if (signal.aborted)
            return;
        this.fill();
        if (this.pages < 1)
            await (0, promises_1.setTimeout)((1 - this.pages) * PAGE_EVERY_MS, undefined, { signal }).catch(() => undefined);
        if (signal.aborted)
            return;
        this.fill();
        this.pages -= 1;
    }
    fill() {
        const now = performance.now();
        this.pages = Math.min(PAGES_AT_ONCE, this.pages + (now - this.countedAt) / PAGE_EVERY_MS);
        this.countedAt = now;
    }
}
/**
 * Paces the replays of each user. `Last-Event-ID: 0` has a whole lane read and told again, at every reconnect and by
 * each of ten streams, for the price of one request; so the pages of a user are read one after the other, and some in a
 * minute. A stream that has to wait is told the rest later: nothing is lost, and nothing comes twice.
 */
let Replays = class Replays {
    constructor() {
        this.paces = new lru_cache_1.LRUCache({
            ...{ max: MAX_REMEMBERED, ttl: REMEMBERED_MS, updateAgeOnGet: true },
        });
    }
    /** Waits until the next page of that user may be read, or the signal aborts. */
    turn(userId, signal) {
        const pace = this.paces.get(userId) ?? new Pace();
        this.paces.set(userId, pace);
        return pace.next(signal);
    }
};
exports.Replays = Replays;
exports.Replays = Replays = __decorate([
    (0, common_1.Injectable)()
], Replays);
//# sourceMappingURL=replays.js.map