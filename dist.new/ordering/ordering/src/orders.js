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
exports.Orders = void 0;
exports.noOrder = noOrder;
const common_1 = require("@nestjs/common");
const contracts_1 = require("../../libs/contracts/src/index.js");
const service_1 = require("../../libs/service/src/index.js");
const class_validator_1 = require("class-validator");
const customers_js_1 = require("./customers.js");
const order_changes_js_1 = require("./order-changes.js");
const order_entity_js_1 = require("./order.entity.js");
const order_js_1 = require("./order.js");
const write_row_js_1 = require("./write-row.js");
/** Orders. Everything that takes `tx` runs in the transaction of a step. */
let Orders = class Orders {
    constructor(database) {
        this.database = database;
    }
    /** Needs an active customer, who cannot vanish before the order is there: this is the foreign key's lock. */
    async place(tx, call, step) {
        const customer = await (0, customers_js_1.lockActiveCustomer)(tx, call.userId);
        const order = tx.create(order_entity_js_1.Order, {
            id: step.orderId,
            userId: call.userId,
            status: 'placed',
            ...linesAndTotal(step.lines),
            delivery: (0, order_js_1.deliveryFor)(customer, step.deliveryAddress),
            reference: step.reference ?? null,
            paymentReference: null,
            trackingNumber: null,
            cancelReason: null,
            cancelledBy: null,
            seq: call.fence.seq,
        });
        await tx.insert(order_entity_js_1.Order, order);
        await (0, order_changes_js_1.recordChanges)(tx, call, [order.id]);
        return { body: (0, order_entity_js_1.orderView)(order) };
    }
    async change(tx, call, { orderId, lines, deliveryAddress }, ifMatch) {
        const order = await lockOrder(tx, call.userId, orderId, ifMatch);
        const customer = deliveryAddress && (await (0, customers_js_1.lockActiveCustomer)(tx, call.userId));
        return advance(tx, call, order, 'change', {
            ...(lines && linesAndTotal(lines)),
            ...(customer && { delivery: (0, order_js_1.deliveryFor)(customer, deliveryAddress) }),
        });
    }
    async pay(tx, call, { orderId, paymentReference }, ifMatch) {
        const order = await lockOrder(tx, call.userId, orderId, ifMatch);
        return advance(tx, call, order, 'pay', { paymentReference });
    }
    async cancel(tx, call, { orderId, reason }, ifMatch) {
        const order = await lockOrder(tx, call.userId, orderId, ifMatch);
        return advance(tx, call, order, 'cancel', { cancelReason: reason ?? null });
    }
    async ship(tx, call, { orderId, trackingNumber }, ifMatch) {
        const order = await lockOrder(tx, call.userId, orderId, ifMatch);
        return advance(tx, call, order, 'ship', { trackingNumber });
    }
    async deliver(tx, call, { orderId }, ifMatch) {
        const order = await lockOrder(tx, call.userId, orderId, ifMatch);
        return advance(tx, call, order, 'deliver', {});
    }
    /** @throws Problem `not-found` */
    async find(id) {
        const order = await this.database.manager.findOneBy(order_entity_js_1.Order, { id });
        if (!order)
            throw noOrder();
        return (0, order_entity_js_1.orderView)(order);
    }
    /** Newest first. */
    list({ userId, status, ...page }) {
        const query = this.database.manager
            .createQueryBuilder(order_entity_js_1.Order, 'o')
            .orderBy('o.createdAt', 'DESC')
            .addOrderBy('o.id', 'DESC');
        if (userId)
            query.andWhere('o.userId = :userId', { userId });
        if (status)
            query.andWhere('o.status = :status', { status });
        return (0, service_1.pageOf)(page, {
            read: (cursor, count) => {
                const next = query.clone().limit(count);
                return (cursor === undefined ? next : next.andWhere(FOLLOWS, positionIn(cursor))).getMany();
            },
            open: (orders) => orders.map(order_entity_js_1.orderView),
            cursorOf: cursorAfter,
        });
    }
};
exports.Orders = Orders;
exports.Orders = Orders = __decorate([
    (0, common_1.Injectable)(),
    __metadata("design:paramtypes", [service_1.Database])
], Orders);
/**
 * Reads the order that a step is about and holds its row to the end of the step, for the reason given at
 * lockCustomer.
 * @throws Problem `not-found`, also for an order that is another user's; `version-conflict`
 */
async function lockOrder(tx, userId, id, ifMatch) {
    const order = await tx.findOne(order_entity_js_1.Order, { where: { id, userId }, lock: { mode: 'pessimistic_write' } });
    if (!order)
        throw noOrder();
    (0, service_1.assertMatches)(ifMatch, order.version);
    return order;
}
/** Takes a locked order through one transition. */
async function advance(tx, call, order, action, columns) {
    await (0, write_row_js_1.writeRow)(tx, order, { ...columns, status: (0, order_js_1.transition)(order.status, action) });
    await (0, order_changes_js_1.recordChanges)(tx, call, [order.id]);
    return { body: (0, order_entity_js_1.orderView)(order) };
}
function noOrder() {
    return new service_1.Problem('not-found', 'There is no such order.');
}
function linesAndTotal(lines) {
    const { amount, currency } = (0, contracts_1.totalOf)(lines);
    return { lines, totalAmount: amount, currency };
}
/** A time as toISOString writes it, in the years that PostgreSQL knows too. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
/** The condition that an order comes after that position. */
const FOLLOWS = '(o.createdAt, o.id) < (:createdAt, :id)';
function cursorAfter({ createdAt, id }) {
    return (0, contracts_1.encodeCursor)([createdAt.toISOString(), id]);
}
/** @throws Problem 400 for what is not a cursor of this list. */
function positionIn(cursor) {
    const [at, id] = (0, contracts_1.decodeCursor)(cursor, 2) ?? [];
    if (!at || !id || !TIME.test(at) || !(0, class_validator_1.isUUID)(id) || Number.isNaN(Date.parse(at))) {
        throw (0, service_1.invalidRequest)([{ path: 'cursor', message: 'is not a cursor of this list' }]);
    }
    return { createdAt: new Date(at), id };
}
//# sourceMappingURL=orders.js.map