"use strict";
/*
 * The words for writes and what becomes of them. Nothing is imported here: browsers read this file too.
 */
Object.defineProperty(exports, "__esModule", { value: true });
exports.WAITING_REASONS = exports.TARGET_TYPES = exports.SERVICES = exports.CORE_SERVICES = exports.STEP_STATES = exports.OPERATION_STATES = exports.CLIENT_KINDS = exports.SYSTEM_KINDS = exports.OPERATION_KINDS = void 0;
exports.isSystemKind = isSystemKind;
/**
 * What a write is. The first part names the resource, the second what is done to it. The system itself makes
 * purges, what follows an event of a service, and repairs.
 */
exports.OPERATION_KINDS = [
    'user.register',
    'user.update',
    'user.change-password',
    'user.set-roles',
    'user.set-claims',
    'user.delete',
    'user.restore',
    'user.purge',
    'customer.update',
    'order.place',
    'order.change',
    'order.pay',
    'order.cancel',
    'order.ship',
    'order.deliver',
    'invoice.issue',
    'invoice.void',
    'event.user-deleted',
    'event.user-updated',
    'repair.user',
];
/** What only the system itself asks for: no client does, and nobody can withdraw it. */
exports.SYSTEM_KINDS = [
    'user.purge',
    'event.user-deleted',
    'event.user-updated',
    'repair.user',
];
exports.CLIENT_KINDS = exports.OPERATION_KINDS.filter((kind) => !isSystemKind(kind));
function isSystemKind(kind) {
    return exports.SYSTEM_KINDS.includes(kind);
}
/** The states of an operation; gateway/src/ledger/states.ts has the transitions between them. */
exports.OPERATION_STATES = [
    'queued',
    'running',
    'retrying',
    'succeeded',
    'failed',
    'cancelled',
    'rejected',
];
/** What is known of a step: not sent or not answered, in force, refused by the service, closed unsent, taken back. */
exports.STEP_STATES = ['pending', 'applied', 'refused', 'sealed', 'undone'];
/** What the system cannot be without. Any other service takes part where the gateway is given its address. */
exports.CORE_SERVICES = ['identity', 'ordering'];
exports.SERVICES = [...exports.CORE_SERVICES, 'billing'];
exports.TARGET_TYPES = ['user', 'customer', 'order', 'invoice'];
/** Why a write has to wait: its turn, a retry of its own, or an operator. */
exports.WAITING_REASONS = ['turn', 'retry', 'paused', 'halted', 'breaker'];
//# sourceMappingURL=kinds.js.map