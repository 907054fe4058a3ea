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
Object.defineProperty(exports, "__esModule", { value: true });
exports.Samples = exports.SAMPLE_SECONDS = void 0;
const common_1 = require("@nestjs/common");
const service_1 = require("../../../libs/service/src/index.js");
const counts_js_1 = require("./counts.js");
/** Seconds between two samples. */
exports.SAMPLE_SECONDS = 5;
/** How long samples are kept: a day to look back on, and what a look may be late. */
const KEPT = '25 hours';
/** Ends that are younger may still be committed behind others; milliseconds. */
const SETTLED_MS = 1000;
/** The ledger's numbers over time, taken by whichever process is the first in each SAMPLE_SECONDS. */
let Samples = class Samples {
    constructor(database, counts) {
        this.database = database;
        this.counts = counts;
    }
    /** Takes a sample, unless another process has taken that of this time. */
    async take() {
        const [due] = await this.database.query(`select not exists (select 1 from samples where at > now() - $1 * interval '1 s') as due`, [exports.SAMPLE_SECONDS - 1]);
        if (!due.due)
            return;
        const { operations, accepted, finished, oldestWaitingMs } = await this.counts.now();
        await this.database.query(`with forgotten as (
         delete from samples where at < now() - interval '${KEPT}'
       ), last as materialized (
         select coalesce((select audited from samples order by at desc limit 1), (select max(id) from audit), 0) as audited
       ), ends as materialized (
         select a.id, extract(epoch from o.finished_at - o.created_at) * 1000 as ms
         from last, audit a left join operations o
           on o.id = a.operation_id and o.user_id = a.user_id and a.action like o.kind || '%'
         where a.id > last.audited and a.at < clock_timestamp() - $1 * interval '1 ms'
       )
       insert into samples (at, accepted, finished, unsuccessful, waiting, running, retrying, oldest_waiting_ms,
         p50_ms, p95_ms, p99_ms, audited)
       select date_bin($2 * interval '1 s', now(), 'epoch'), $3, $4, $5, $6, $7, $8, $9, p[1], p[2], p[3],
         coalesce(newest, audited)
       from last, (
         select percentile_cont(array[0.5, 0.95, 0.99]) within group (order by ms) as p, max(id) as newest from ends
       ) measured
       on conflict (at) do nothing`, [
            ...[SETTLED_MS, exports.SAMPLE_SECONDS, accepted, finished, unsuccessfulIn(operations)],
            ...[
                operations.queued + operations.retrying,
                operations.running,
                operations.retrying,
                oldestWaitingMs,
            ],
        ]);
    }
    /** @returns the samples since then, the oldest first */
    async since(from) {
        const rows = await this.read(from);
        return rows.slice(1).map((row, index) => sampleOf(row, rows[index]));
    }
    /** @returns what happened each second between a sample of some seconds ago and `now` */
    async ratesUntil(now) {
        const [before] = await this.read(new Date(now.at.getTime() - 2 * exports.SAMPLE_SECONDS * 1000));
        if (!before)
            return { acceptedPerSecond: 0, finishedPerSecond: 0 };
        return ratesBetween(before, now);
    }
    /** The totals are bigints, which a double holds up to 2^53. */
    read(from) {
        return this.database.query(`select at, accepted::float8, finished::float8, unsuccessful::float8, waiting, running, retrying,
         oldest_waiting_ms as "oldestWaitingMs", p50_ms as "p50Ms", p95_ms as "p95Ms", p99_ms as "p99Ms"
       from samples where at >= $1 order by at`, [from]);
    }
};
exports.Samples = Samples;
exports.Samples = Samples = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database,
        counts_js_1.LedgerCounts])
], Samples);
function unsuccessfulIn({ failed, cancelled, rejected }) {
    return failed + cancelled + rejected;
}
function ratesBetween(before, after) {
    const perSecond = (count) => count / secondsBetween(before, after);
    return {
        acceptedPerSecond: perSecond(after.accepted - before.accepted),
        finishedPerSecond: perSecond(after.finished - before.finished),
    };
}
function secondsBetween(before, after) {
    return (after.at.getTime() - before.at.getTime()) / 1000;
}
function sampleOf({ at, accepted, finished, unsuccessful, ...now }, before) {
    return {
        at: at.toISOString(),
        ...ratesBetween(before, { at, accepted, finished }),
        unsuccessfulPerSecond: (unsuccessful - before.unsuccessful) / secondsBetween(before, { at }),
        ...now,
    };
}
//# sourceMappingURL=samples.js.map