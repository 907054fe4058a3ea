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
exports.BulkRuns = void 0;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const typeorm_1 = require("typeorm");
const uuid_1 = require("uuid");
const keys_js_1 = require("./keys.js");
const operation_entity_js_1 = require("./operation.entity.js");
const operation_list_js_1 = require("./operation-list.js");
const positions_js_1 = require("./positions.js");
/*
 * Bulk runs: how far each has come. A worker takes one and says with every page where it is; of one that has been
 * silent for SILENT_SECONDS another goes on from there. What was done before the silence is not found again: a write that
 * was repeated has a repetition, and one that was withdrawn has ended.
 */
const SILENT_SECONDS = 30;
const RUNS = `select id, action, filter, reason, actor_id as "actorId", state, total, done, refusals,
  started_at as "startedAt", finished_at as "finishedAt" from bulk_runs`;
let BulkRuns = class BulkRuns {
    constructor(database) {
        this.database = database;
    }
    /** @returns how many writes it would be */
    count(action, filter) {
        return this.matching(action, filter).getCount();
    }
    /** Begins a run over the writes that match now, or finds the one that was begun under the same key. */
    async begin(run, clientKey) {
        const id = (0, uuid_1.v7)();
        const { action, filter, reason, actorId } = run;
        const total = await this.count(action, filter);
        return this.database.statements((tx) => (0, keys_js_1.makeOnce)(tx, clientKey, {
            ...{ id, actorId, find: (known) => find(tx, known) },
            make: async () => {
                await tx.query('insert into bulk_runs (id, action, filter, reason, actor_id, total) values ($1, $2, $3, $4, $5, $6)', [id, action, JSON.stringify(filter), reason, actorId, total]);
                return find(tx, id);
            },
        }));
    }
    /** Gives a run that nobody does to that worker. @returns null if there is none */
    async claim(worker) {
        const [claim] = await this.database.query(`update bulk_runs set worker = $1, seen_at = now()
       where id = (select id from bulk_runs
         where state = 'running' and (worker is null or seen_at < now() - $2 * interval '1 s')
         order by id limit 1 for update skip locked)
       returning id, worker, action, filter, reason, actor_id as "actorId", position`, [worker, SILENT_SECONDS]);
        return claim ?? null;
    }
    /** @returns the next writes, in the order in which they were accepted */
    async next({ action, filter, position }, limit) {
        const builder = this.matching(action, filter);
        if (position)
            builder.andWhere('o.id > :position', { position });
        return builder
            .select('o.id', 'id')
            .addSelect('o.userId', 'userId')
            .orderBy('o.id', 'ASC')
            .limit(limit)
            .getRawMany();
    }
    /** Says how far a run has come. @returns whether it goes on, by that worker */
    async proceed({ id, worker }, { position, done, refusals }) {
        const rows = await this.database.query(`update bulk_runs set position = $3, done = done + $4, seen_at = now(), refusals = refusals || (
         select coalesce(jsonb_object_agg(code, coalesce((refusals ->> code)::integer, 0) + more::integer), '{}')
         from jsonb_each_text($5) as more (code, more))
       where id = $1 and worker = $2 returning state`, [id, worker, position, done, JSON.stringify(refusals)]);
        return rows[0]?.state === 'running';
    }
    async end({ id, worker }) {
        await this.database.query(`update bulk_runs set state = 'done', finished_at = now()
       where id = $1 and worker = $2 and state = 'running'`, [id, worker]);
    }
    /** It ends after the page that is under way. */
    async abort(id) {
        await this.database.query(`update bulk_runs set state = 'aborted', finished_at = now() where id = $1 and state = 'running'`, [id]);
    }
    find(id) {
        return find(this.database, id);
    }
    /** Newest first. */
    page(query) {
        return (0, service_1.pageOf)(query, {
            read: (cursor, count) => this.database.query(`${RUNS} where $1::uuid is null or id < $1 order by id desc limit $2`, [
                (0, positions_js_1.positionIn)(cursor, [positions_js_1.ID])?.[0] ?? null,
                count,
            ]),
            open: (rows) => rows.map(viewOf),
            cursorOf: ({ id }) => (0, contracts_1.encodeCursor)([id]),
        });
    }
    matching(action, filter) {
        const builder = this.database.manager.createQueryBuilder(operation_entity_js_1.Operation, 'o');
        (0, operation_list_js_1.narrow)(builder, filter);
        builder.andWhere(new typeorm_1.Brackets((any) => contracts_1.BULK_STATES[action].forEach((state) => any.orWhere(`o.state = '${state}'`))));
        builder.andWhere('o.kind = any(:kinds)', { kinds: contracts_1.CLIENT_KINDS });
        if (action === 'retry') {
            builder.andWhere('not exists (select 1 from operations r where r.retry_of = o.id)');
        }
        return builder;
    }
};
exports.BulkRuns = BulkRuns;
exports.BulkRuns = BulkRuns = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database])
], BulkRuns);
async function find(ledger, id) {
    const rows = await ledger.query(`${RUNS} where id = $1`, [id]);
    return rows[0] ? viewOf(rows[0]) : null;
}
function viewOf({ refusals, startedAt, finishedAt, ...run }) {
    const counts = Object.entries(refusals).map(([code, count]) => ({ code: code, count }));
    return {
        ...run,
        refused: counts.reduce((sum, { count }) => sum + count, 0),
        refusals: counts,
        startedAt: startedAt.toISOString(),
        finishedAt: finishedAt?.toISOString() ?? null,
    };
}
//# sourceMappingURL=bulk-runs.js.map