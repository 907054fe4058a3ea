"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.RELATION_OF = exports.TRANSITIONS = void 0;
exports.transition = transition;
exports.deliveryFor = deliveryFor;
const service_1 = require("../../libs/service/src/index.js");
/** What may be done to an order, in which states, and what it is then. Whatever is not here is refused. */
exports.TRANSITIONS = {
    change: { from: ['placed'], to: 'placed' },
    pay: { from: ['placed'], to: 'paid' },
    cancel: { from: ['placed', 'paid'], to: 'cancelled' },
    ship: { from: ['paid'], to: 'shipped' },
    deliver: { from: ['shipped'], to: 'delivered' },
};
const ENDED = 'ordering.orders (shipped, delivered, cancelled)';
/** Which of the declared relations (libs/contracts/src/relations.ts) an order is one of, by its status. */
exports.RELATION_OF = {
    placed: 'ordering.orders (placed)',
    paid: 'ordering.orders (paid)',
    shipped: ENDED,
    delivered: ENDED,
    cancelled: ENDED,
};
/** @returns the status after that action. @throws Problem `order-state-conflict` where it is not allowed. */
function transition(status, action) {
    const { from, to } = exports.TRANSITIONS[action];
    if (!from.includes(status)) {
        throw new service_1.Problem('order-state-conflict', `Cannot ${action} an order that is ${status}.`);
    }
    return to;
}
/** @returns where an order of that customer goes, as a copy: the address given, else the customer's, else the name. */
function deliveryFor(customer, address = customer.deliveryAddress) {
    return { ...address, name: address?.name ?? customer.name };
}
//# sourceMappingURL=order.js.map