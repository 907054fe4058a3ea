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
exports.Outbox = void 0;
exports.eventOfStep = eventOfStep;
exports.reportChange = reportChange;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../contracts/src/index.js");
const database_js_1 = require("./database.js");
let Outbox = class Outbox {
    /** @param service whose events these are, as their `source` says */
    constructor(service, database) {
        this.service = service;
        this.database = database;
    }
    /** @returns the oldest events that were not acknowledged. */
    async oldest(limit) {
        const rows = await this.database.query(`select id, user_id as "userId", type, operation_id as "operationId", at
       from outbox order by position limit $1`, [limit]);
        return { items: rows.map((row) => this.event(row)) };
    }
    /** Forgets these events; those that are forgotten already do no harm. */
    async acknowledge(ids) {
        await this.database.query('delete from outbox where id = any($1::uuid[])', [ids]);
    }
    event({ id, userId, type, operationId, at }) {
        return {
            specversion: '1.0',
            id,
            source: `/${this.service}`,
            type: `${contracts_1.EVENT_TYPE_PREFIX}${type}`,
            subject: userId,
            time: at.toISOString(),
            datacontenttype: 'application/json',
            data: { operationId },
        };
    }
};
exports.Outbox = Outbox;
exports.Outbox = Outbox = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [String, database_js_1.Database])
], Outbox);
/** @returns the event of the step of that key, or of its undo; null where the step has none to tell */
function eventOfStep(key) {
    const { operationId, step, isUndo } = (0, contracts_1.readStepKey)(key);
    const { event } = contracts_1.STEPS[step];
    return event === null ? null : { type: isUndo ? `${event}.undone` : event, operationId };
}
/** Reports a change of no operation, by the event of the step that does the same. */
async function reportChange(tx, userId, step) {
    const { event } = contracts_1.STEPS[step];
    if (event === null)
        return;
    await tx.query('insert into outbox (user_id, type) values ($1, $2)', [userId, event]);
}
//# sourceMappingURL=outbox.js.map