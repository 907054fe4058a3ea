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
exports.LedgerCounts = void 0;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const lane_views_js_1 = require("./lane-views.js");
const LANES = contracts_1.LANE_STATES.map((state) => `count(*) filter (where ${lane_views_js_1.LANE_STATE} = '${state}')::integer as ${state}`);
const SUMS = ['last_seq', 'depth', 'failed', 'cancelled', 'rejected'].map((column) => `coalesce(sum(${column}), 0)::float8 as ${column}`);
/**
 * A write whose first attempt is under way does not wait; one that is tried again, or whose worker has gone silent, does:
 * else the age would be gone for as long as each attempt takes. One pass over the lanes, which count their own writes, and a look at the oldest that waits in each busy one. Nothing in
 * it grows with the operations that have ended.
 */
const COUNTS = `
  with sums as (
    select ${LANES.join(', ')}, count(*) filter (where depth > 0)::integer as busy, ${SUMS.join(', ')}
    from lanes l
  ), under_way as (
    select count(*) filter (where state = 'running')::integer as running,
      count(*) filter (where state = 'retrying')::integer as retrying
    from operations where state in ('running', 'retrying')
  ), oldest as (
    select min(head.created_at) as at from lanes l, lateral (
      select created_at from operations
      where user_id = l.user_id and state in ('queued', 'running', 'retrying')
        and (state <> 'running' or attempts > 1 or lease_until < clock_timestamp())
      order by seq limit 1
    ) head
    where l.depth > 0
  )
  select clock_timestamp() as at, ${contracts_1.LANE_STATES.join(', ')}, busy, last_seq as accepted, last_seq - depth as finished,
    depth - running - retrying as queued, running, retrying,
    last_seq - depth - failed - cancelled - rejected as succeeded, failed, cancelled, rejected,
    (extract(epoch from clock_timestamp() - oldest.at) * 1000)::float8 as "oldestWaitingMs"
  from sums, under_way, oldest`;
let LedgerCounts = class LedgerCounts {
    constructor(database) {
        this.database = database;
    }
    async now() {
        const [row] = await this.database.query(COUNTS);
        const { at, accepted, finished, oldestWaitingMs, open, paused, halted, deleting, deleted, busy, ...states } = row;
        return {
            ...{ at, accepted, finished, oldestWaitingMs },
            operations: states,
            lanes: { open, paused, halted, deleting, deleted, busy },
        };
    }
};
exports.LedgerCounts = LedgerCounts;
exports.LedgerCounts = LedgerCounts = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database])
], LedgerCounts);
//# sourceMappingURL=counts.js.map