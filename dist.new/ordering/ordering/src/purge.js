"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.Purge = void 0;
exports.endCustomer = endCustomer;
const common_1 = require("@nestjs/common");
const service_1 = require("../../libs/service/src/index.js");
const customers_js_1 = require("./customers.js");
const deletion_js_1 = require("./deletion.js");
const order_js_1 = require("./order.js");
const personal_columns_js_1 = require("./personal-columns.js");
/**
 * The end of a deleted customer: nothing personal is left in this database, the answers that Steps remembers included.
 * Orders stay as what was bought, when, and for how much; of the customer stays a row that leads to no name.
 *
 * It refuses nobody. Identity has purged the user before, for good, so a refusal could only leave the data here; a
 * deletion that ordering has lost, by a restored backup or an end by hand, is made up for.
 */
let Purge = class Purge {
    async purge(tx, call) {
        const { erasures } = await endCustomer(tx, call);
        const body = { erasures };
        return { body, tombstone: 'set' };
    }
};
exports.Purge = Purge;
exports.Purge = Purge = __decorate([
    (0, common_1.Injectable)()
], Purge);
/** Cancels what is open and erases everything. @returns the orders that it cancelled, and what was done to what */
async function endCustomer(tx, call) {
    await (0, customers_js_1.lockCustomer)(tx, call.userId);
    const cancelled = await (0, deletion_js_1.cancelOrders)(tx, call, await (0, deletion_js_1.lockCancellableOrders)(tx, call.userId));
    return { cancelled, erasures: await eraseAll(tx, call) };
}
/** @returns what was done to which relation, by their declared names, and to what Steps remembers. */
async function eraseAll(tx, call) {
    const customers = await makeStub(tx, call);
    const orders = await eraseOrders(tx, call);
    const forgotten = await (0, service_1.forgetAnswers)(tx, call);
    return [
        { relation: 'ordering.customers', erased: customers, retained: 'ids and dates' },
        ...[...new Set(Object.values(order_js_1.RELATION_OF))].map((relation) => ({
            relation,
            erased: orders.get(relation) ?? 0,
            retained: 'skus, quantities, prices, totals, status and dates',
        })),
        { relation: 'ordering.inbox', erased: forgotten, retained: '' },
    ];
}
/** @returns how many customers there were with anything to erase: one or none */
async function makeStub(tx, { userId, key }) {
    const [, erased] = await tx.query(`update customers
     set state = 'purged', ${(0, service_1.erasing)(personal_columns_js_1.CUSTOMER_COLUMNS)}, erased_at = now(),
       deleted_at = coalesce(deleted_at, now()), deleted_by = coalesce(deleted_by, $2), version = version + 1
     where user_id = $1 and state <> 'purged'`, [userId, key]);
    return erased;
}
/**
 * Leaves the time of the last change, which is a fact of the order's. An order that was changed after an erasure,
 * because its user came back in between, is erased again.
 * @returns how many orders of which relation
 */
async function eraseOrders(tx, { userId }) {
    const rows = await tx.query(`with erased as (
       update orders
       set ${(0, service_1.erasing)(personal_columns_js_1.ORDER_COLUMNS)}, erased_at = now(), version = version + 1
       where user_id = $1 and (erased_at is null or updated_at > erased_at)
       returning status
     )
     select status, count(*)::integer as erased from erased group by status`, [userId]);
    const counts = new Map();
    for (const { status, erased } of rows) {
        const relation = order_js_1.RELATION_OF[status];
        counts.set(relation, (counts.get(relation) ?? 0) + erased);
    }
    return counts;
}
//# sourceMappingURL=purge.js.map