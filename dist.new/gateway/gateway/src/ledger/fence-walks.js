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
exports.FenceWalks = void 0;
exports.beginWalks = beginWalks;
const common_1 = require("@nestjs/common");
const service_1 = require("../../../libs/service/src/index.js");
const lane_statements_js_1 = require("./lane-statements.js");
let FenceWalks = class FenceWalks {
    constructor(database) {
        this.database = database;
    }
    /** @returns the walks that have not come to their end */
    open() {
        return this.database.query('select service, cause, after_user as "afterUser" from fence_walks order by service');
    }
    /**
     * Lets the ledger catch up with a page of fences, and notes how far the walk has come.
     * @param isLast whether the walk ends with it
     * @returns how many lanes were behind
     */
    catchUp(walk, page, isLast) {
        return this.database.statements(async (tx) => {
            const behind = page.length > 0 ? await raise(tx, walk.cause, page) : 0;
            await (isLast ? end(tx, walk) : goOn(tx, walk, page.at(-1).userId));
            return behind;
        });
    }
};
exports.FenceWalks = FenceWalks;
exports.FenceWalks = FenceWalks = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database])
], FenceWalks);
/** Begins a walk over each of those services, also where one was under way. */
async function beginWalks(tx, cause, services) {
    await tx.query(`insert into fence_walks (service, cause) select distinct unnest($2::text[]), $1::uuid
     on conflict (service) do update set cause = excluded.cause, after_user = null`, [cause, services]);
}
/**
 * Whoever is unknown gets a lane that takes nothing; what identity says of that user may open it. An open lane that has
 * taken later writes than its forgotten deletion is made due alone, and loses its decision: that was an earlier restore,
 * which must not bring the user back.
 */
async function raise(tx, cause, page) {
    const userIds = page.map(({ userId }) => userId);
    await (0, lane_statements_js_1.ensureLanes)(tx, userIds);
    await (0, lane_statements_js_1.lockLanes)(tx, userIds, { wait: true });
    const [row] = await tx.query(`with fences as materialized (
       select * from unnest($2::uuid[], $3::integer[], $4::boolean[]) as fence (user_id, seq, tombstoned)
     ), behind as materialized (
       select l.user_id, fences.seq,
         l.admission = 'closed' and l.decided_at is null as is_unknown,
         fences.seq <= l.last_seq as is_overtaken,
         fences.seq > l.last_seq and fences.tombstoned and l.admission in ('open', 'deleting') as is_deleted,
         fences.tombstoned or l.admission in ('deleted', 'closed') as is_due
       from lanes l join fences on fences.user_id = l.user_id
       where fences.seq > l.last_seq or (fences.tombstoned and l.admission = 'open' and not exists (
         select 1 from operations o where o.user_id = l.user_id and o.kind = 'user.restore' and o.state = 'succeeded'
           and o.seq > fences.seq))
     ), raised as (
       update lanes l set last_seq = greatest(l.last_seq, behind.seq),
         admission = case when is_deleted then 'deleted' else admission end,
         deleted_at = case when is_deleted then coalesce(deleted_at, now()) else deleted_at end,
         decided_at = case when is_overtaken then null when is_due and not is_unknown then clock_timestamp() else decided_at end
       from behind where l.user_id = behind.user_id
     ), due as (
       insert into due_repairs (user_id, cause) select user_id, $1 from behind where is_due
       on conflict (user_id) do update set cause = excluded.cause
     )
     select count(*)::integer as behind from behind`, [cause, userIds, page.map(({ seq }) => seq), page.map(({ tombstoned }) => tombstoned)]);
    return row.behind;
}
async function goOn(tx, { service, cause }, after) {
    await tx.query(`update fence_walks set after_user = greatest(after_user, $3) where service = $1 and cause = $2`, [service, cause, after]);
}
async function end(tx, { service, cause }) {
    await tx.query('delete from fence_walks where service = $1 and cause = $2', [service, cause]);
}
//# sourceMappingURL=fence-walks.js.map