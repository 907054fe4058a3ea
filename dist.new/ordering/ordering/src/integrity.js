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
exports.Integrity = void 0;
const common_1 = require("@nestjs/common");
const service_1 = require("../../libs/service/src/index.js");
const order_js_1 = require("./order.js");
/** What refers to a user, for comparison with identity's users. */
let Integrity = class Integrity {
    constructor(database) {
        this.database = database;
    }
    /** A customer's key is the user's: nobody else knows ordering's own. */
    customers({ after, limit, userId }) {
        return this.database.query(`select user_id as id, 'ordering.customers' as relation, user_id as "userId", state = 'active' as live, name
       from customers
       where state <> 'purged' and ($1::uuid is null or user_id > $1) and ($2::uuid is null or user_id = $2)
       order by user_id limit $3`, [after, userId, limit]);
    }
    /** An order that was changed after an erasure, because its user came back in between, tells of one again. */
    async orders({ after, limit, userId }) {
        const rows = await this.database.query(`select id, user_id as "userId", status
       from orders
       where (erased_at is null or updated_at > erased_at)
         and ($1::uuid is null or id > $1) and ($2::uuid is null or user_id = $2)
       order by id limit $3`, [after, userId, limit]);
        return rows.map(integrityRow);
    }
};
exports.Integrity = Integrity;
exports.Integrity = Integrity = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database])
], Integrity);
/** In force is what a deletion would cancel. */
function integrityRow({ id, userId, status }) {
    const cancellable = order_js_1.TRANSITIONS.cancel.from;
    return { id, relation: order_js_1.RELATION_OF[status], userId, live: cancellable.includes(status) };
}
//# sourceMappingURL=integrity.js.map