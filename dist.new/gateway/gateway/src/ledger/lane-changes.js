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
exports.LaneChanges = void 0;
exports.changesOf = changesOf;
const common_1 = require("@nestjs/common");
const service_1 = require("../../../libs/service/src/index.js");
const gathered_js_1 = require("./gathered.js");
const queries_js_1 = require("./queries.js");
const sql_js_1 = require("./sql.js");
const views_js_1 = require("./views.js");
/** Passages of one page: some 200 KB of events, which a client that reads takes before the next are looked for. */
const PAGE = 100;
/** Reads the changes of operations, for as many followers as ask at the same time in one statement. */
let LaneChanges = class LaneChanges {
    constructor(database, queries) {
        this.database = database;
        this.queries = queries;
        this.pages = (0, gathered_js_1.batched)((positions) => this.readPages(positions));
        this.newest = (0, gathered_js_1.gathered)((userIds) => this.readNewest(userIds));
    }
    /** The changes of a lane that follow that number, some at a time. */
    after(userId, number) {
        return this.pages({ userId, after: number });
    }
    /** @returns the number of the newest change of a lane, 0 where there is none */
    async latest(userId) {
        return (await this.newest(userId)) ?? 0n;
    }
    /** The streams of one user are mostly at one position. */
    async readPages(asked) {
        const keyOf = ({ userId, after }) => `${userId} ${after}`;
        const distinct = [...new Map(asked.map((position) => [keyOf(position), position])).values()];
        const pages = await this.readDistinct(distinct);
        const found = new Map(distinct.map((position, index) => [keyOf(position), pages[index]]));
        return asked.map((position) => found.get(keyOf(position)));
    }
    async readDistinct(positions) {
        const rows = await this.findChanges(positions);
        const ids = [...new Set(rows.flatMap(({ id }) => id ?? []))];
        const operations = await this.queries.readOperations(ids);
        const pages = positions.map(({ after }) => ({ changes: [], upTo: after, isLast: true }));
        for (const { place, number, id, is_last: isLast } of rows) {
            const page = pages[place - 1];
            page.isLast = isLast;
            page.upTo = isLast ? BigInt(number ?? page.upTo) : endOfPage(positions[place - 1]);
            const operation = operations.get(id ?? '');
            if (operation)
                page.changes.push(changeOf(operation, number));
        }
        return pages;
    }
    /**
     * Looks at those operations of each lane only that can have a change on the page. An operation that was carried out
     * before that position had ended all that came before it; it is found downwards from half the passages, since as many
     * have come as its place says, and as many have gone. The last place is that of the latest write of then, which is at
     * most all passages less those that have gone, and as many more as the page is long.
     */
    findChanges(positions) {
        return this.byIndexes(`/* ledger.changes */ select asked.place::integer, found.number, found.id,
         2::bigint * l.last_seq - l.depth < asked.passages + $3 as is_last
       from (select user_id, after, after >> 32 as passages, place
         from unnest($1::uuid[], $2::bigint[]) with ordinality as asked (user_id, after, place)) asked
       join lanes l on l.user_id = asked.user_id
       left join lateral (
         select seq from operations
         where user_id = asked.user_id and seq <= asked.passages / 2 and state in ('succeeded', 'failed')
           and (cardinality(changes) = 0 or changes[cardinality(changes)] <= asked.after)
         order by seq desc limit 1
       ) done on true
       left join lateral (
         select o.id, change.number from operations o, unnest(o.changes) as change (number)
         where o.user_id = asked.user_id and o.seq > coalesce(done.seq, 0)
           and o.seq <= asked.passages - coalesce(done.seq, 0) + $3
           and change.number > asked.after and change.number < (asked.passages + $3) << 32
       ) found on true
       order by asked.place, found.number`, [positions.map(({ userId }) => userId), positions.map(({ after }) => after), PAGE]);
    }
    /** Between two passages it is the head that changes. */
    async readNewest(userIds) {
        const rows = await this.byIndexes(`select l.user_id, greatest((2::bigint * last_seq - depth) << 32, head.latest) as latest
       from lanes l left join lateral (
         select changes[cardinality(changes)] as latest from operations
         where ${(0, sql_js_1.unfinishedIn)('l')} order by seq limit 1) head on true
       where l.user_id = any($1)`, [userIds]);
        return new Map(rows.map(({ user_id, latest }) => [user_id, BigInt(latest)]));
    }
    /** Many lanes are looked up at once, perhaps in tables of which the planner knows nothing yet. */
    byIndexes(sql, parameters) {
        return this.database.statements((tx) => tx.last.query(sql, parameters));
    }
};
exports.LaneChanges = LaneChanges;
exports.LaneChanges = LaneChanges = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database,
        queries_js_1.LedgerQueries])
], LaneChanges);
/** @returns the changes of an operation that follow that number */
function changesOf(operation, after) {
    return operation.changes
        .filter((number) => BigInt(number) > after)
        .map((number) => changeOf(operation, number));
}
function changeOf(operation, number) {
    return { number: BigInt(number), operation: (0, views_js_1.changedView)(operation, number) };
}
function endOfPage({ after }) {
    return (((after >> 32n) + BigInt(PAGE)) << 32n) - 1n;
}
//# sourceMappingURL=lane-changes.js.map