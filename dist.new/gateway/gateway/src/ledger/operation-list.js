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
exports.OperationList = void 0;
exports.narrow = narrow;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const queries_js_1 = require("./queries.js");
const positions_js_1 = require("./positions.js");
/*
 * Operations of all lanes, as operators look for them. Ids grow with the time of acceptance, so the newest come first
 * by the index of the ids; what ended badly has indexes of its own, and one lane is read in its own order.
 */
const IN_LEDGER = {
    column: 'o.id',
    form: positions_js_1.ID,
    of: ({ id }) => id,
};
const IN_LANE = {
    column: 'o.seq',
    form: /^\d{1,9}$/,
    of: ({ seq }) => String(seq),
};
/** Milliseconds by which the clock that made an id may differ from the database's, and a request may have waited. */
const CLOCKS_DIFFER_MS = 60_000;
let OperationList = class OperationList {
    constructor(database, queries) {
        this.database = database;
        this.queries = queries;
    }
    /** Newest first. */
    async page(query) {
        const builder = (0, queries_js_1.listed)(this.database);
        narrow(builder, query);
        const { column, form, of } = query.userId ? IN_LANE : IN_LEDGER;
        return (0, service_1.pageOf)(query, {
            read: (cursor, count) => {
                const [after] = (0, positions_js_1.positionIn)(cursor, [form]) ?? [];
                const page = builder.clone().orderBy(column, 'DESC').limit(count);
                return (after ? page.andWhere(`${column} < :after`, { after }) : page).getMany();
            },
            open: (rows) => this.queries.viewsOf(rows),
            cursorOf: (row) => (0, contracts_1.encodeCursor)([of(row)]),
        });
    }
    /** Writes that failed, grouped by their problem and the service at which they failed; the most frequent first. */
    async failures(from) {
        const rows = await this.database.query(`select problem ->> 'code' as problem, coalesce(refused ->> 'service', cause ->> 'service') as service, count(*)::integer as count,
         (array_agg(id order by id desc))[1] as id, (array_agg(finished_at order by id desc))[1] as "finishedAt"
       from operations, jsonb_path_query_first(steps, '$[*] ? (@.state == "refused")') as refused
       where state = 'failed' and id >= $1 and created_at >= $2
       group by 1, 2 order by count desc, 1, 2`, [firstIdOf(from), from]);
        return rows.map(({ id, finishedAt, ...group }) => ({
            ...group,
            latest: { id, finishedAt: finishedAt.toISOString() },
        }));
    }
};
exports.OperationList = OperationList;
exports.OperationList = OperationList = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database,
        queries_js_1.LedgerQueries])
], OperationList);
/** One condition for each state, so that each is looked up by an index of its own. */
const HAS_PROBLEM = ['failed', 'rejected', 'retrying'].map((state) => `o.state = '${state}' and o.problem ->> 'code' = :problem`);
/** States and kinds are written out: each has a plan of its own, by the index that fits it. */
function narrow(builder, query) {
    const { state, kind, userId, problem, from, to } = query;
    if (state)
        builder.andWhere(`o.state = '${state}'`);
    if (kind)
        builder.andWhere(`o.kind = '${kind}'`);
    if (userId)
        builder.andWhere('o.userId = :userId', { userId });
    if (problem)
        builder.andWhere(`(${HAS_PROBLEM.join(' or ')})`, { problem });
    if (from) {
        const at = new Date(from);
        builder.andWhere('o.id >= :fromId and o.createdAt >= :from', { fromId: firstIdOf(at), from: at });
    }
    if (to) {
        const at = new Date(to);
        const toId = firstIdOf(new Date(at.getTime() + 2 * CLOCKS_DIFFER_MS));
        builder.andWhere('o.id < :toId and o.createdAt < :to', { toId, to: at });
    }
}
/** @returns an id that is smaller than those of all writes which were accepted at that time or later (UUIDv7) */
function firstIdOf(at) {
    const ms = Math.max(0, at.getTime() - CLOCKS_DIFFER_MS);
    const time = ms.toString(16).padStart(12, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}
//# sourceMappingURL=operation-list.js.map