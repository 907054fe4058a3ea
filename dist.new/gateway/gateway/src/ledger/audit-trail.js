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
exports.AuditTrail = void 0;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../../libs/contracts/src/index.js");
const service_1 = require("../../../libs/service/src/index.js");
const audit_js_1 = require("./audit.js");
const positions_js_1 = require("./positions.js");
const seals_js_1 = require("./seals.js");
/** The audit trail from outside the ledger's own transactions. */
let AuditTrail = class AuditTrail {
    constructor(database, seals) {
        this.database = database;
        this.seals = seals;
    }
    /** Tells what an operator has done, where the change itself is committed already. */
    async append(done) {
        await (0, audit_js_1.appendIntervention)(this.database, done);
    }
    /** Newest first. */
    page(query) {
        return (0, service_1.pageOf)(query, {
            read: (cursor, count) => this.read(query, cursor, count),
            open: (rows) => Promise.all(rows.map((row) => this.entryOf(row))),
            cursorOf: ({ id }) => (0, contracts_1.encodeCursor)([id]),
        });
    }
    read({ userId, actorId, action }, cursor, count) {
        return this.database.query(`select id, at, actor_id, action, user_id, operation_id, reason, before, after from audit
       where ($1::uuid is null or user_id = $1)
         -- Each part has its index.
         and ($2::uuid is null or user_id = $2 and actor_id = $2 or actor_id <> user_id and actor_id = $2
           or user_id is null and actor_id = $2)
         and ($3::text is null or action = $3) and ($4::bigint is null or id < $4)
       order by id desc limit $5`, [userId ?? null, actorId ?? null, action ?? null, (0, positions_js_1.positionIn)(cursor, [POSITION])?.[0] ?? null, count]);
    }
    /** What operations have changed is sealed with their ids; settings are plain. */
    async entryOf(row) {
        const open = (field, stored) => this.seals.open({ userId: row.user_id ?? '', operationId: row.operation_id ?? '', field }, stored);
        return {
            id: row.id,
            at: row.at.toISOString(),
            actorId: row.actor_id,
            action: row.action,
            userId: row.user_id,
            operationId: row.operation_id,
            reason: row.reason,
            before: await open('before', row.before),
            after: await open('after', row.after),
        };
    }
};
exports.AuditTrail = AuditTrail;
exports.AuditTrail = AuditTrail = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database,
        seals_js_1.Seals])
], AuditTrail);
/** A bigint has 19 digits at most; 18 are more than a trail can have entries. */
const POSITION = /^\d{1,18}$/;
//# sourceMappingURL=audit-trail.js.map