"use strict";
/*
 * Which members of what crosses a process' border may be shown to nobody, and which only to whom they are about. A
 * member of the contracts with a text in it stands in one of these lists, or in the test's list of those that may be
 * shown to operators; by their names, because what is logged has lost its class.
 */
Object.defineProperty(exports, "__esModule", { value: true });
exports.PERSONAL_MEMBERS = exports.SECRET_MEMBERS = void 0;
/** Whoever has these can act as somebody else. Headers are among them. */
exports.SECRET_MEMBERS = [
    'password',
    'currentPassword',
    'newPassword',
    'accessToken',
    'refreshToken',
    'token',
    'authorization',
    'cookie',
    'set-cookie',
    'operation-token',
    'csrfToken',
    'secret',
    // The address of a webhook: whoever knows some of them may write there.
    'url',
];
/** What tells of a person, and what people type without being asked for it. */
exports.PERSONAL_MEMBERS = [
    'email',
    'firstName',
    'lastName',
    'name',
    'phone',
    'line1',
    'line2',
    'city',
    'postalCode',
    'country',
    'claims',
    'reference',
    'paymentReference',
    'trackingNumber',
    'reason',
    'cancelReason',
    'voidReason',
    'search',
    'description',
    'idempotency-key',
    // Whole resources, and what is known of them before and after a write.
    'payload',
    'result',
    'before',
    'after',
];
//# sourceMappingURL=sensitive.js.map