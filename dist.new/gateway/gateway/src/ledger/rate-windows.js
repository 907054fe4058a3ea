"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
var RateWindows_1;
Object.defineProperty(exports, "__esModule", { value: true });
exports.RateWindows = void 0;
const common_1 = require("@nestjs/common");
const service_1 = require("../../../libs/service/src/index.js");
const lru_cache_1 = require("lru-cache");
const gathered_js_1 = require("./gathered.js");
/*
 * Counts in windows of time, over all processes: a key's window begins with its first hit, and the first hit after
 * its end begins the next. PostgreSQL counts, under the lock of the key's row, so every hit has a number of its own
 * whichever process it came to. All hits that a process has at a time are one statement, and the keys are locked in
 * their order, so that two statements never wait for each other in a circle. How long a window still lasts is
 * told by the database alone: the processes' clocks need not agree.
 */
/** Milliseconds that a request waits for its count; it may go on without, and what it asks for takes time as well. */
const PATIENCE_MS = 500;
/**
 * Milliseconds that those wait who cannot go on without: a database that is slow for a moment is no reason to refuse
 * them, and what is away is told within 2 s.
 */
const NEEDED_WITHIN_MS = 1800;
/**
 * Milliseconds for which requests that may go on without a count do not wait for one again, unless it was had by
 * another. Those who need it ask all the same: one late answer would otherwise refuse all sign-ins of a second.
 */
const SPARED_MS = 1000;
/** Keys that are remembered as spent, some 2 MB; one that is forgotten costs a hit in the next statement. */
const MAX_SPENT = 10_000;
let RateWindows = RateWindows_1 = class RateWindows {
    constructor(database) {
        this.database = database;
        this.logger = new common_1.Logger(RateWindows_1.name);
        this.count = (0, gathered_js_1.batched)((requests) => this.write(requests));
        this.spent = new lru_cache_1.LRUCache({ max: MAX_SPENT, ttlAutopurge: false });
        this.sparedUntil = 0;
    }
    /**
     * Counts a request. A key that is known to be spent is answered from memory, so that a flood costs nothing.
     * @param ttl milliseconds of a window
     * @throws Problem `unavailable` where the database does not count in time
     */
    async increment(key, ttl, limit) {
        const spentForMs = this.spent.getRemainingTTL(key);
        if (spentForMs > 0)
            return recordOf(limit + 1, limit, spentForMs);
        const { number, leftMs } = await this.hitIfAnswered(key, ttl);
        if (number > limit)
            this.spent.set(key, true, { ttl: Math.ceil(leftMs) });
        return recordOf(number, limit, leftMs);
    }
    /**
     * Counts one of each key, all or none: what is counted too late, when nothing comes of it, is given back.
     * @throws Problem `unavailable` where the database does not count in time
     */
    async hitEach(keys, windowMs) {
        const counted = keys.map((key) => this.count({ key, windowMs }));
        try {
            return await (0, service_1.inTime)(Promise.all(counted), NEEDED_WITHIN_MS, notCounted);
        }
        catch (error) {
            void this.giveBackLate(counted);
            throw error;
        }
    }
    /** Takes hits back; those whose window is over are gone already. */
    async giveBack(returns) {
        await this.database.query(`with present as (
         select w.key, returned.hits
         from unnest($1::text[], $2::timestamptz[], $3::integer[]) as returned (key, ends_at, hits)
         join rate_windows w on w.key = returned.key and w.ends_at = returned.ends_at
         order by w.key for update of w
       )
       update rate_windows w set hits = greatest(0, w.hits - present.hits) from present where w.key = present.key`, [
            returns.map(({ hit }) => hit.key),
            returns.map(({ hit }) => hit.window),
            returns.map(({ count }) => count),
        ]);
    }
    async giveBackLate(counted) {
        const settled = await Promise.allSettled(counted);
        const hits = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
        if (hits.length === 0)
            return;
        await this.giveBack(hits.map((hit) => ({ hit, count: 1 }))).catch((error) => this.logger.warn(`What was counted too late stays counted: ${error.message}`));
    }
    async hitIfAnswered(key, windowMs) {
        if (performance.now() < this.sparedUntil)
            throw notCounted();
        try {
            return await (0, service_1.inTime)(this.count({ key, windowMs }), PATIENCE_MS, notCounted);
        }
        catch (error) {
            if ((0, service_1.problemOf)(error).code === 'unavailable')
                this.sparedUntil = performance.now() + SPARED_MS;
            throw error;
        }
    }
    async write(requests) {
        const rows = await this.upsert(requests);
        this.sparedUntil = 0;
        return numbered(requests, rows);
    }
    upsert(requests) {
        const keys = [...new Map(requests.map(({ key, windowMs }) => [key, windowMs]))];
        const hits = occurrences(requests);
        return this.database.query(`insert into rate_windows as w (key, hits, ends_at)
       select key, hits, now() + ms * interval '1 ms'
       from unnest($1::text[], $2::integer[], $3::integer[]) as new (key, hits, ms) order by key
       on conflict (key) do update set
         hits = excluded.hits + case when w.ends_at > now() then w.hits else 0 end,
         ends_at = case when w.ends_at > now() then w.ends_at else excluded.ends_at end
       returning key, hits, ends_at::text as window,
         greatest(1, extract(epoch from ends_at - clock_timestamp()) * 1000)::float8 as "leftMs"`, [keys.map(([key]) => key), keys.map(([key]) => hits.get(key)), keys.map(([, windowMs]) => windowMs)]);
    }
};
exports.RateWindows = RateWindows;
exports.RateWindows = RateWindows = RateWindows_1 = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database])
], RateWindows);
function recordOf(totalHits, limit, leftMs) {
    const seconds = Math.ceil(leftMs / 1000);
    const isBlocked = totalHits > limit;
    return { totalHits, timeToExpire: seconds, isBlocked, timeToBlockExpire: isBlocked ? seconds : 0 };
}
function occurrences(requests) {
    const counts = new Map();
    for (const { key } of requests)
        counts.set(key, (counts.get(key) ?? 0) + 1);
    return counts;
}
/** The last hits of each key are those of this statement, in the order in which they came. */
function numbered(requests, rows) {
    const hits = occurrences(requests);
    const windows = new Map(rows.map((row) => [row.key, { ...row, number: row.hits - hits.get(row.key) }]));
    return requests.map(({ key }) => {
        const row = windows.get(key);
        row.number += 1;
        return { key, number: row.number, leftMs: row.leftMs, window: row.window };
    });
}
function notCounted() {
    return (0, service_1.unavailable)('Requests cannot be counted at the moment.');
}
//# sourceMappingURL=rate-windows.js.map