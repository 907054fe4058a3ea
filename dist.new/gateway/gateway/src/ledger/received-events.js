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
exports.ReceivedEvents = void 0;
const common_1 = require("@nestjs/common");
const service_1 = require("../../../libs/service/src/index.js");
/** The events that the services have reported, each once. */
let ReceivedEvents = class ReceivedEvents {
    constructor(database) {
        this.database = database;
    }
    /**
     * Does `work` in a transaction, unless another process is at that service's events.
     * @returns what it answers, or null
     */
    takeTurn(service, work) {
        return this.database.statements(async (tx) => {
            const [turn] = await tx.query(`select pg_try_advisory_xact_lock(hashtext('turnpike.events.' || $1)) as mine`, [service]);
            return turn.mine ? work(tx) : null;
        });
    }
    /** Writes events down in their order. @returns the ids of those that were not there before */
    async append(tx, events) {
        const rows = await tx.query(`insert into domain_events (id, user_id, source, type, time, operation_id)
       select id, user_id, source, type, time, operation_id
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::uuid[])
         with ordinality as event (id, user_id, source, type, time, operation_id, position)
       order by position on conflict (id) do nothing returning id`, [
            events.map(({ id }) => id),
            events.map(({ subject }) => subject),
            events.map(({ source }) => source),
            events.map(({ type }) => type),
            events.map(({ time }) => time),
            events.map(({ data }) => data.operationId),
        ]);
        return new Set(rows.map(({ id }) => id));
    }
};
exports.ReceivedEvents = ReceivedEvents;
exports.ReceivedEvents = ReceivedEvents = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database])
], ReceivedEvents);
//# sourceMappingURL=received-events.js.map