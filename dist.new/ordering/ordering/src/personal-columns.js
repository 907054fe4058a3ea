"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.ORDER_COLUMNS = exports.CUSTOMER_COLUMNS = void 0;
/** What a purge erases of a customer. */
exports.CUSTOMER_COLUMNS = { name: `''`, phone: 'null', delivery_address: 'null' };
/**
 * What a purge erases of an order. The names of its lines are what somebody typed, whatever a shop puts there; the sku
 * says what was bought.
 */
exports.ORDER_COLUMNS = {
    lines: 'nameless(lines)',
    delivery: `'{"name": ""}'`,
    reference: 'null',
    payment_reference: 'null',
    tracking_number: 'null',
    cancel_reason: 'null',
};
//# sourceMappingURL=personal-columns.js.map