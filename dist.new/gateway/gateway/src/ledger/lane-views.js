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
exports.LaneViews = exports.LANE_STATE = void 0;
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const common_1 = require("@nestjs/common");
const positions_js_1 = require("./positions.js");
const sql_js_1 = require("./sql.js");
/*
 * Lanes as operators see them. A page takes its lanes first and looks at the heads of those alone; where heads decide
 * the order, at the heads of all lanes in which something waits.
 */
/** One word for two columns: a halted lane needs somebody; a deletion says more than a pause. */
exports.LANE_STATE = `case
  when l.execution = 'halted' then 'halted'
  when l.admission = 'closed' then 'deleted'
  when l.admission <> 'open' then l.admission
  when l.execution = 'paused' then 'paused'
  else 'open' end`;
/** The head of a lane `l`, if it has one. Places are taken in order, so it is the oldest. */
const HEAD = `left join lateral (
    select id, seq, kind, state, next_attempt_at, created_at, started_at, released_at, lease_until, attempts, problem, steps
    from operations where ${(0, sql_js_1.unfinishedIn)('l')} order by seq limit 1
  ) head on l.depth > 0`;
/** Seconds after which a head that no worker has taken is shown: the reconciler releases a forgotten one within two. */
const UNTAKEN_SECONDS = 10;
/** The service of the step that is not through, as far as the ledger knows. */
const SERVICE = `coalesce(head.problem ->> 'breaker',
  (select step ->> 'service' from jsonb_array_elements(head.steps) step where step ->> 'state' = 'pending' limit 1))`;
/** A later attempt that is under way has cleared the problem of the one before. */
const HOLD = `case
  when head.id is null or l.execution <> 'running' then null
  when head.state = 'running' and head.lease_until < now() then ${holdOf('lease', 'null', 'head.lease_until')}
  when head.state = 'retrying' and head.problem ? 'breaker' then ${holdOf('breaker', SERVICE, 'head.started_at')}
  when head.state = 'retrying' or head.attempts > 1 then ${holdOf('retry', SERVICE, 'head.started_at')}
  when head.state = 'queued' and coalesce(head.released_at, head.created_at) < now() - interval '${UNTAKEN_SECONDS} s'
    then ${holdOf('worker', 'null', 'coalesce(head.released_at, head.created_at)')}
  end`;
function holdOf(reason, service, since) {
    return `jsonb_build_object('reason', '${reason}', 'service', ${service}, 'since', extract(epoch from ${since}) * 1000)`;
}
const VIEW = `l.user_id as "userId", ${exports.LANE_STATE} as state, l.execution = 'paused' as paused,
  l.paused_by as "pausedBy", l.reason, l.depth, l.last_seq as "lastSeq", head.created_at as "oldestQueuedAt",
  case when head.id is not null then jsonb_build_object('id', head.id, 'seq', head.seq, 'kind', head.kind,
    'state', head.state, 'nextAttemptAt', extract(epoch from head.next_attempt_at) * 1000) end as head, ${HOLD} as hold`;
/** What a list of lanes is sorted by, before the user's id; the cursor has it as text. */
const SORTS = {
    depth: { key: '-l.depth', type: 'integer', form: /^-?\d{1,9}$/ },
    // Lanes in which nothing waits come last.
    age: {
        key: `coalesce(head.created_at, 'infinity')`,
        type: 'timestamptz',
        form: { test: (part) => part === 'infinity' || positions_js_1.TIME.test(part) },
    },
};
let LaneViews = class LaneViews {
    constructor(database) {
        this.database = database;
    }
    /** @returns the lane, or null */
    async find(userId) {
        const rows = await this.database.query(`select ${VIEW} from lanes l ${HEAD} where l.user_id = $1`, [userId]);
        return rows[0] ? viewOf(rows[0]) : null;
    }
    /**
     * Lanes, the deepest or the oldest first.
     * @param userIds only those of these users; null for all
     */
    page(query, userIds) {
        return (0, service_1.pageOf)(query, {
            read: (cursor, count) => this.read(query, userIds, cursor, count),
            open: (rows) => rows.map(viewOf),
            cursorOf: ({ key, userId }) => (0, contracts_1.encodeCursor)([key, userId]),
        });
    }
    read({ state, sort }, userIds, cursor, count) {
        const { key, type, form } = SORTS[sort];
        const [afterKey, afterUser] = (0, positions_js_1.positionIn)(cursor, [form, positions_js_1.ID]) ?? [null, null];
        return this.database.query(`select ${VIEW}, (${key})::text as key from lanes l ${HEAD}
       where ${stateIs(state)} and ($1::uuid[] is null or l.user_id = any($1))
         and ($2::text is null or (${key}, l.user_id) > ($2::${type}, $3::uuid))
       order by ${key}, l.user_id limit $4`, [userIds, afterKey, afterUser, count]);
    }
};
exports.LaneViews = LaneViews;
exports.LaneViews = LaneViews = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database])
], LaneViews);
function stateIs(state) {
    if (state === undefined)
        return 'true';
    return state === 'busy' ? 'l.depth > 0' : `${exports.LANE_STATE} = '${state}'`;
}
function viewOf({ key: _key, head, hold, oldestQueuedAt, ...lane }) {
    const at = head?.nextAttemptAt;
    return {
        ...lane,
        head: head && { ...head, nextAttemptAt: at ? new Date(at).toISOString() : null },
        hold: hold && { ...hold, since: new Date(hold.since).toISOString() },
        oldestQueuedAt: oldestQueuedAt?.toISOString() ?? null,
    };
}
//# sourceMappingURL=lane-views.js.map