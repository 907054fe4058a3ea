"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.USER_CONFIRMED = exports.USER_STEPS = exports.USERS = exports.RELATIONS = exports.RELATION_EVENTS = void 0;
const openapi = require("@nestjs/swagger");
/*
 * The foreign keys between services. No database can hold them, so they stand here: which rows refer to a user,
 * and what becomes of them when the user is registered, changed, deleted, restored and purged. The gateway
 * computes the steps of those five operations from this table and carries them out in the user's lane
 * (gateway/src/run/operations/sagas.ts); integrity runs look for rows that break it, and repair follows it.
 */
/** What happens to a user that the rows which refer to one have to follow. */
exports.RELATION_EVENTS = ['register', 'update', 'delete', 'restore', 'purge'];
const RETAIN = { kind: 'retain' };
exports.RELATIONS = [
    {
        name: 'ordering.customers',
        service: 'ordering',
        from: 'ordering.customers.user_id',
        to: 'identity.users.id',
        register: { kind: 'copy', step: 'ordering.create-customer' },
        update: { kind: 'copy', step: 'ordering.rename-customer' },
        delete: { kind: 'cascade', step: 'ordering.delete-customer' },
        restore: { kind: 'cascade', step: 'ordering.restore-customer' },
        purge: { kind: 'anonymise', step: 'ordering.purge-customer' },
        follow: 'ordering.follow-user',
    },
    {
        name: 'ordering.orders (placed)',
        service: 'ordering',
        from: 'ordering.orders.user_id',
        to: 'identity.users.id',
        register: RETAIN,
        update: RETAIN,
        delete: { kind: 'cascade', step: 'ordering.delete-customer' },
        // What a deletion has cancelled stays cancelled.
        restore: RETAIN,
        purge: { kind: 'anonymise', step: 'ordering.purge-customer' },
        follow: 'ordering.follow-user',
    },
    {
        name: 'ordering.orders (paid)',
        service: 'ordering',
        from: 'ordering.orders.user_id',
        to: 'identity.users.id',
        register: RETAIN,
        update: RETAIN,
        delete: { kind: 'restrict', step: 'ordering.delete-customer' },
        restore: RETAIN,
        purge: { kind: 'anonymise', step: 'ordering.purge-customer' },
        follow: 'ordering.follow-user',
    },
    {
        name: 'ordering.orders (shipped, delivered, cancelled)',
        service: 'ordering',
        from: 'ordering.orders.user_id',
        to: 'identity.users.id',
        register: RETAIN,
        // The delivery block stays as it was shipped.
        update: RETAIN,
        delete: RETAIN,
        restore: RETAIN,
        purge: { kind: 'anonymise', step: 'ordering.purge-customer' },
        follow: 'ordering.follow-user',
    },
    {
        name: 'billing.invoices',
        service: 'billing',
        from: 'billing.invoices.user_id',
        to: 'identity.users.id',
        register: RETAIN,
        // An invoice stays as it was issued, whatever becomes of the user: the law wants it.
        update: RETAIN,
        delete: RETAIN,
        restore: RETAIN,
        purge: { kind: 'anonymise', step: 'billing.purge-user' },
        follow: 'billing.follow-user',
    },
];
/** The users themselves, as receipts and findings call them. */
exports.USERS = 'identity.users';
/** The steps at the user itself, which is what all relations refer to. */
exports.USER_STEPS = {
    register: ['identity.register'],
    update: ['identity.update', 'identity.release-email'],
    delete: ['identity.delete'],
    restore: ['identity.restore'],
    purge: ['identity.purge'],
};
/** Reads the user at its turn in the lane; what follows makes the other services agree with it. */
exports.USER_CONFIRMED = 'identity.confirm';
//# sourceMappingURL=relations.js.map