"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.Deletion = void 0;
exports.lockCancellableOrders = lockCancellableOrders;
exports.cancelOrders = cancelOrders;
exports.markDeleted = markDeleted;
const common_1 = require("@nestjs/common");
const service_1 = require("../../libs/service/src/index.js");
const typeorm_1 = require("typeorm");
const customer_entity_js_1 = require("./customer.entity.js");
const customers_js_1 = require("./customers.js");
const order_changes_js_1 = require("./order-changes.js");
const order_entity_js_1 = require("./order.entity.js");
const order_js_1 = require("./order.js");
const write_row_js_1 = require("./write-row.js");
/** The most orders that a refusal lists. */
const MAX_LISTED = 100;
/**
 * What becomes of a customer and the orders when the user is deleted, and how it is taken back: by the undo, which
 * leaves no trace of the deletion but versions and history, or by a restore, after which orders stay cancelled.
 *
 * A user whom ordering does not know, or holds for deleted already, is deleted without complaint: data that have
 * drifted apart must not make a user undeletable.
 */
let Deletion = class Deletion {
    /** @throws Problem `deletion-restricted` when paid orders exist and forbid it. */
    async delete(tx, call, { paidOrders }) {
        const customer = await (0, customers_js_1.lockCustomer)(tx, call.userId);
        const orders = await lockCancellableOrders(tx, call.userId);
        if (paidOrders === 'restrict')
            assertNonePaid(orders);
        const cancelled = await cancelOrders(tx, call, orders);
        if (customer?.state === 'active')
            await markDeleted(tx, call, customer);
        const before = { orders };
        const body = { customer: (0, customer_entity_js_1.viewIfAny)(customer), cancelled };
        return { body, before, tombstone: 'set' };
    }
    /** Exactly what that step took comes back: its orders in their former states, and the customer. */
    async undo(tx, call, stepKey, { orders }) {
        const customer = await (0, customers_js_1.lockCustomer)(tx, call.userId);
        const reopened = await reopenOrders(tx, stepKey, orders);
        await (0, order_changes_js_1.recordChanges)(tx, call, reopened);
        if (customer?.deletedBy === stepKey)
            await markActive(tx, customer);
        const body = { customer: (0, customer_entity_js_1.viewIfAny)(customer), reopened };
        return { body, tombstone: customer?.deletedAt ? undefined : 'clear' };
    }
    /** The customer is active again. What the deletion cancelled stays cancelled, and is listed. */
    async restore(tx, { userId }) {
        const customer = await (0, customers_js_1.lockCustomer)(tx, userId);
        if (!customer)
            throw (0, customers_js_1.noCustomer)();
        const staysCancelled = await cancelledWith(tx, customer);
        const before = { deletedAt: customer.deletedAt, deletedBy: customer.deletedBy };
        if (customer.state === 'deleted')
            await markActive(tx, customer);
        const body = { customer: (0, customer_entity_js_1.customerView)(customer), staysCancelled };
        return { body, before, tombstone: 'clear' };
    }
    /** The customer is deleted again, as of the first deletion. */
    async undoRestore(tx, { userId }, before) {
        const customer = await (0, customers_js_1.lockCustomer)(tx, userId);
        if (!customer)
            throw (0, customers_js_1.noCustomer)();
        const { deletedAt, deletedBy } = before;
        if (deletedAt) {
            await (0, write_row_js_1.writeRow)(tx, customer, { state: 'deleted', deletedAt: new Date(deletedAt), deletedBy });
        }
        const body = { customer: (0, customer_entity_js_1.customerView)(customer) };
        return { body, tombstone: 'set' };
    }
};
exports.Deletion = Deletion;
exports.Deletion = Deletion = __decorate([
    (0, common_1.Injectable)()
], Deletion);
/** The rows are held, so that nobody pays one of them between the check and the cancellation. */
async function lockCancellableOrders(tx, userId) {
    const orders = await tx.find(order_entity_js_1.Order, {
        select: { id: true, status: true },
        where: { userId, status: (0, typeorm_1.In)([...order_js_1.TRANSITIONS.cancel.from]) },
        order: { id: 'ASC' },
        lock: { mode: 'pessimistic_write' },
    });
    return orders.map(({ id, status }) => ({ id, status }));
}
function assertNonePaid(orders) {
    const paid = orders.filter(({ status }) => status === 'paid');
    if (paid.length === 0)
        return;
    const restrictedBy = paid
        .slice(0, MAX_LISTED)
        .map(({ id }) => ({ relation: order_js_1.RELATION_OF.paid, type: 'order', id }));
    throw new service_1.Problem('deletion-restricted', `Paid orders that are not shipped: ${paid.length}.`, {
        restrictedBy,
    });
}
/** @returns the ids of the orders, all of which are cancelled now */
async function cancelOrders(tx, call, orders) {
    const ids = orders.map(({ id }) => id);
    await tx
        .createQueryBuilder()
        .update(order_entity_js_1.Order)
        .set({ status: order_js_1.TRANSITIONS.cancel.to, cancelReason: 'user deleted', cancelledBy: call.key })
        .where('id = any(:ids)', { ids })
        .execute();
    await (0, order_changes_js_1.recordChanges)(tx, call, ids);
    return ids;
}
/** @returns those that it reopened: all, unless somebody beside the lane has changed one since. */
async function reopenOrders(tx, stepKey, orders) {
    const rows = await tx.query(`with reopened as (
       update orders
       set status = former.status, cancel_reason = null, cancelled_by = null,
         version = version + 1, updated_at = now()
       from jsonb_to_recordset($2) as former (id uuid, status text)
       where orders.id = former.id and cancelled_by = $1
       returning orders.id
     )
     select id from reopened order by id`, [stepKey, JSON.stringify(orders)]);
    return rows.map(({ id }) => id);
}
/** @returns the orders that this customer's deletion cancelled, not those of an earlier one. */
async function cancelledWith(tx, { userId, deletedBy }) {
    if (deletedBy === null)
        return [];
    const orders = await tx.find(order_entity_js_1.Order, {
        select: { id: true },
        where: { userId, cancelledBy: deletedBy },
        order: { id: 'ASC' },
    });
    return orders.map(({ id }) => id);
}
/** Not by writeRow: the time is the database's. A stub that a purge left is a deleted customer again, as of then. */
async function markDeleted(tx, { key }, customer, name = customer.name) {
    customer.state = 'deleted';
    customer.name = name;
    const deletedBy = customer.deletedBy ?? key;
    await tx
        .createQueryBuilder()
        .update(customer_entity_js_1.Customer)
        .set({
        state: 'deleted',
        name,
        deletedAt: () => 'coalesce(deleted_at, now())',
        deletedBy,
        erasedAt: null,
    })
        .whereEntity(customer)
        .execute();
}
async function markActive(tx, customer) {
    await (0, write_row_js_1.writeRow)(tx, customer, { state: 'active', deletedAt: null, deletedBy: null });
}
//# sourceMappingURL=deletion.js.map