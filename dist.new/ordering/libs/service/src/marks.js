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
exports.Marks = void 0;
const common_1 = require("@nestjs/common");
const database_js_1 = require("./database.js");
/** By what the gateway notices that this database was put back as it was before, and what it asks then. */
let Marks = class Marks {
    constructor(database) {
        this.database = database;
    }
    /** @returns the newest mark, or null before the first */
    async newest() {
        const [row] = await this.database.query('select number, token, at from gateway_mark');
        return row ? { number: Number(row.number), token: row.token, at: row.at.toISOString() } : null;
    }
    /**
     * Keeps a mark, unless a fence is behind what the ledger knows of it. Both are one transaction: a database that is
     * put back between the look and the mark has neither.
     */
    keep({ mark, fences }) {
        return this.database.statements(async (tx) => {
            const behind = await fencesBehind(tx, fences);
            if (behind.length === 0)
                await keepMark(tx, mark);
            return { behind };
        });
    }
    /** @returns a page of fences, in the order of the users' ids */
    fences({ after, limit }) {
        return this.database.query(`select user_id as "userId", seq, tombstoned_at is not null as tombstoned from fences
       where $1::uuid is null or user_id > $1 order by user_id limit $2`, [after, limit]);
    }
};
exports.Marks = Marks;
exports.Marks = Marks = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [database_js_1.Database])
], Marks);
async function fencesBehind(tx, fences) {
    const rows = await tx.query(`select expected.user_id as "userId"
     from unnest($1::uuid[], $2::integer[]) as expected (user_id, seq)
       left join fences on fences.user_id = expected.user_id
     where fences.seq is null or fences.seq < expected.seq`, [fences.map(({ userId }) => userId), fences.map(({ seq }) => seq)]);
    return rows.map(({ userId }) => userId);
}
/** A late call with an older mark changes nothing. */
async function keepMark(tx, { number, token, at }) {
    await tx.query(`insert into gateway_mark (number, token, at) values ($1, $2, $3)
     on conflict (only_one) do update set number = excluded.number, token = excluded.token, at = excluded.at
     where gateway_mark.number < excluded.number`, [number, token, at]);
}
//# sourceMappingURL=marks.js.map